"""The API's own door: a key with the right scope, or a member with the right role."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rest_framework.decorators import api_view

from accounts.parsers import MOST
from accounts.roles import Function, Scope


@dataclass(frozen=True)
class Need:
    """What a method of an endpoint asks of a key, and of a member; `browsers`: a key that is no secret will do."""

    scope: Scope
    function: Function
    browsers: bool = False


def endpoint(*, most: int = MOST, **needs: Need) -> Callable[[Callable[..., Any]], Any]:
    """An API view of function form: `@endpoint(GET=Need(Scope.LEADS_READ, Function.SEE_LEADS))`.

    `most`: bytes that fit into one request.
    """

    def decorate(view: Callable[..., Any]) -> Any:
        wrapped: Any = api_view(list(needs))(view)
        wrapped.cls.needs, wrapped.cls.most = needs, most
        return wrapped

    return decorate
