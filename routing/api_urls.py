from django.urls import path

from routing.api import acceptances, decisions, pools, sla_policies, territories

urlpatterns = [
    path("leads/<public:lead_id>/decision/", decisions.decision, name="api-lead-decision"),
    path("leads/<public:lead_id>/assignment/", decisions.assignment, name="api-lead-assignment"),
    path("leads/<public:lead_id>/acceptance/", acceptances.acceptance, name="api-lead-acceptance"),
    path("leads/<public:lead_id>/refusal/", acceptances.refusal, name="api-lead-refusal"),
    path("pools/", pools.pools, name="api-pools"),
    path("pools/<public:pool_id>/", pools.pool, name="api-pool"),
    path("territories/", territories.territories, name="api-territories"),
    path("territories/<public:territory_id>/", territories.territory, name="api-territory"),
    path("sla-policies/", sla_policies.sla_policies, name="api-sla-policies"),
    path("sla-policies/<public:policy_id>/", sla_policies.sla_policy, name="api-sla-policy"),
]
