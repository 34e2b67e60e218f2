"""Headers that would break Django before any code of ours runs."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.handlers.wsgi import WSGIRequest
from hypothesis import given
from hypothesis import strategies as st

from config.hygiene import believable
from tests.fuzz.wire import Asked, send


@pytest.mark.parametrize(
    "charset", ["utf-8", "UTF8", '"utf-8"', "latin-1", "us-ascii", "windows-1252", "utf-16", "gbk"]
)
def test_charsets_of_text_are_believed(charset: str) -> None:
    assert believable(f"text/plain; charset={charset}") == f"text/plain; charset={charset}"


@pytest.mark.parametrize("charset", ["rot13", "base64", "zip", "idna", "punycode", "undefined", "utf-7", "nonsense"])
def test_other_codecs_are_not(charset: str) -> None:
    assert believable(f"text/plain; Charset={charset}; boundary=x") == "text/plain; boundary=x"


@given(st.text(max_size=12), st.sampled_from(["rot13", '"rot13"', "undefined", "a\x00", '"', "utf-8; charset=rot13"]))
def test_django_can_make_a_request_of_whatever_is_left(around: str, charset: str) -> None:
    kind = believable(f"a/b;{around};charset={charset};{around}")
    environ = {"REQUEST_METHOD": "GET", "QUERY_STRING": "a=%FF", "CONTENT_TYPE": kind, "wsgi.input": BytesIO()}
    assert list(WSGIRequest(environ).GET) == ["a"]


@pytest.mark.django_db
@pytest.mark.parametrize("charset", ["rot13", "undefined", "idna"])
def test_no_page_breaks_on_one(charset: str) -> None:
    kind = f"application/x-www-form-urlencoded; charset={charset}"
    assert send(Asked("POST", "/accounts/login/", b"login=a", kind, "next=%FF")).status in (200, 403)


@pytest.mark.parametrize("length", ["abc", "-1", "²", "1, 1", "9" * 30])
def test_a_length_that_is_none_is_refused(length: str) -> None:
    assert send(Asked("POST", "/healthz", b"", headers={"Content-Length": length})).status == 400


def test_too_many_parameters_beside_a_charset_are_refused() -> None:
    query = "&".join(f"a{number}=1" for number in range(1200))
    assert send(Asked("GET", "/healthz", kind="text/plain; charset=utf-8", query=query)).status == 400
