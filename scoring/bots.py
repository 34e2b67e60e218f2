"""Which engagement is a machine's: mail scanners and link checkers look at everything, at once, for everybody. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

AT_ONCE = timedelta(seconds=2)  # nobody reads a mail within two seconds of its sending
AROUND = timedelta(minutes=1)  # who followed a link that no person sees did the rest of that minute, too
OF_MAIL = frozenset({"email_open", "email_click"})
# Programs that fetch what is in a mail or on a page for somebody who has not looked at it.
SCANNERS = re.compile(
    r"bot\b|crawl|spider|slurp|preview|scanner|headless|python-|curl/|wget|libwww|java/|go-http|okhttp|axios"
    r"|barracuda|proofpoint|mimecast|forcepoint|symantec|messagelabs|sophos|trendmicro|fireeye|ironport|safelinks"
    r"|urldefen[sc]e|facebookexternalhit|whatsapp|uptime|monitor",
    re.IGNORECASE,
)


def is_around(kind: str, occurred_at: datetime, traps: Iterable[datetime]) -> bool:
    """Whether something in a mail happened within a minute of a trap that was touched there (aware times)."""
    return kind in OF_MAIL and any(abs(occurred_at - moment) <= AROUND for moment in traps)


def is_scanner(user_agent: str) -> bool:
    """Whether a program calls itself one that fetches for nobody in particular."""
    return bool(SCANNERS.search(user_agent))


def is_at_once(kind: str, occurred_at: datetime, sent: Iterable[datetime]) -> bool:
    """Whether something in a mail happened within two seconds of a sending (aware times)."""
    return kind in OF_MAIL and any(timedelta() <= occurred_at - moment <= AT_ONCE for moment in sent)
