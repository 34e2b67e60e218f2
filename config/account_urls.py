"""What stands behind /<account-slug>/."""

from typing import Any

from django.urls import include, path

from config.api_urls import api

urlpatterns: list[Any] = [
    path("api/v1/", include(api)),
    path("", include("leads.urls")),
    path("", include("routing.urls")),
    path("", include("scoring.urls")),
    path("", include("pipeline.urls")),
    path("", include("pipeline.lead_urls")),
    path("", include("followups.urls")),
    path("", include("reports.urls")),
    path("", include("workspace.urls")),
]

handler404 = "accounts.failures.not_found"
handler500 = "accounts.failures.server_error"
