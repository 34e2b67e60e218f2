"""What stands around every page: account, member, navigation."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.conf import settings
from django.urls import NoReverseMatch, reverse

from accounts.middleware import outside_url
from accounts.models import Member
from accounts.roles import Function
from leads import duplicates
from leads.models import Lead
from routing import escalations
from tenancy import clock, door
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
    ("Intake", "intake", "inbox", "i"),
    ("Escalations", "escalations", "octagon-alert", "e"),
    ("Companies", "companies", "building-2", "c"),
    ("Duplicates", "duplicates", "users-round", ""),
    ("Settings", "settings", "settings", ""),
)
FOR_SOME = {"intake": Function.SORT_INTAKE, "escalations": Function.REASSIGN}
OWN = (
    ("My turns", "my-turns", "repeat"),
    ("Approvals", "approvals", "stamp"),
    ("Cover", "covers", "users-round"),
    ("Calendar", "calendar", "calendar"),
    ("Notice settings", "notice-settings", "bell"),
)
FOR_WHOM = {
    **dict.fromkeys(("my-turns", "covers"), Function.WORK_LEADS),
    "approvals": Function.MOVE_DEALS,
    **dict.fromkeys(("calendar", "notice-settings"), Function.SEE_LEADS),
}
LINKS = (
    ("Password", "account_change_password", "lock"),
    ("Two steps", "mfa_index", "shield-check"),
    ("Sessions", "usersessions_list", "monitor"),
)


def frame(request: Any) -> dict[str, Any]:
    """The frame of a member's page, or None outside of an account."""
    account, member = getattr(request, "account", None), getattr(request, "member", None)
    return {"frame": Frame(account, member, request.path) if account and member else None}


@dataclass(frozen=True)
class Frame:
    """What base.html reads. Fragments are drawn without it, so that its few queries wait until it is looked at."""

    account: Account
    member: Member
    path: str

    @cached_property
    def nav(self) -> list[Page]:
        """The pages that exist and this member may open; the one that `path` lies in is the current one."""
        counts = {"Today": waiting(self.member), "Duplicates": duplicates.waiting()}
        if self.member.may(Function.REASSIGN):
            counts["Escalations"] = escalations.waiting()
        return [replace(page, count=counts.get(page.name) or None) for page in pages(self.path, self.member)]

    @property
    def bottom(self) -> list[Page]:
        return self.nav[:4]

    @cached_property
    def accounts(self) -> list[Page]:
        """The accounts of a person who belongs to several, to go from one to another; of others none."""
        found = door.accounts_of_user(self.member.user_id)
        pages = [Page(one.name, f"/{one.slug}/", "building-2", current=one == self.account) for one in found]
        return pages if len(pages) > 1 else []

    @property
    def saved_url(self) -> str:
        """Where the board's saved views come from, once the sidebar is seen."""
        return reverse("board-saved") if self.member.may(Function.SEE_LEADS) else ""

    @cached_property
    def links(self) -> list[Page]:
        """What belongs to the person."""
        links = [Page(name, reverse(url), icon) for name, url, icon in OWN if self.member.may(FOR_WHOM[url])]
        links += [Page(name, outside_url(url), icon) for name, url, icon in LINKS]
        if self.accounts:
            links.insert(0, Page("Other accounts", outside_url("home") + "?choose", "arrow-left"))
        return links

    @property
    def search_url(self) -> str:
        return reverse("search")

    @property
    def logout_url(self) -> str:
        return outside_url("account_logout")

    @property
    def live_url(self) -> str:
        """Where this account's stream of changes is read; empty when there is none."""
        return f"{settings.LIVE_URL}/live/{self.account.slug}/" if settings.LIVE_URL else ""

    @property
    def server_now(self) -> str:
        return clock.now().isoformat()


def pages(path: str, member: Member) -> list[Page]:
    """The pages that exist and this member may open; for who only manages capture the settings begin there."""
    found = []
    for name, url_name, icon, key in PAGES:
        try:
            url = reverse(url_name)
        except NoReverseMatch:
            continue
        if url_name in FOR_SOME and not member.may(FOR_SOME[url_name]):
            continue
        link = url
        if url_name == "settings" and not member.may(Function.MANAGE_ACCOUNT):
            if not member.may(Function.MANAGE_CAPTURE):
                continue
            link = reverse("settings-sources")
        found.append(Page(name, link, icon, key, current=path.startswith(url)))
    return found


def waiting(member: Member) -> int:
    """How many of the member's open leads still wait for their first answer."""
    count: int = Lead.objects.open().filter(owner=member, first_response_at=None).count()
    return count
