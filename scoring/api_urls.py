from django.urls import path

from scoring import api, rules_api, signals_api, versions_api
from scoring.learned import api as learned_api

urlpatterns = [
    path("signals/", signals_api.signals, name="api-signals"),
    path("leads/<public:lead_id>/receipt/", api.receipt, name="api-receipt"),
    path("leads/<public:lead_id>/answers/", api.answer, name="api-answers"),
    path("scoring-rules/", rules_api.rules, name="api-scoring-rules"),
    path("scoring-rules/<public:rule_id>/", rules_api.rule, name="api-scoring-rule"),
    path("scoring-versions/", versions_api.scoring_versions, name="api-scoring-versions"),
    path("scoring-versions/<public:version_id>/", versions_api.scoring_version, name="api-scoring-version"),
    path("scoring-models/", learned_api.models, name="api-scoring-models"),
    path("scoring-models/<public:model_id>/", learned_api.model, name="api-scoring-model"),
    path("scoring-models/<public:model_id>/promotion/", learned_api.promotion, name="api-scoring-promotion"),
]
