import json
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from accounts.problems import Problem

MOST = 64 * 1024


class Json(JSONParser):
    """JSON of at most 64 KB, or what the endpoint allows; nesting that no parser survives is malformed, not a crash."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        context = parser_context or {}
        request, most = context.get("request"), getattr(context.get("view"), "most", MOST)
        if request is not None and len(request._request.body) > most:
            raise Problem(413, "Too large", f"At most {most // 1024} KB fit into one request.")
        try:
            return json.loads(stream.read().decode(context.get("encoding", "utf-8")), parse_constant=_no_number)
        except ValueError as error:
            raise ParseError(f"JSON parse error - {error}") from None
        except RecursionError:
            raise ParseError("This is nested too deeply.") from None


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no number")
