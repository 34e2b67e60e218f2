from django.urls import path

from leads import pages
from leads.intake.views import intake

urlpatterns = [
    path("leads/", pages.leads, name="leads"),
    path("intake/", intake, name="intake"),
    path("leads/new/", pages.new_lead, name="new-lead"),
    path("leads/new/pasted/", pages.pasted, name="new-lead-pasted"),
    path("leads/new/known/", pages.already_known, name="new-lead-known"),
    path("leads/<public:lead_id>/timeline/", pages.timeline, name="lead-timeline"),
]
