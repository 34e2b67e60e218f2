from django.urls import path

from routing import cover_pages, escalation_pages, notice_pages, notice_settings_pages, pages

urlpatterns = [
    path("leads/<public:lead_id>/decision/", pages.decision, name="lead-decision"),
    path("leads/<public:lead_id>/assignment/", pages.assignment, name="lead-assignment"),
    path("owners/", pages.owners, name="owners"),
    path("leads/assignment/", pages.assignments, name="leads-assignment"),
    path("leads/<public:lead_id>/acceptance/", pages.acceptance, name="lead-acceptance"),
    path("covers/", cover_pages.covers, name="covers"),
    path("covers/<public:cover_id>/", cover_pages.cover, name="cover"),
    path("covers/<public:cover_id>/ending/", cover_pages.ending, name="cover-ending"),
    path("escalations/", escalation_pages.escalations, name="escalations"),
    path("escalations/<public:breach_id>/taking/", escalation_pages.taking, name="escalation-taking"),
    path("escalations/<public:breach_id>/pause/", escalation_pages.pause, name="escalation-pause"),
    path("escalations/<public:breach_id>/dismissal/", escalation_pages.dismissal, name="escalation-dismissal"),
    path("notifications/", notice_pages.notifications, name="notifications"),
    path("notifications/settings/", notice_settings_pages.settings, name="notice-settings"),
    path("notifications/trial/", notice_settings_pages.trial, name="notice-trial"),
]
