"""Pages and endpoints that belong to no account's slug."""

from typing import Any

from django.urls import include, path

urlpatterns: list[Any] = [
    path("accounts/", include("allauth.urls")),
]
