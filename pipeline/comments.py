"""Remarks among colleagues, whom they name, and what followers hear of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q

from accounts.models import Member
from events.kinds import Kind
from events.models import Event, NoticeKind, Notification
from events.record import By, record
from leads.models import Lead
from leads.timeline import entry
from pipeline.following import let_in
from pipeline.models import Comment, Follower
from routing.reaching import give
from tenancy import clock

LONGEST = 5000
FRESH = timedelta(hours=24)  # older happenings are history, not news
# What followers hear of; the rest stands on the lead's page.
NEWS = (
    *(Kind.DEAL_MOVED, Kind.DEAL_WON, Kind.DEAL_LOST, Kind.DEAL_REOPENED),
    *(Kind.LEAD_ASSIGNED, Kind.LEAD_DISQUALIFIED, Kind.LEAD_REOPENED, Kind.LEAD_REPEATED),
    *(Kind.COMMENT_ADDED, Kind.MEETING_BOOKED, Kind.OBJECTION_RAISED),
)


def add_comment(lead: Lead, body: str, *, by: By) -> Comment:
    """A remark on `lead`. Whom it names (“@Rita Lindqvist”, “@Rita”) is told at once, the owner and followers by a job.

    Raises ValidationError when it is empty or too long.
    """
    named = mentioned(body := _checked(body), Member.objects.active())
    comment: Comment = Comment.objects.create(
        lead=lead,
        member=Member.objects.filter(pk=by.id).first() if by.id else None,
        author=by.name,
        body=body,
        mentions=[member.public_id for member in named],
    )
    event = record(Kind.COMMENT_ADDED, comment, by=by, lead_id=lead.pk)
    _tell(comment, named, by, event.pk)
    return comment


def change_comment(comment: Comment, body: str, *, by: By) -> Comment:
    """Other words. Only those are told who were not named before."""
    named = mentioned(body := _checked(body), Member.objects.active())
    fresh = [member for member in named if member.public_id not in comment.mentions]
    comment.body, comment.edited_at = body, clock.now()
    comment.mentions = [member.public_id for member in named]
    comment.save(update_fields=["body", "mentions", "edited_at"])
    event = record(Kind.COMMENT_CHANGED, comment, by=by, lead_id=comment.lead_id)
    _tell(comment, fresh, by, event.pk)
    return comment


def remove_comment(comment: Comment, *, by: By) -> None:
    """Its words are gone; that there was one stays on the record."""
    record(Kind.COMMENT_REMOVED, comment, by=by, lead_id=comment.lead_id)
    comment.delete()


def may_change(comment: Comment, member: Member | None, by: By) -> bool:
    """One's own words only; a key those that it wrote."""
    return comment.member_id == member.pk if member else comment.member_id is None and comment.author == by.name


def mentioned(text: str, members: Iterable[Member]) -> list[Member]:
    """Whom `text` names after an @: by full name, or by a first name that only one of `members` has. Pure."""
    everybody = list(members)
    first: dict[str, list[Member]] = {}
    for member in everybody:
        first.setdefault(member.name.split(" ")[0].casefold(), []).append(member)
    names = {member.name.casefold(): member for member in everybody if member.name}
    names |= {name: found[0] for name, found in first.items() if name and len(found) == 1 and name not in names}
    if not names:
        return []
    longest_first = sorted(names, key=len, reverse=True)
    pattern = re.compile(rf"(?<!\w)@({'|'.join(map(re.escape, longest_first))})(?!\w)")
    return list(dict.fromkeys(names[found] for found in pattern.findall(text.casefold())))


def tell_followers_of(lead_ids: Sequence[UUID]) -> None:
    """One notice for each news of these leads and each member who follows; the owner hears of comments, too."""
    followers: dict[UUID, set[UUID]] = {}
    following = Follower.objects.filter(lead_id__among=lead_ids, member__left_at=None)
    for lead_id, member_id in following.values_list("lead_id", "member_id"):
        followers.setdefault(lead_id, set()).add(member_id)
    heard = Q(kind=Kind.COMMENT_ADDED) | Q(lead_id__in=list(followers))
    happened = Event.objects.filter(heard, lead_id__among=lead_ids, kind__in=NEWS, occurred_at__gte=clock.now() - FRESH)
    events = list(happened.order_by("occurred_at", "id"))
    leads = Lead.objects.with_people().in_bulk({event.lead_id for event in events})
    give([notice for event in events for notice in _notices(event, leads[event.lead_id], followers)])


def _notices(event: Event, lead: Lead, followers: dict[UUID, set[UUID]]) -> list[Notification]:
    told = followers.get(lead.pk, set())
    if event.kind == Kind.COMMENT_ADDED and lead.owner_id:
        told = told | {lead.owner_id}
    told = told - {event.actor_id, lead.owner_id if event.kind == Kind.LEAD_ASSIGNED else None}
    text = f"{lead}: {entry(event).title}"[:200]
    about = {"kind": NoticeKind.TALK, "text": text, "lead_id": lead.pk, "event_id": event.pk}
    return [Notification(member_id=member_id, **about) for member_id in sorted(told)]


def _tell(comment: Comment, named: Sequence[Member], by: By, event_id: UUID) -> None:
    let_in(comment.lead, named)
    line = " ".join(comment.body.split())
    text = f"{by.name} mentions you: {line}"
    about = {"kind": NoticeKind.TALK, "text": text[:200], "lead_id": comment.lead_id, "event_id": event_id}
    give([Notification(member_id=member.pk, **about) for member in named if member.pk != by.id])


def _checked(body: str) -> str:
    body = body.replace("\x00", "").strip()
    if not body:
        raise ValidationError({"body": "A comment needs a word or two."})
    if len(body) > LONGEST:
        raise ValidationError({"body": f"A comment has at most {LONGEST:,} letters."})
    return body
