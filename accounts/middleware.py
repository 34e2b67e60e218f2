"""Whose page is this? The slug or the key decides, and one transaction in that account's scope holds the response."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.handlers.base import BaseHandler
from django.core.handlers.exception import convert_exception_to_response
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import get_script_prefix, reverse, set_script_prefix
from django.utils import timezone
from django_prometheus.middleware import PrometheusAfterMiddleware

from accounts import browsers
from accounts.models import ApiKey, Member
from accounts.sight import sight_of
from tenancy import door
from tenancy.knowing import row_of
from tenancy.models import RESERVED_SLUGS, Account
from tenancy.scope import scope
from tenancy.sight import seeing

API = "/api/v1/"
View = Callable[[Any], HttpResponse]


class Errand(HttpResponse):
    """A view's answer when something must be asked elsewhere before there is a page.

    `work` runs after the page's transaction has ended, so that nobody's connection waits for strangers; `page` makes
    the response of what it returned, in a transaction of its own.
    """

    def __init__(self, work: Callable[[], Any], page: Callable[[Any], HttpResponse]) -> None:
        super().__init__()
        self.work, self.page = work, page


class KeyMiddleware:
    """/api/v1/...: for machines, straight to the view. Sessions, cookies and pages are people's: no time is spent on
    them, and none of them can let a machine in."""

    def __init__(self, get_response: View) -> None:
        self.get_response, self.view = get_response, measured_view()

    def __call__(self, request: Any) -> HttpResponse:
        request.account = request.member = request.api_key = request.by = None
        if request.path_info.startswith(API):
            return self.with_key(request)
        return self.get_response(request)

    def with_key(self, request: Any) -> HttpResponse:
        """/api/v1/...: the bearer's key says which account. A bad key is refused later, by the API itself."""
        if browsers.is_preflight(request):
            return browsers.preflight(request)
        kind, _, secret = request.headers.get("Authorization", "").partition(" ")
        try:
            account = door.behind("key", secret.strip() if kind.lower() == "bearer" else "")
        except door.NoDoor:
            return self.view(request)
        with scope(account):
            request.api_key = ApiKey.live(account, secret.strip())
            if request.api_key:
                request.account, request.by = account, request.api_key.by
            response = browsers.with_origin(request, answer(self.view, request))
        keep_afterwards(request, account)
        return response


class AccountMiddleware:
    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        slug = request.path_info.lstrip("/").partition("/")[0]
        if not slug or slug in RESERVED_SLUGS:
            return self.get_response(request)
        return self.inside(request, slug)

    def inside(self, request: Any, slug: str) -> HttpResponse:
        """/<slug>/...: for members of that account; to anybody else it does not exist."""
        is_api = request.path_info.startswith(f"/{slug}{API}")
        if not request.user.is_authenticated:
            return HttpResponse(status=401) if is_api else redirect_to_login(request.get_full_path())
        account = row_of(Account, slug=slug) if slug.isprintable() else None  # PostgreSQL takes no NUL
        if account is None:
            return not_found(request)
        with scope(account):
            member = row_of(Member, user_id=request.user.pk, left_at=None)
            if member is None:
                return not_found(request)
            request.account, request.member, request.by = account, member, member.by
            request.urlconf = settings.ACCOUNT_URLCONF
            request.path_info = request.path_info.removeprefix(f"/{slug}") or "/"
            zone, sight = ZoneInfo(member.time_zone or account.time_zone), sight_of(account, member)
            # Times as the reader's clock shows them, and the leads that he may see.
            with script_prefix(f"/{slug}/"), timezone.override(zone), seeing(sight):
                response = answer(self.get_response, request)
        keep_afterwards(request, account)
        if not isinstance(response, Errand):
            return response
        found = response.work()
        with scope(account), script_prefix(f"/{slug}/"), timezone.override(zone), seeing(sight):
            return response.page(found)


def answer(view: View, request: Any) -> HttpResponse:
    """The response, rendered within the transaction; an error leaves nothing behind."""
    response = view(request)
    if response.status_code >= 400:
        transaction.set_rollback(True)
    return response


def afterwards(request: Any, work: Callable[[], Any]) -> None:
    """Let `work` be kept even if this request is refused: in a transaction of its own, after the request's."""
    request.afterwards = [*getattr(request, "afterwards", ()), work]


def keep_afterwards(request: Any, account: Account) -> None:
    """What views asked for by `afterwards`."""
    if works := getattr(request, "afterwards", ()):
        with scope(account):
            for work in works:
                work()


def measured_view() -> View:
    """What resolves a request and answers it, counted as other requests are, with no middleware in between."""
    handler: Any = BaseHandler()
    counted: Any = PrometheusAfterMiddleware(convert_exception_to_response(handler._get_response))
    handler._view_middleware, handler._template_response_middleware = [counted.process_view], []
    handler._exception_middleware = [counted.process_exception]
    view: View = cast("Any", convert_exception_to_response(counted))
    return view


def not_found(request: HttpRequest) -> HttpResponse:
    from django.core.handlers.exception import response_for_exception

    return response_for_exception(request, Http404())


@contextmanager
def script_prefix(prefix: str) -> Iterator[None]:
    """Let reverse() build links below `prefix`."""
    before = get_script_prefix()
    set_script_prefix(prefix)
    try:
        yield
    finally:
        set_script_prefix(before)


def outside_url(name: str, *args: Any) -> str:
    """The path of a page that belongs to no account (login, forms, API docs), also from within one."""
    with script_prefix("/"):
        return reverse(name, urlconf=settings.ROOT_URLCONF, args=args)
