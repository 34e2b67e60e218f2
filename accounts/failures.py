"""What nobody's view answers: unknown paths and crashes, as a page for people and as a problem for machines."""

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.views import defaults

from accounts.problems import TITLES, TYPE

API = "/api/v1/"


def not_found(request: Any, exception: Exception) -> HttpResponse:
    if API in request.path:
        return problem(request, 404, "There is nothing here, or it is in another account.")
    return defaults.page_not_found(request, exception)


def server_error(request: Any) -> HttpResponse:
    if API in request.path:
        return problem(request, 500, "Something broke on our side. Nothing was changed; it is in our log.")
    return defaults.server_error(request)


def problem(request: Any, status: int, detail: str) -> HttpResponse:
    body = {"type": "about:blank", "title": TITLES[status], "status": status, "detail": detail}
    return JsonResponse(body | {"instance": request.get_full_path()}, status=status, content_type=TYPE)
