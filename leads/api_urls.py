from django.urls import path

from leads.api import batch, fields, imports, leads, merges, people, sources, work

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
    path("custom-fields/", fields.fields, name="api-custom-fields"),
    path("custom-fields/<public:field_id>/", fields.field, name="api-custom-field"),
    path("sources/", sources.sources, name="api-sources"),
    path("sources/<public:source_id>/", sources.source, name="api-source"),
    path("sources/<public:source_id>/reconciliation/", sources.reconciliation, name="api-reconciliation"),
    path("leads/<public:lead_id>/merge/", merges.merging, name="api-merge"),
    path("merges/<public:merge_id>/", merges.unmerging, name="api-unmerge"),
    path("companies/", people.companies, name="api-companies"),
    path("companies/<public:company_id>/", people.company, name="api-company"),
    path("contacts/", people.contacts, name="api-contacts"),
    path("contacts/<public:contact_id>/", people.contact, name="api-contact"),
    path("contacts/<public:contact_id>/export/", people.export, name="api-contact-export"),
    path("contacts/<public:contact_id>/erasure/", people.erasure, name="api-contact-erasure"),
    path("stakeholders/<public:stakeholder_id>/", work.stakeholder, name="api-stakeholder"),
]
