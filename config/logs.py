"""Logs: one JSON object a line on standard error, with request, account and job, without anybody's personal data."""

import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import structlog

log = structlog.get_logger(__name__)

# No local variables in tracebacks: they hold names and addresses of prospects.
_shared: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso"),
    structlog.processors.format_exc_info,
]


class RequestLog:
    """Tells of each request once it is over. What else is logged meanwhile carries its id.

    Neither the address it came from nor its query is told: both are personal data.
    """

    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        began = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=uuid4().hex)
        response = self.get_response(request)
        milliseconds = round((time.perf_counter() - began) * 1000, 1)
        log.info("request", method=request.method, path=request.path, status=response.status_code, ms=milliseconds)
        return response


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
                    structlog.processors.JSONRenderer(),
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
    }
