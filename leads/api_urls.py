from django.urls import path

from leads.api import batch, imports, leads, work

urlpatterns = [
    path("leads/", leads.leads, name="api-leads"),
    path("leads/batch/", batch.batch, name="api-leads-batch"),
    path("leads/<public:lead_id>/", leads.lead, name="api-lead"),
    path("leads/<public:lead_id>/timeline/", work.timeline, name="api-timeline"),
    path("leads/<public:lead_id>/activities/", work.activities, name="api-activities"),
    path("leads/<public:lead_id>/stakeholders/", work.stakeholders, name="api-stakeholders"),
    path("leads/<public:lead_id>/disqualification/", work.disqualification, name="api-disqualification"),
    path("imports/", imports.imports, name="api-imports"),
    path("imports/<public:import_id>/", imports.one_import, name="api-import"),
    path("imports/<public:import_id>/rejects/", imports.rejects, name="api-import-rejects"),
    path("stakeholders/<public:stakeholder_id>/", work.stakeholder, name="api-stakeholder"),
]
