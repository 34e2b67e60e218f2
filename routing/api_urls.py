from django.urls import path

from routing import api

urlpatterns = [
    path("leads/<public:lead_id>/decision/", api.decision, name="api-lead-decision"),
    path("leads/<public:lead_id>/assignment/", api.assignment, name="api-lead-assignment"),
]
