from django.urls import path

from scoring import api, signals_api

urlpatterns = [
    path("signals/", signals_api.signals, name="api-signals"),
    path("leads/<public:lead_id>/receipt/", api.receipt, name="api-receipt"),
    path("leads/<public:lead_id>/answers/", api.answer, name="api-answers"),
]
