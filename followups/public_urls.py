"""What prospects reach, outside of any account's slug."""

from django.urls import path

from followups.public_views import resubscription, subscription

urlpatterns = [
    path("u/<str:token>/", subscription, name="unsubscribe"),
    path("u/<str:token>/return/", resubscription, name="resubscribe"),
]
