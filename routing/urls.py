from django.urls import path

from routing import notice_pages, pages

urlpatterns = [
    path("leads/<public:lead_id>/decision/", pages.decision, name="lead-decision"),
    path("leads/<public:lead_id>/assignment/", pages.assignment, name="lead-assignment"),
    path("notifications/", notice_pages.notifications, name="notifications"),
]
