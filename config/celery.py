"""Celery is the muscle; its messages are doorbells without content (events/drain.py)."""

import os

from celery import Celery
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("tollgate")
app.conf.update(settings.CELERY)
app.autodiscover_tasks(["events"])
