from django.urls import path

from workspace.home import start
from workspace.search import search
from workspace.settings import enrichment, fields, forms, general, jobs, keys, members, pipelines, rules, sources

urlpatterns = [
    path("", start, name="start"),
    path("search/", search, name="search"),
    path("settings/", general.general, name="settings"),
    path("settings/members/", members.members, name="settings-members"),
    path("settings/members/<public:member_id>/role/", members.role, name="settings-member-role"),
    path("settings/members/<public:member_id>/departure/", members.departure, name="settings-member-departure"),
    path("settings/keys/", keys.keys, name="settings-keys"),
    path("settings/keys/<public:key_id>/revocation/", keys.revocation, name="settings-key-revocation"),
    path("settings/sources/", sources.sources, name="settings-sources"),
    path("settings/forms/", forms.forms_page, name="settings-forms"),
    path("settings/forms/<public:form_id>/", forms.form, name="settings-form"),
    path("settings/forms/<public:form_id>/draft/", forms.draft, name="settings-form-draft"),
    path("settings/forms/<public:form_id>/publication/", forms.publication, name="settings-form-publication"),
    path("settings/fields/", fields.fields, name="settings-fields"),
    path("settings/fields/<public:field_id>/", fields.field, name="settings-field"),
    path("settings/fields/<public:field_id>/archival/", fields.archival, name="settings-field-archival"),
    path("settings/fields/<public:field_id>/restoration/", fields.restoration, name="settings-field-restoration"),
    path("settings/fields/<public:field_id>/place/", fields.place, name="settings-field-place"),
    path("settings/enrichment/", enrichment.providers, name="settings-enrichment"),
    path("settings/enrichment/trial/", enrichment.built_in_trial, name="settings-enrichment-trial"),
    path("settings/enrichment/<public:provider_id>/", enrichment.provider, name="settings-provider"),
    path("settings/enrichment/<public:provider_id>/trial/", enrichment.trial, name="settings-provider-trial"),
    path("settings/enrichment/<public:provider_id>/pause/", enrichment.pause, name="settings-provider-pause"),
    path("settings/pipelines/", pipelines.pipelines, name="settings-pipelines"),
    path("settings/stages/<public:stage_id>/", pipelines.stage, name="settings-stage"),
    path("settings/scoring/", rules.scoring, name="settings-scoring"),
    path("settings/routing/", rules.routing, name="settings-routing"),
    path("settings/jobs/", jobs.jobs, name="settings-jobs"),
    path("settings/jobs/<public:job_id>/retry/", jobs.retry, name="settings-job-retry"),
]
