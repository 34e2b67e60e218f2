from django.urls import path

from scoring import api

urlpatterns = [
    path("leads/<public:lead_id>/receipt/", api.receipt, name="api-receipt"),
    path("leads/<public:lead_id>/answers/", api.answer, name="api-answers"),
]
