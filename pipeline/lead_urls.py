"""The lead page."""

from django.urls import path

from pipeline import lead_deeds, lead_page

urlpatterns = [
    path("leads/<public:lead_id>/", lead_page.lead, name="lead"),
    path("leads/<public:lead_id>/parts/<slug:part>/", lead_page.part, name="lead-part"),
    path("leads/<public:lead_id>/activities/", lead_deeds.log, name="lead-log"),
    path("leads/<public:lead_id>/facts/<str:fact>/", lead_deeds.fact, name="lead-fact"),
    path("leads/<public:lead_id>/disqualification/", lead_deeds.disqualify, name="lead-disqualify"),
    path("leads/<public:lead_id>/reopening/", lead_deeds.reopen, name="lead-reopen"),
    path("leads/<public:lead_id>/stakeholders/", lead_deeds.stakeholder, name="lead-stakeholder"),
    path("leads/<public:lead_id>/tasks/", lead_deeds.task, name="lead-task"),
    path("tasks/<public:task_id>/done/", lead_deeds.task_done, name="lead-task-done"),
]
