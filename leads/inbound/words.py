"""What a person wrote in a mail: without the letters below it, without markup; and what the signature says."""

from __future__ import annotations

import html as entities
import re

import nh3
import phonenumbers

_BREAKS = re.compile(r"<(?:br|/p|/div|/tr|/li|/h[1-6]|/blockquote|/table)\b[^>]{0,200}>", re.I)
_QUOTED = re.compile(
    r"<(?:blockquote|div)\b[^>]{0,300}(?:class=[\"']?(?:gmail_quote|yahoo_quoted|moz-cite-prefix)|type=[\"']?cite|"
    r"id=[\"']?(?:divRplyFwdMsg|appendonsend|mail-editor-reference-message))",
    re.I,
)
MOST = 20_000

# "On ... wrote:", in the languages that mail programs speak; the date may be broken over two lines.
_INTRODUCED = re.compile(
    r"""^[ \t>]*(?:
        On\b[^\n]{4,200}(?:\n[^\n]{0,200})?\bwrote\s*:            |
        Am\b[^\n]{4,200}(?:\n[^\n]{0,200})?\bschrieb\b[^\n]{0,200}:  |
        [^\n]{0,80}\bschrieb\s+(?:am\b)[^\n]{0,200}:                 |
        Le\b[^\n]{4,200}(?:\n[^\n]{0,200})?\ba\s+écrit\s*:        |
        El\b[^\n]{4,200}(?:\n[^\n]{0,200})?\bescribió\s*:         |
        Il\b[^\n]{4,200}(?:\n[^\n]{0,200})?\bha\s+scritto\s*:     |
        Op\b[^\n]{4,200}(?:\n[^\n]{0,200})?\bschreef\b[^\n]{0,200}:  |
        Em\b[^\n]{4,200}(?:\n[^\n]{0,200})?\bescreveu\s*:
    )[ \t]*$""",
    re.M | re.X | re.I,
)
_DIVIDED = re.compile(
    r"^[ \t>]*(?:-{2,}\s*(?:Forwarded message|Weitergeleitete Nachricht|Message transféré|Mensaje reenviado|"
    r"Original Message|Ursprüngliche Nachricht|Message d'origine|Message original|"
    r"Mensaje original|Messaggio originale|Oorspronkelijk bericht)\s*-{2,}|"
    r"Begin forwarded message\s*:|Anfang der weitergeleiteten Nachricht\s*:|Début du message réexpédié\s*:)[ \t]*$",
    re.M | re.I,
)
_HEADED = re.compile(
    r"^[ \t>*]*(?:From|Von|De|Da|Van)\s?:\*?[^\n]{3,300}\n"
    r"(?:[ \t>*]*(?:Sent|Gesendet|Envoyé|Enviado|Inviato|Verzonden|Date|Datum|"
    r"Fecha|Data|To|An|À|Para|Subject|Betreff|Objet|Asunto|Oggetto)\s?:[^\n]{0,300}\n?){1,}",
    re.M | re.I,
)
_SIGNATURE = re.compile(r"^(?:--|—|__+)[ \t]*$", re.M)
_GREETING = re.compile(
    r"^[ \t]*(?:(?:kind|best|warm|many)?\s*regards|best wishes|cheers|sincerely|thanks(?: and regards)?|thank you|"
    r"mit freundlichen gr(?:ü|ue)(?:ß|ss)en|(?:viele|beste|liebe|freundliche) gr(?:ü|ue)(?:ß|ss)e|mfg|"
    r"(?:bien )?cordialement|bien à vous|salutations|(?:un )?cordial saludo|saludos)\b[^\n]{0,30}$",
    re.M | re.I,
)


def plain(markup: str) -> str:
    """HTML as text. Nothing of it is ever shown as HTML: markup, scripts and styles are gone, not only tamed."""
    spaced = _BREAKS.sub(lambda tag: tag[0] + "\n", without_quotes_in(markup))
    bare = nh3.clean(spaced, tags=set(), clean_content_tags={"script", "style", "title", "template"})
    lines = [" ".join(line.split()) for line in entities.unescape(bare).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def without_quotes_in(markup: str) -> str:
    found = _QUOTED.search(markup)
    return markup[: found.start()] if found and _says_something(markup[: found.start()]) else markup


def _says_something(markup: str) -> bool:
    return bool(re.sub(r"<[^>]{0,2000}>|&nbsp;|\s", "", markup))


def written(text: str) -> str:
    """What stands above the first quoted letter; all of it when nothing stands above."""
    cuts = [found.start() for one in (_INTRODUCED, _DIVIDED, _HEADED) if (found := one.search(text[: MOST * 3]))]
    above = text[: min(cuts)] if cuts else text
    kept = [line for line in above.split("\n") if not line.lstrip().startswith(">")]
    said = re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()
    return (said or ("" if cuts else text.strip()))[:MOST]


def signature(text: str) -> str:
    """The lines below `-- ` or a greeting, else the last eight; where people put who they are."""
    for mark in (_SIGNATURE, _GREETING):
        found = list(mark.finditer(text))
        if found:
            return "\n".join(text[found[-1].end() :].strip().split("\n")[:10])
    return "\n".join(text.strip().split("\n")[-8:])


def phone_in(text: str, country: str) -> str:
    """The first telephone number of a signature, as it was written; "" without one. A fax is nobody's phone."""
    for line in signature(text).split("\n"):
        if re.match(r"\s*(?:fax|telefax|f)\b", line, re.I):
            continue
        for found in phonenumbers.PhoneNumberMatcher(line[:300], country):
            return str(found.raw_string)[:60]
    return ""


def name_in(text: str) -> str:
    """A name in the first line of a signature, if it looks like one: two to four capitalised words and nothing else."""
    first = next((line.strip(" ,*_") for line in signature(text).split("\n") if line.strip()), "")
    # Fewer words are a closing, more are a sentence; better no name than a wrong one.
    return first if re.fullmatch(r"(?:Dr\.? |Prof\.? )?(?:[^\W\d_a-z][\w'’.-]{0,30} ?){2,4}", first) else ""
