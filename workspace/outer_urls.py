"""Pages of no account's."""

from django.urls import path

from workspace.home import home

urlpatterns = [
    path("", home, name="home"),
]
