from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from accounts.problems import Problem

MOST = 64 * 1024


class Json(JSONParser):
    """JSON of at most 64 KB; nesting that no parser survives is malformed, not a crash."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        request = (parser_context or {}).get("request")
        if request is not None and len(request._request.body) > MOST:
            raise Problem(413, "Too large", "At most 64 KB fit into one request.")
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError("This is nested too deeply.") from None
