"""The lead page."""

from django.urls import path

from pipeline import calendar_pages, desk_pages, lead_deeds, lead_page, talk_pages

urlpatterns = [
    path("leads/<public:lead_id>/", lead_page.lead, name="lead"),
    path("leads/<public:lead_id>/parts/<slug:part>/", lead_page.part, name="lead-part"),
    path("leads/<public:lead_id>/activities/", lead_deeds.log, name="lead-log"),
    path("leads/<public:lead_id>/facts/<str:fact>/", lead_deeds.fact, name="lead-fact"),
    path("leads/<public:lead_id>/disqualification/", lead_deeds.disqualify, name="lead-disqualify"),
    path("leads/<public:lead_id>/reopening/", lead_deeds.reopen, name="lead-reopen"),
    path("leads/<public:lead_id>/stakeholders/", lead_deeds.stakeholder, name="lead-stakeholder"),
    path("leads/<public:lead_id>/tasks/", desk_pages.tasks, name="lead-task"),
    path("tasks/<public:task_id>/", desk_pages.task, name="lead-one-task"),
    path("tasks/<public:task_id>/snooze/", desk_pages.snooze, name="task-snooze"),
    path("stakeholders/<public:stakeholder_id>/", desk_pages.stakeholder, name="lead-one-stakeholder"),
    path("leads/<public:lead_id>/objections/", desk_pages.objections, name="lead-objections"),
    path("objections/<public:objection_id>/", desk_pages.objection, name="lead-one-objection"),
    path("objections/<public:objection_id>/answer/", desk_pages.objection_answer, name="lead-objection-answer"),
    path("leads/<public:lead_id>/meetings/", desk_pages.meetings, name="lead-meetings"),
    path("meetings/<public:meeting_id>/", desk_pages.meeting, name="lead-one-meeting"),
    path("meetings/<public:meeting_id>/outcome/", desk_pages.meeting_outcome, name="lead-meeting-outcome"),
    path("meetings/<public:meeting_id>/meeting.ics", calendar_pages.meeting_file, name="meeting-file"),
    path("leads/<public:lead_id>/files/", talk_pages.files, name="lead-files"),
    path("files/<public:file_id>/", talk_pages.file, name="lead-one-file"),
    path("files/<public:file_id>/kind/", talk_pages.file_kind, name="lead-file-kind"),
    path("comments/<public:comment_id>/", talk_pages.comment, name="lead-comment"),
    path("leads/<public:lead_id>/following/", talk_pages.following, name="lead-following"),
    path("leads/<public:lead_id>/history/", talk_pages.changes, name="lead-history"),
    path("leads/<public:lead_id>/undo/", talk_pages.undo_on_lead, name="lead-undo"),
    path("undo/", talk_pages.undo_anywhere, name="undo"),
    path("calendar/", calendar_pages.feed_settings, name="calendar"),
    path("tasks/<public:task_id>/done/", lead_deeds.task_done, name="lead-task-done"),
]
