"""Pages and endpoints that belong to no account's slug."""

from typing import Any

from django.urls import include, path

from config.api_urls import api

urlpatterns: list[Any] = [
    path("accounts/", include("allauth.urls")),
    path("api/v1/", include(api)),
]
