from django.urls import path

from followups import api

urlpatterns = [
    path("leads/<public:lead_id>/enrolments/", api.enrolments, name="api-enrolments"),
    path("enrolments/<public:enrolment_id>/", api.enrolment, name="api-enrolment"),
]
