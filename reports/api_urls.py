from django.urls import path

from reports import api

urlpatterns = [
    path("reports/<slug:name>/", api.report, name="api-report"),
]
