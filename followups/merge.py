"""Merge fields: `{{ first_name|there }}` and nothing else. Never a template language; values are never read again."""

import re
from collections.abc import Mapping

from django.utils.html import escape, urlize

FIELD = re.compile(r"\{\{\s*([a-z_]+)\s*(?:\|([^{}\n]*))?\}\}")
LONGEST = 80
# Strangers write names and firms: a link in one would turn our reply into their advertising.
_MAY_LINK = re.compile(r"[.:@][\w/\[]")  # what urlize() makes a link of has one of these in it
_LINK = re.compile(r"://|www\.|\b[\w-]+\.(?:com|net|org|info|biz|ru|cn|io|co)/", re.IGNORECASE)


def merge(text: str, values: Mapping[str, str]) -> str:
    """`text` with each merge field replaced by its value, or by the fallback behind its bar when it is unknown."""
    return FIELD.sub(lambda found: presentable(values.get(found[1], "")) or (found[2] or "").strip(), text)


def presentable(value: str) -> str:
    """A value as one short line; empty when it is too long to be what it claims, or carries a link."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in value).split())
    return "" if len(line) > LONGEST or _LINK.search(line) else line


def fields_in(text: str) -> list[str]:
    """The names of the merge fields that `text` uses, in order."""
    return [found[1] for found in FIELD.finditer(text)]


def as_html(text: str) -> str:
    """Plain text as simple HTML: paragraphs, line breaks, links; everything else is escaped."""
    paragraphs = [part for part in re.split(r"\n\s*\n", text.strip()) if part.strip()]
    return "\n".join(f"<p>{_linked(part)}</p>" for part in paragraphs)


def _linked(paragraph: str) -> str:
    lines = (escape(line) for line in paragraph.split("\n"))
    return "<br>\n".join(urlize(line) if _MAY_LINK.search(line) else line for line in lines)
