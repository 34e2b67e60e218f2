from celery import shared_task

from events import drain as due


@shared_task(name="events.drain")
def drain() -> None:
    """A doorbell without content: do whatever is due."""
    due.drain_inside()


@shared_task(name="events.send")
def send() -> None:
    """A doorbell without content: do whatever is due outside."""
    due.drain_outside()
