from django.urls import path

from workspace import forms_api, routing_rules_api, routing_versions_api

urlpatterns = [
    path("forms/", forms_api.forms, name="api-forms"),
    path("forms/<public:form_id>/", forms_api.form, name="api-form"),
    path("routing-rules/", routing_rules_api.rules, name="api-routing-rules"),
    path("routing-rules/preview/", routing_versions_api.routing_preview, name="api-routing-preview"),
    path("routing-rules/replay/", routing_versions_api.routing_replays, name="api-routing-replays"),
    path("routing-rules/replay/<public:replay_id>/", routing_versions_api.routing_replay, name="api-routing-replay"),
    path("routing-rules/<public:routing_rule_id>/", routing_rules_api.rule, name="api-routing-rule"),
    path("routing-versions/", routing_versions_api.routing_versions, name="api-routing-versions"),
    path(
        "routing-versions/<public:routing_version_id>/",
        routing_versions_api.routing_version,
        name="api-routing-version",
    ),
]
