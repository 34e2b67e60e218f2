"""What websites load and send, outside of any account's slug."""

from django.urls import path

from scoring.tracking import script, take

urlpatterns = [
    path("t/<slug:key>.js", script, name="track-script"),
    path("t/<slug:key>/", take, name="track-signals"),
]
