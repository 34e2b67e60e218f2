"""Ring the workers. Losing, repeating or reordering rings does no harm; failing to ring must not block."""

import redis
import structlog
from django.conf import settings
from django.utils.module_loading import import_string

WAITING = 2  # rings that may lie unheard; the workers hold more themselves
log = structlog.get_logger(__name__)


class NobodyHome(Exception):
    """Redis does not answer."""


def client() -> "redis.Redis":
    """A connection that gives up after a second. Celery's socket URLs are redis+socket://, the client's unix://."""
    url = settings.REDIS_URL.replace("redis+socket://", "unix://")
    return redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1)


class Doorbell:
    def __init__(self) -> None:
        self._redis = client()
        self._celery = import_string(settings.CELERY_APP)

    def ring(self, task: str) -> None:
        """Ask the workers for `task`, unless rings still wait unheard. Raises NobodyHome within about a second."""
        try:
            if self._redis.llen("celery") < WAITING:
                self._celery.send_task(task, retry=False, ignore_result=True)
        except Exception as error:  # redis, kombu and the socket each have their own
            raise NobodyHome(str(error)) from error
