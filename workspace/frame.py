"""What stands around every page: account, member, navigation."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import NoReverseMatch, reverse

from accounts.middleware import outside_url
from accounts.models import Member
from tenancy import clock
from tenancy.models import Account


@dataclass(frozen=True)
class Page:
    name: str
    url: str
    icon: str
    key: str = ""
    current: bool = False
    count: int | None = None


# name, URL name, icon, key after G; the first four also stand in the phone's bottom bar.
PAGES = (
    ("Today", "today", "sun", "t"),
    ("Board", "board", "square-kanban", "b"),
    ("Leads", "leads", "users-round", "l"),
    ("Reports", "funnel", "chart-column", "r"),
    ("Intake", "intake", "inbox", ""),
    ("Sources", "sources", "plug", ""),
    ("Settings", "settings", "settings", ""),
)
LINKS = (
    ("Password", "account_change_password", "lock"),
    ("Two steps", "mfa_index", "shield-check"),
    ("Sessions", "usersessions_list", "monitor"),
)


def frame(request: Any) -> dict[str, Any]:
    """The frame of a member's page, or None outside of an account."""
    account: Account | None = getattr(request, "account", None)
    member: Member | None = getattr(request, "member", None)
    if account is None or member is None:
        return {"frame": None}
    nav = pages(request.path)
    return {
        "frame": {
            "account": account,
            "member": member,
            "nav": nav,
            "bottom": nav[:4],
            "links": [Page(name, outside_url(url), icon) for name, url, icon in LINKS],
            "logout_url": outside_url("account_logout"),
            "live_url": live_url(account),
            "server_now": clock.now().isoformat(),
        }
    }


def pages(path: str) -> list[Page]:
    """The pages that exist; the one that `path` lies in is the current one."""
    found = []
    for name, url_name, icon, key in PAGES:
        try:
            url = reverse(url_name)
        except NoReverseMatch:
            continue
        found.append(Page(name, url, icon, key, current=path.startswith(url)))
    return found


def live_url(account: Account) -> str:
    """Where this account's stream of changes is read; empty when there is none."""
    return f"{settings.LIVE_URL}/live/{account.slug}/" if settings.LIVE_URL else ""
