"""Doors of pages: a member without the right gets 403."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied

from accounts.roles import Function

View = Callable[..., Any]


def allow(function: Function) -> Callable[[View], View]:
    """Let only members use the page whose role may use `function`."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> Any:
            if not request.member.may(function):
                raise PermissionDenied(f"Your role may not: {function}.")
            return view(request, *args, **kwargs)

        guarded.function = function  # type: ignore[attr-defined]  # read by the role tests
        return guarded

    return decorate
