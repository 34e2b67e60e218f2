"""What calendars read, outside of any account's slug."""

from django.urls import path

from pipeline import calendar_pages

urlpatterns = [path("calendar/<str:token>.ics", calendar_pages.feed, name="calendar-feed")]
