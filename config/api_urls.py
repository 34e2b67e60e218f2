"""The REST contract, mounted twice: /api/v1/ for keys and /<account-slug>/api/v1/ for members."""

from typing import Any

from django.urls import include, path

api: list[Any] = [
    path("", include("leads.api_urls")),
    path("", include("scoring.api_urls")),
    path("", include("routing.api_urls")),
    path("", include("pipeline.api_urls")),
    path("", include("followups.api_urls")),
    path("", include("reports.api_urls")),
    path("", include("workspace.api_urls")),
]
