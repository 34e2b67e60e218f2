"""Notices leave the house: one mail, or one message to a webhook, with all that a member has not been told yet."""

from __future__ import annotations

import json
from collections.abc import Sequence
from uuid import UUID

from django.urls import reverse

from accounts.models import Member
from accounts.sight import sight_of
from events import mail, outgoing
from events.jobs import Later
from events.models import Notification
from leads.models import Lead
from routing.models import NoticeSettings
from tenancy import clock
from tenancy.ids import public_id
from tenancy.models import Account
from tenancy.scope import current_account, scope

MOST = 30  # told one by one; of more only the number
GONE = (401, 403, 404, 410)  # the webhook is no more: nobody tries again


def send_mail(account: Account, member_id: UUID) -> None:
    """Mail a member the notices that wait, outside of any transaction. Raises NotNow to be called again later."""
    with scope(account):
        notices = take(member_id, "to_mail")
        letter = _letter(notices) if notices else None
    if letter is None:
        return
    try:
        mail.send(letter)
    except mail.NotNow:
        with scope(account):
            put_back(notices, "to_mail")
        raise
    except (mail.Refused, mail.Unconfirmed):
        return  # it stands in the app; never twice in a mailbox


def post(account: Account, member_id: UUID) -> None:
    """The same to a member's webhook. Raises Later while it does not answer."""
    with scope(account):
        notices = take(member_id, "to_post")
        url = _url_of(member_id) if notices else ""
        body = json.dumps({"text": _text(notices)}).encode() if url else b""
    if not url:
        return None
    try:
        answer = outgoing.fetch(url, method="POST", headers={"Content-Type": "application/json"}, body=body)
    except outgoing.Forbidden as error:
        return _note(account, member_id, str(error))
    except outgoing.Unreachable as error:
        _again(account, notices, str(error))
    else:
        if answer.status in GONE:
            return _note(account, member_id, f"The webhook answers {answer.status}: it is no more.")
        if not answer.ok:
            _again(account, notices, f"The webhook answers {answer.status}.")
    return _note(account, member_id, "")


def take(member_id: UUID, way: str) -> list[Notification]:
    """The notices whose time has come, marked as sent: a crash loses one rather than telling it twice."""
    member = Member.objects.active().filter(pk=member_id).first()
    due = Notification.objects.filter(member_id=member_id, tell_at__lte=clock.now(), **{way: True})
    rows = list(due.select_for_update().order_by("created_at", "id"))
    Notification.objects.filter(pk__in=[row.pk for row in rows]).update(**{way: False})
    return _in_sight([row for row in rows if row.read_at is None], member) if member else []


def _in_sight(notices: list[Notification], member: Member) -> list[Notification]:
    """Without those of leads that went to another team since: in a mail as on the page."""
    sight = sight_of(current_account(), member)
    if not sight:
        return notices
    leads = Lead.objects.filter(pk__among={notice.lead_id for notice in notices if notice.lead_id})
    seen = {None, *leads.filter(Lead.seen_with(sight)).values_list("pk", flat=True)}
    return [notice for notice in notices if notice.lead_id in seen]


def put_back(notices: Sequence[Notification], way: str) -> None:
    Notification.objects.filter(pk__in=[notice.pk for notice in notices], read_at=None).update(**{way: True})


def _again(account: Account, notices: Sequence[Notification], why: str) -> None:
    with scope(account):
        put_back(notices, "to_post")
    _note(account, notices[0].member_id, why)
    raise Later(why)


def _note(account: Account, member_id: UUID, error: str) -> None:
    """Say on the member's page whether the webhook works."""
    with scope(account):
        NoticeSettings.objects.filter(member_id=member_id).exclude(post_error=error[:200]).update(
            post_error=error[:200]
        )


def _url_of(member_id: UUID) -> str:
    found = NoticeSettings.objects.filter(member_id=member_id).first()
    return found.post_url if found else ""


def _letter(notices: Sequence[Notification]) -> mail.Mail:
    member, account = Member.objects.get(pk=notices[0].member_id), current_account()
    first, many = notices[0], len(notices) > 1
    settings = account.url("notifications/settings/")
    return mail.Mail(
        recipient=member.email,
        subject=f"{len(notices)} notices from {account.name}" if many else first.text,
        text=f"{_lines(notices)}\n\n--\nWhat reaches you by mail, and when: {settings}\n",
        message_id=f"<{first.pk.hex}.notice@{mail.sender()[1].rpartition('@')[2]}>",
        automatic="auto-generated",
    )


def _lines(notices: Sequence[Notification]) -> str:
    shown = [f"{notice.text}\n{link_of(notice)}" for notice in notices[:MOST]]
    more = [f"And {len(notices) - MOST} more: {current_account().url('today/')}"] if len(notices) > MOST else []
    return "\n\n".join(shown + more)


def _text(notices: Sequence[Notification]) -> str:
    """In Slack's own markup; what people wrote can't make links or mentions of its own."""
    lines = [f"<{link_of(notice)}|{_plain(notice.text)}>" for notice in notices[:MOST]]
    return "\n".join([*lines, *([f"And {len(notices) - MOST} more."] if len(notices) > MOST else [])])


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("|", "¦")


def link_of(notice: Notification) -> str:
    """Where a notice leads, as an absolute address."""
    path = notice.path or (f"leads/{public_id(Lead.PREFIX, notice.lead_id)}/" if notice.lead_id else "")
    return current_account().url(path)


def url_of(notice: Notification) -> str:
    """The same on a page of the account."""
    if notice.path:
        return reverse("start") + notice.path
    return reverse("lead", args=[public_id(Lead.PREFIX, notice.lead_id)]) if notice.lead_id else ""
