"""What senders send when they are broken, curious or hostile."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import Any
from urllib.parse import urlencode

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from leads.vocabulary import FACTS
from tests.fuzz.wire import VISIBLE

METHODS = ["POST"] * 12 + ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "post"]
KINDS = [
    *["application/json"] * 6,
    "",
    "application/json; charset=utf-16",
    "application/json; charset=nonsense",
    "application/json; charset=rot13",
    "application/json; charset=utf-8\u00ff",
    "APPLICATION/JSON",
    "application/vnd.api+json",
    "text/plain",
    "text/plain;charset=UTF-8",
    *["application/x-www-form-urlencoded"] * 2,
    "application/x-www-form-urlencoded; charset=rot13",
    "application/x-www-form-urlencoded; charset=utf-7",
    "application/x-www-form-urlencoded; charset=idna",
    "application/x-www-form-urlencoded; charset=undefined",
    "application/x-www-form-urlencoded; charset=base64",
    *["multipart/form-data; boundary=x"] * 3,
    "multipart/form-data; boundary=x; charset=rot13",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "multipart/form-data; boundary=" + "b" * 300,
    "multipart/form-data; boundary=\u00fc",
    "multipart/mixed; boundary=x",
    "message/rfc822",
    "application/octet-stream",
    "*/*",
    "/",
    ";;;==",
    "a" * 500,
]
TEXTS = [
    "",
    "\x00",
    "a\x00b",
    "\ud800",
    "\udfff\ud800",
    "\ufffd",
    "\u202egnp.exe",
    "é" * 3000,
    "x" * 20_001,
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "{{7*7}}",
    "%00",
    "%n%s",
    "1e999",
    "-0",
    "NaN",
    "9" * 400,
    "9" * 5000,
    "١٢٣",
    "²",
    "0x10",
    "1_000",
    "ada@exa mple.com",
    "a@" + "b" * 300 + ".com",
    "@",
    "+49 " + "1" * 80,
    "0000-00-00",
    "9999-12-31T23:59:60+24:00",
    "10000-01-01",
    "lead_" + "0" * 26,
    "lead_" + "Z" * 26,
    "src_" + "٣" * 26,
]
NUMBERS = [0, -1, 2**31, 2**63, 2**64, -(2**63) - 1, 10**400, 1e308, -1e308, 5e-324, 0.1 + 0.2]
RAW = [
    b"",
    b" ",
    b"null",
    b"true",
    b"0",
    b'"x"',
    b"[]",
    b"{}",
    b"[[[[[[]]]]]]",
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b'{"name": "\\ud800"}',
    b'{"name": "\\u0000", "email": "a@b.example"}',
    b'{"name": "a", "name": "b", "email": 1, "email": null}',
    b'{"value": NaN, "headcount": Infinity, "budget": -Infinity, "name": "a"}',
    b'{"name": 1e999, "headcount": -1e999}',
    b'{"name": "\xff\xfe", "email": "a@b.example"}',
    b"\xff\xfe{\x00}\x00",
    b"\xef\xbb\xbf{}",
    b'{"name": "a"',
    b'{"headcount": ' + b"9" * 5000 + b"}",
    b'{"' + b"k" * 60_000 + b'": 1}',
    json.dumps({f"k{n}": n for n in range(2000)}).encode(),
    json.dumps([{"name": "a"}] * 600).encode(),
    gzip.compress(b'{"name": "a"}'),
    zlib.compress(b'{"name": "a"}'),
    gzip.compress(b"0" * 10_000_000),
    b"--x\r\n",
    b"--x--",
    b'--x\r\nContent-Disposition: form-data; name="email"\r\n\r\na@b.example\r\n--x--\r\n',
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nemail\na@b.example\r\n--x--',
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="\x00/../../a.csv"\r\n\r\n\x00\xff\r\n--x--',
    b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename*=rot13''a.xlsx\r\n\r\nPK\x03\x04\r\n--x--",
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.xlsx"\r\n'
    b"Content-Transfer-Encoding: base64\r\n\r\n!!!\r\n--x--",
    b'--x\r\nContent-Disposition: form-data; name="\xff"\r\n\r\n\xff\r\n--x--',
    b"--x\r\nContent-Disposition: ;;;\r\n\r\n1\r\n--x--",
    b"--x\r\nContent-Type: multipart/mixed; boundary=y\r\n"
    b'Content-Disposition: form-data; name="a"\r\n\r\n--y--\r\n--x--',
    b"&".join(b"a%d=1" % n for n in range(1500)),
    b"name=%FF&email=%00&email=a@b.example&custom.a=1&=&&&",
    b"From: a@b.example\r\nSubject: =?utf-8?b?////?=\r\nContent-Type: text/plain; charset=rot13\r\n\r\nx",
    b"From: =?utf-8?b?A?= <a@b.example>\r\nSubject: =?utf-8?b?A?=\r\n\r\nx",
    b"From: =?x?q?=FF?= <a@b.example>\r\nDate: Tue, 99 Foo 99999 99:99:99 +9999\r\n\r\n\x00\xff",
    b"From: a@b.example\nContent-Type: multipart/mixed; boundary=\n\n--\n",
    b"From: a@b.example\nContent-Type: text/plain\nContent-Transfer-Encoding: uuencode\n\nbegin 666\n\x00",
    b"From: a@b.example\nContent-Type: message/rfc822\n\nContent-Type: message/rfc822\n\n" * 30,
]
HEADERS: dict[str, list[str]] = {
    "Content-Length": ["", "abc", "-1", "0", "1", "99999999999", "1e3", "²", "1, 1"],
    "Host": ["testserver", "evil.example", "", "testserver:99999", "[::1", "testserver@evil.example", "ünicode"],
    "X-Forwarded-Host": ["evil.example", "a,b", "\u00ff"],
    "X-Forwarded-For": ["", "1.2.3.4", "::1, unknown", "a" * 400, ",,,,", "999.1.1.1", "fe80::1%eth0"],
    "X-Forwarded-Proto": ["https", "gopher", "https,http"],
    "X-Forwarded-Port": ["x"],
    "Content-Encoding": ["gzip", "deflate", "br", "identity", "gzip, gzip", "\u00ff"],
    "Transfer-Encoding": ["chunked", "gzip, chunked"],
    "Origin": ["https://shop.example", "null", "", "https://[::1", "file://", "https://shop.example:x", "\u00ff" * 50],
    "Referer": ["https://[", "\u00ff", "x" * 4000, "javascript:alert(1)"],
    "Accept": ["application/json", "text/html", "*/*;q=x", ";;", "application/xml", "application/json; version=9"],
    "Accept-Language": ["xx", "*;q=9", "de-DE" * 90],
    "Authorization": ["Bearer", "Bearer x", "Basic \u00ff", "Bearer tg_\u00ff", "bearer  a b c", "Digest"],
    "Cookie": ["sessionid=\u00ff", "sessionid=x; csrftoken=y", "=;=;", "sessionid=" + "a" * 4000],
    "Idempotency-Key": ["a", "", " ", "\u00ff", "k" * 256, "k" * 255, "a\tb"],
    "Access-Control-Request-Method": ["POST", "\u00ff"],
    "Access-Control-Request-Headers": ["authorization", "\u00ff"],
    "webhook-id": ["", "\u00ff", "i" * 3000],
    "webhook-timestamp": ["", "0", "9" * 400, "\u00b2", "1e9", "-1"],
    "webhook-signature": ["v1,", "v1", ",,,", "v1,\u00ff", "v1," + "A" * 3000],
    "X-Hub-Signature-256": ["sha256=", "sha256=\u00ff", "sha256=zz", "sha1=0"],
    "X-LI-Signature": ["", "\u00ff", "hmacsha256=0"],
    "HX-Request": ["true"],
    "HX-Current-URL": ["\u00ff", "https://["],
    "HX-Trigger-URI-AutoEncoded": ["true"],
    "HX-Trigger": ["%FF%"],
    "X-HTTP-Method-Override": ["DELETE"],
    "Range": ["bytes=0-", "bytes=-1,x"],
    "If-Modified-Since": ["Sat, 99 Foo 9999", "\u00ff"],
    "If-None-Match": ["\u00ff", "*"],
    "Expect": ["100-continue", "x"],
    "User-Agent": ["", "\u00ff", "Googlebot"],
    "X-Request-Id": ["\u00ff", "r" * 4000],
}
QUERIES = [
    "",
    "a",
    "=&=&",
    "%00",
    "%FF=%FF",
    "\u00ff=\u00fe",
    "a[]=1&a[]=2",
    "format=xml",
    "email=%00&name=%ED%A0%80&utm_source=%FF",
    "hub.mode=subscribe&hub.challenge=%00&hub.verify_token=%FF",
    "hub.mode=subscribe&hub.challenge=<b>1</b>&hub.verify_token=verify-me",
    "challengeCode=%00%FF",
    "challengeCode=" + "c" * 5000,
    "cursor=%FF&limit=-1&limit=x",
    "cursor=AAAA&limit=99999999999999999999",
    "&".join(f"a{n}=1" for n in range(1200)),
    "q=" + "x" * 9000,
]

texts = st.sampled_from(TEXTS) | st.text(max_size=30)
scalars = st.none() | st.booleans() | st.sampled_from(NUMBERS) | st.integers() | st.floats() | texts
values = st.recursive(
    scalars,
    lambda more: st.lists(more, max_size=3) | st.dictionaries(st.text(max_size=6) | texts, more, max_size=3),
    max_leaves=6,
)
OTHER_KEYS = "source campaign consent custom signals leads kind visitor lead occurred_at id seconds since until count"
keys = st.sampled_from([*FACTS, *OTHER_KEYS.split(), "external_ids", "entry", "file", "mapping"]) | texts
things = st.dictionaries(keys, values, max_size=8)
queries = st.sampled_from(QUERIES) | st.text(st.characters(max_codepoint=0xFF, exclude_categories=["Cc"]), max_size=30)


def visible(text: str) -> str:
    return "".join(letter for letter in text if ord(letter) in VISIBLE)


headers: SearchStrategy[dict[str, str]] = st.lists(
    st.sampled_from(sorted(HEADERS)).flatmap(
        lambda name: st.tuples(st.just(name), st.sampled_from([visible(value) for value in HEADERS[name]]))
    ),
    max_size=3,
).map(dict)


def bodies(seed: Any) -> SearchStrategy[bytes]:
    """Raw nonsense, JSON of anything, and what works with one thing in it replaced."""
    made = st.sampled_from(RAW) | st.binary(max_size=60) | things.map(in_json)
    if isinstance(seed, bytes):
        return made | st.tuples(st.integers(0, len(seed)), st.binary(max_size=4)).map(
            lambda cut: seed[: cut[0]] + cut[1] + seed[cut[0] + len(cut[1]) :]
        )
    mutated = st.tuples(st.sampled_from(_places(seed)), values, keys).map(
        lambda change: _changed(seed, change[0], change[1], change[2])
    )
    return made | mutated.map(in_json) | mutated.map(in_json) | mutated.map(in_form)


def in_json(value: Any) -> bytes:
    return json.dumps(value).encode()


def in_form(value: Any) -> bytes:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else []
    return urlencode([(str(key), str(item)) for key, item in pairs], errors="replace").encode()


def _places(seed: Any, before: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = seed.items() if isinstance(seed, dict) else enumerate(seed) if isinstance(seed, list) else ()
    return [before, *(place for key, value in inner for place in _places(value, (*before, key)))]


def _changed(seed: Any, place: tuple[Any, ...], value: Any, key: str) -> Any:
    """`seed` with `value` at `place`, or with one key more where an object stands there."""
    if not place:
        return seed | {key: value} if isinstance(seed, dict) else value
    first, *rest = place
    if isinstance(seed, list):
        return [_changed(item, tuple(rest), value, key) if at == first else item for at, item in enumerate(seed)]
    return {name: _changed(item, tuple(rest), value, key) if name == first else item for name, item in seed.items()}
