from django.urls import path

from leads import condition_page, duplicates_page, pages, people_pages, privacy_pages
from leads.imports import views as imports
from leads.intake.views import intake

urlpatterns = [
    path("leads/", pages.leads, name="leads"),
    path("conditions/rows/", condition_page.condition_rows, name="condition-rows"),
    path("intake/", intake, name="intake"),
    path("imports/", imports.imports, name="imports"),
    path("imports/<public:import_id>/", imports.one_import, name="import"),
    path("imports/<public:import_id>/progress/", imports.progress, name="import-progress"),
    path("imports/<public:import_id>/mapping/", imports.mapping, name="import-mapping"),
    path("imports/<public:import_id>/cells/", imports.cells, name="import-cells"),
    path("imports/<public:import_id>/run/", imports.run, name="import-run"),
    path("imports/<public:import_id>/pause/", imports.pause, name="import-pause"),
    path("imports/<public:import_id>/stop/", imports.stop, name="import-stop"),
    path("imports/<public:import_id>/undo/", imports.undo, name="import-undo"),
    path("imports/<public:import_id>/rejects/", imports.rejects, name="import-rejects"),
    path("duplicates/", duplicates_page.queue, name="duplicates"),
    path("duplicates/<public:suspicion_id>/merge/", duplicates_page.merged, name="duplicate-merge"),
    path("duplicates/<public:suspicion_id>/difference/", duplicates_page.different, name="duplicate-different"),
    path("merges/<public:merge_id>/undoing/", duplicates_page.undone, name="merge-undo"),
    path("companies/", people_pages.companies, name="companies"),
    path("companies/<public:company_id>/", people_pages.company, name="company"),
    path("companies/<public:company_id>/facts/<slug:fact>/", people_pages.company_fact, name="company-fact"),
    path("contacts/", people_pages.contacts, name="contacts"),
    path("contacts/<public:contact_id>/", people_pages.contact, name="contact"),
    path("contacts/<public:contact_id>/facts/<slug:person_fact>/", people_pages.contact_fact, name="contact-fact"),
    path("contacts/<public:contact_id>/export/", privacy_pages.export, name="contact-export"),
    path("contacts/<public:contact_id>/erasure/", privacy_pages.erasure, name="contact-erasure"),
    path("leads/new/", pages.new_lead, name="new-lead"),
    path("leads/new/pasted/", pages.pasted, name="new-lead-pasted"),
    path("leads/new/known/", pages.already_known, name="new-lead-known"),
    path("leads/<public:lead_id>/timeline/", pages.timeline, name="lead-timeline"),
]
