"""What prospects reach, outside of any account's slug."""

from django.urls import path

from followups.public_views import mail_link, resubscription, subscription

urlpatterns = [
    path("l/<str:token>/", mail_link, name="mail-link"),
    path("u/<str:token>/", subscription, name="unsubscribe"),
    path("u/<str:token>/return/", resubscription, name="resubscribe"),
]
