from django.urls import path

from followups import pages
from followups.today import views as today

urlpatterns = [
    path("leads/<public:lead_id>/cadence/", pages.cadence, name="lead-cadence"),
    path("leads/<public:lead_id>/enrolments/", pages.enrolments, name="lead-enrolments"),
    path("enrolments/<public:enrolment_id>/ending/", pages.ending, name="enrolment-ending"),
    path("contacts/<public:contact_id>/consent/", pages.consent, name="contact-consent"),
    path("today/", today.today, name="today"),
    path("today/<public:lead_id>/calls/", today.call, name="today-call"),
    path("today/<public:lead_id>/answer/", today.answered, name="today-answered"),
    path("today/<public:lead_id>/steps/", today.step, name="today-step"),
    path("today/tasks/<public:task_id>/done/", today.task, name="today-task"),
    path("today/touches/<public:touch_id>/done/", today.touch, name="today-touch"),
]
