"""What must hold of a request before Django makes one of it: some headers would break it on the way.

A request says itself in which charset it is written. Python knows codecs that are none (`rot13`, `undefined`), and
Django reads the query string with whatever is said before any middleware runs: a 500 for a header that anybody can
send. So do a Content-Length that is no number, and too many parameters beside a charset.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.utils.http import parse_header_parameters

TEXT = re.compile(
    r"utf-(?:8|16|16-[lb]e)|ascii|iso8859-\d{1,2}|cp12\d\d|koi8-[rut]|gb(?:k|2312|18030)|big5|euc_(?:jp|kr)|shift_jis"
)
_PARAMETER = re.compile(r";\s*charset[^;]*", re.IGNORECASE)

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def hygienic(application: Application) -> Application:
    """A WSGI application that is read as UTF-8 where its own charset is none, and refuses a length that is none."""

    def wrapped(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or "0"
        if not (length.isascii() and length.isdigit() and len(length) < 20):
            return _refused(start_response, b"This Content-Length is no number.")
        environ["CONTENT_TYPE"] = believable(environ.get("CONTENT_TYPE", ""))
        try:
            return application(environ, start_response)
        except SuspiciousOperation:  # raised while the request is made; later ones Django answers itself
            return _refused(start_response, b"This request makes no sense.")

    return wrapped


def _refused(start_response: Any, why: bytes) -> Iterable[bytes]:
    start_response("400 Bad Request", [("Content-Type", "text/plain"), ("Connection", "close")])
    return [why]


def believable(content_type: str) -> str:
    """`content_type` without a charset that is none."""
    if "charset" not in content_type.lower() or _is_text(content_type):
        return content_type
    without = _PARAMETER.sub("", content_type)
    return without if _is_text(without) else content_type.partition(";")[0]


def _is_text(content_type: str) -> bool:
    try:
        said = parse_header_parameters(content_type)[1].get("charset", "utf-8")
        return bool(TEXT.fullmatch(codecs.lookup(said).name))
    except (LookupError, ValueError):  # ValueError: a NUL in it, or a header that nobody can read
        return False
