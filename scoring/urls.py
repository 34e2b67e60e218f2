from django.urls import path

from scoring import pages

urlpatterns = [
    path("leads/<public:lead_id>/receipt/", pages.receipt, name="lead-receipt"),
    path("leads/<public:lead_id>/answers/", pages.answers, name="lead-answers"),
]
