from django.urls import path

from workspace.home import start

urlpatterns = [
    path("", start, name="start"),
]
