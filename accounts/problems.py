"""Errors of the API as application/problem+json (RFC 9457)."""

from typing import Any

from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from tenancy.filestore import StoreAway

TYPE = "application/problem+json"


class Problem(exceptions.APIException):
    """An error with its own status, title and further members, such as a gate's `unmet`."""

    def __init__(self, status: int, title: str, detail: str = "", **members: Any) -> None:
        super().__init__(detail or title)
        self.status_code = status
        self.title = title
        self.members = members


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: every known error in the one shape. Unknown ones stay unknown, and are logged."""
    error = _as_api_exception(error)
    if not isinstance(error, exceptions.APIException):
        return None
    set_rollback()
    body = problem(error) | {"instance": context["request"].get_full_path() if context.get("request") else ""}
    response = Response(body, status=error.status_code, content_type=TYPE)
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        response["WWW-Authenticate"] = getattr(error, "auth_header", 'Bearer realm="Tollgate"')
    if wait := getattr(error, "wait", None):
        response["Retry-After"] = str(int(wait) + 1)
    return response


def problem(error: exceptions.APIException) -> dict[str, Any]:
    """The members of the problem document."""
    title = getattr(error, "title", "") or TITLES.get(error.status_code, "Refused")
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": error.status_code}
    if isinstance(error, exceptions.ValidationError):
        errors = pointers(error.get_full_details())
        return body | {"detail": errors[0]["detail"] if errors else title, "errors": errors}
    return body | {"detail": str(error.detail)} | getattr(error, "members", {})


def pointers(details: Any, path: str = "") -> list[dict[str, str]]:
    """DRF's nested details, flat: a JSON pointer, a code and a sentence each."""
    if isinstance(details, dict) and set(details) == {"message", "code"} and isinstance(details["code"], str):
        return [{"pointer": path or "/", "code": details["code"], "detail": str(details["message"])}]
    if isinstance(details, dict):
        parts = (
            (f"{path}/{'' if key == 'non_field_errors' else key}".rstrip("/"), value) for key, value in details.items()
        )
        return [found for here, value in parts for found in pointers(value, here)]
    if isinstance(details, list):
        single = all(isinstance(item, dict) and set(item) == {"message", "code"} for item in details)
        parts_of = ((path if single else f"{path}/{index}", item) for index, item in enumerate(details))
        return [found for here, item in parts_of for found in pointers(item, here)]
    return [{"pointer": path or "/", "code": "invalid", "detail": str(details)}]


def _as_api_exception(error: Exception) -> Exception:
    if isinstance(error, Http404):
        return exceptions.NotFound("There is nothing here, or it is in another account.")
    if isinstance(error, RequestDataTooBig):
        return Problem(413, "Too large", "At most 8 MB fit into one request.")
    if isinstance(error, SuspiciousOperation):  # more fields or files than Django reads
        return exceptions.ParseError()
    if isinstance(error, DjangoPermissionDenied):
        return exceptions.PermissionDenied(str(error) or None)
    if isinstance(error, StoreAway):
        return Problem(503, "File store away", " ".join(error.messages))
    if isinstance(error, DjangoValidationError):
        return exceptions.ValidationError(getattr(error, "message_dict", None) or error.messages)
    return error


TITLES = {
    400: "Malformed",
    401: "No or bad key",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Too large",
    415: "Unsupported type",
    422: "Understood and refused",
    429: "Too many requests",
    500: "Our mistake",
}
