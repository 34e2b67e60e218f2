"""Pages of no account's."""

from django.urls import path

from workspace.home import home
from workspace.operators import operators, retry

urlpatterns = [
    path("", home, name="home"),
    path("operators/", operators, name="operators"),
    path("operators/<slug:slug>/jobs/<public:job_id>/retry/", retry, name="operators-retry"),
]
