"""Pages and endpoints that belong to no account's slug."""

from typing import Any

from django.urls import include, path
from django_prometheus.exports import ExportToDjangoView
from drf_spectacular.views import SpectacularJSONAPIView

from config.api_docs import docs
from config.api_urls import api
from config.health import healthz, readyz

urlpatterns: list[Any] = [
    path("api/v1/", include(api)),  # first: what arrives here arrives all day
    path("", include("workspace.outer_urls")),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", ExportToDjangoView, name="metrics"),
    path("accounts/", include("allauth.urls")),
    path(
        "api/v1/schema/",
        SpectacularJSONAPIView.as_view(permission_classes=[], authentication_classes=[], urlconf="config.urls"),
        name="schema",
    ),
    path("api/v1/docs/", docs, name="api-docs"),
    path("", include("leads.public_urls")),
    path("", include("scoring.public_urls")),
    path("", include("followups.public_urls")),
    path("", include("pipeline.public_urls")),
]

handler404 = "accounts.failures.not_found"
handler500 = "accounts.failures.server_error"
