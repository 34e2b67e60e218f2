"""Celery is the muscle; its messages are doorbells without content (events/drain.py)."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_process_init
from django.conf import settings

from config.settled import settle

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("tollgate")
app.conf.update(settings.CELERY)
app.autodiscover_tasks(["events"])


@worker_process_init.connect
def _settle(**_: Any) -> None:
    from events.record import flow  # needs the apps

    flow()  # loads every handler
    settle()
