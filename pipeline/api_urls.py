from django.urls import path

from pipeline.api import deals, dossier, moves

urlpatterns = [
    path("deals/", deals.deals, name="api-deals"),
    path("deals/<public:deal_id>/", deals.deal, name="api-deal"),
    path("deals/<public:deal_id>/gate/", deals.gate, name="api-gate"),
    path("deals/<public:deal_id>/moves/", moves.moves, name="api-moves"),
    path("leads/<public:lead_id>/meetings/", dossier.meetings, name="api-meetings"),
    path("leads/<public:lead_id>/objections/", dossier.objections, name="api-objections"),
    path("leads/<public:lead_id>/tasks/", dossier.tasks, name="api-tasks"),
    path("leads/<public:lead_id>/files/", dossier.files, name="api-files"),
    path("meetings/<public:meeting_id>/", dossier.meeting, name="api-meeting"),
    path("objections/<public:objection_id>/", dossier.objection, name="api-objection"),
    path("tasks/<public:task_id>/", dossier.task, name="api-task"),
    path("files/<public:file_id>/", dossier.file, name="api-file"),
]
