from django.urls import path

from pipeline.api import approvals, criteria, deals, desk, dossier, moves, pipelines, stages

urlpatterns = [
    path("deals/", deals.deals, name="api-deals"),
    path("deals/<public:deal_id>/", deals.deal, name="api-deal"),
    path("deals/<public:deal_id>/gate/", deals.gate, name="api-gate"),
    path("deals/<public:deal_id>/moves/", moves.moves, name="api-moves"),
    path("leads/<public:lead_id>/meetings/", dossier.meetings, name="api-meetings"),
    path("leads/<public:lead_id>/objections/", dossier.objections, name="api-objections"),
    path("leads/<public:lead_id>/tasks/", desk.tasks, name="api-tasks"),
    path("leads/<public:lead_id>/files/", desk.files, name="api-files"),
    path("meetings/<public:meeting_id>/", dossier.meeting, name="api-meeting"),
    path("objections/<public:objection_id>/", dossier.objection, name="api-objection"),
    path("tasks/<public:task_id>/", desk.task, name="api-task"),
    path("files/<public:file_id>/", desk.file, name="api-file"),
    path("leads/<public:lead_id>/comments/", desk.comments, name="api-comments"),
    path("comments/<public:comment_id>/", desk.comment, name="api-comment"),
    path("pipelines/", pipelines.pipelines, name="api-pipelines"),
    path("pipelines/<public:pipeline_id>/", pipelines.pipeline, name="api-pipeline"),
    path("stages/", stages.stages, name="api-stages"),
    path("stages/<public:stage_id>/", stages.stage, name="api-stage"),
    path("criteria/", criteria.criteria, name="api-criteria"),
    path("criteria/<public:criterion_id>/", criteria.criterion, name="api-criterion"),
    path("approvals/", approvals.approvals, name="api-approvals"),
    path("approvals/<public:approval_id>/answer/", approvals.answer, name="api-approval-answer"),
]
