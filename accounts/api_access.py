"""Who may use an endpoint. Apart from `accounts.api`: Django REST framework imports this while it loads itself."""

from typing import Any

from django.http import HttpResponse
from rest_framework.authentication import BaseAuthentication, CSRFCheck
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission

from accounts.browsers import is_at_home


class Authentication(BaseAuthentication):
    """Whoever the middleware let in. Members come with a session, so their unsafe requests need the CSRF token."""

    def authenticate(self, request: Any) -> tuple[Any, Any] | None:
        inner = request._request
        if inner.api_key is not None:
            return inner.api_key, inner.api_key
        if inner.member is not None:
            self._enforce_csrf(inner)
            return inner.member, None
        return None

    def authenticate_header(self, request: Any) -> str:
        return 'Bearer realm="Tollgate"'

    def _enforce_csrf(self, request: Any) -> None:
        check: Any = CSRFCheck(lambda _: HttpResponse())
        check.process_request(request)
        if check.process_view(request, None, (), {}):
            raise PermissionDenied("The CSRF token is missing or wrong: send it as X-CSRFToken.")


class Allowed(BasePermission):
    """The view's `needs`, asked of the key's scopes or the member's role. A view without needs is closed."""

    def has_permission(self, request: Any, view: Any) -> bool:
        inner, needs = request._request, getattr(view, "needs", None)
        if needs is None or (inner.api_key is None and inner.member is None):
            return False
        need = needs.get(request.method)
        if need is None:  # not a method of this endpoint: 405, or OPTIONS
            return True
        if inner.api_key is not None:
            return _opens(inner, need)
        return bool(inner.member.may(need.function))


def _opens(request: Any, need: Any) -> bool:
    if request.api_key.is_for_browsers and not (need.browsers and is_at_home(request)):
        return False
    return need.scope in request.api_key.scopes
