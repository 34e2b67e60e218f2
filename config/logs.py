"""Logs: one JSON object a line on standard error, with request, account and job, without anybody's personal data."""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson
import structlog

from tenancy.ids import uuid7

log = logging.getLogger(__name__)

# No local variables in tracebacks: they hold names and addresses of prospects.
_shared: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso"),
    structlog.processors.format_exc_info,
]


def _line(event: Any, **_: Any) -> str:
    return orjson.dumps(event, default=repr, option=orjson.OPT_NON_STR_KEYS).decode()


class RequestLog:
    """Tells of each request once it is over. What else is logged meanwhile carries its id.

    Neither the address it came from nor its query is told: both are personal data.
    """

    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        began = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=uuid7().hex)
        response = self.get_response(request)
        if log.isEnabledFor(logging.INFO):
            log.info(_told(request, response.status_code, round((time.perf_counter() - began) * 1000, 1)))
        return response


def _told(request: Any, status: int, milliseconds: float) -> str:
    """A line as those of structlog; it takes ten ways round to write one, and this one is written all day."""
    line = {"event": "request", "method": request.method, "path": request.path, "status": status, "ms": milliseconds}
    common = {"level": "info", "logger": __name__, "timestamp": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"}
    return _line(line | structlog.contextvars.get_contextvars() | common)


def configure(level: str) -> dict[str, Any]:
    """Set structlog up; returns Django's LOGGING for everything of at least `level`."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": _shared,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.JSONRenderer(serializer=_line),
                ],
            },
            "ready": {"format": "%(message)s"},
        },
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "json"},
            "requests": {"class": "logging.StreamHandler", "formatter": "ready"},
        },
        "loggers": {__name__: {"handlers": ["requests"], "propagate": False}},
        "root": {"handlers": ["stderr"], "level": level},
    }
