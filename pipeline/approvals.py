"""Asked for a word: approvals, and to be let through a shut gate. Each is answered once, by whom it is meant for."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from accounts.models import Member
from accounts.roles import Function, Role
from events.kinds import Kind
from events.models import NoticeKind, Notification
from events.record import Happening, record_all
from pipeline.approval import Answer, Approval, Approver, may_answer
from pipeline.confirmations import confirm
from pipeline.locking import locked
from pipeline.models import Criterion, CriterionKind, Deal, DealStatus, Move, Override, Stage
from pipeline.refusals import NotOpen
from pipeline.wire import title_of
from routing.notices import managers_of
from routing.reaching import give
from routing.workingtime import zone_named
from tenancy import clock
from tenancy.prepared import prepared

OWED_WITHIN = timedelta(days=7)
PATH = "approvals/"
_CLOSE = """
    UPDATE approval SET answer = %s, note = %s, answered_at = %s
     WHERE account_id = %s AND deal_id = %s AND answered_at IS NULL AND (%s OR criterion_id IS NULL)
"""


def ask(deal: Deal, to: Stage, *, by: Member, criterion: Criterion | None = None, words: str = "") -> Approval:
    """Ask for a word on `criterion`, or (without one) to let the deal through to stage `to`; asked twice is asked once.

    Those who may answer are told. Raises NotOpen for a closed deal, ValidationError for a criterion that takes no word.
    """
    if criterion is not None and criterion.kind != CriterionKind.APPROVAL:
        raise ValidationError({"criterion": ["This criterion takes no approval."]})
    with transaction.atomic():
        deal = locked(deal.pk)
        if deal.status != DealStatus.OPEN:
            raise NotOpen("It is closed. Reopen it first.")
        asked = Approval.objects.filter(deal=deal, criterion=criterion, answered_at=None)
        there: Approval | None = (asked if criterion else asked.filter(to_stage=to)).first()
        if there:
            return there
        role = str(criterion.params.get("role") or Approver.MANAGER) if criterion else Approver.MANAGER.value
        made: Approval = Approval.objects.create(
            deal=deal, criterion=criterion, to_stage=to, role=role, words=words[:500], asked_by=by
        )
        about = {"criterion": criterion.label if criterion else "", "to": to.name, "words": made.words}
        record_all([Happening(Kind.APPROVAL_ASKED, made.pk, deal.lead_id, by.by, about)])
        _tell(made, [one for one in approvers(deal, role) if one.pk != by.pk], f"{by.name} asks {_what(made)}")
        return made


def answer(asked: Approval, approved: bool, *, by: Member, note: str = "", owed_by: date | None = None) -> Approval:
    """Say yes or no. Yes to a criterion confirms it; yes to let a deal through moves it, and the proof is owed by
    `owed_by` (a week from today unless told).

    Raises PermissionDenied for who may not, NotOpen when it was answered or closed meanwhile, ValidationError without a
    note where one is needed, GateClosed where even a manager's word does not help.
    """
    note = note.strip()[:500]
    with transaction.atomic():
        deal = locked(asked.deal_id)
        asked = Approval.objects.select_related("criterion", "to_stage", "asked_by").get(pk=asked.pk)
        asked.deal = deal
        if not may_answer(asked.role, by):
            raise PermissionDenied(f"Only {Approver(asked.role).label.lower()} can answer this.")
        if asked.answered_at or deal.status != DealStatus.OPEN:
            raise NotOpen("This needs no answer any more.")
        if not note and not (approved and asked.criterion):
            raise ValidationError({"note": ["Say why." if approved else "Say what is missing, or what to do instead."]})
        _close(asked, Answer.APPROVED if approved else Answer.REFUSED, by, note)
        if approved and asked.criterion:
            confirm(deal, asked.criterion, by=by.by, note=note)
        elif approved:
            deal.move(asked.to_stage, by=by.by, override=Override(note, owed_by or _today(deal) + OWED_WITHIN))
        about = {"criterion": asked.criterion.label if asked.criterion else "", "to": asked.to_stage.name}
        about |= {"answer": asked.answer, "note": note}
        record_all([Happening(Kind.APPROVAL_ANSWERED, asked.pk, deal.lead_id, by.by, about)])
        said = "says yes" if approved else "says no"
        _tell(
            asked,
            [asked.asked_by],
            f"{by.name} {said} to what you asked for, {title_of(deal.lead)}{f'. {note}' if note else ''}",
        )
        return asked


def close_asked(made: Move, *, let_through: bool, ended: bool) -> None:
    """After a move nobody needs to let the deal through any more; after its end, nobody needs any word on it."""
    told = Answer.APPROVED if let_through else Answer.MOOT
    given = [told.value, made.reason if let_through else "", clock.now(), made.account_id, made.deal_id, ended]
    prepared().execute(_CLOSE, given)


def waiting_for(member: Member) -> Any:
    """What this member could answer now, the oldest first."""
    rows = waiting().order_by("asked_at", "id")
    if not member.may(Function.OVERRIDE_GATES):
        return rows.none()
    return rows if member.role == Role.ADMIN else rows.exclude(role=Approver.ADMIN)


def asked_by(member: Member) -> Any:
    """What this member asked for, the newest first."""
    return _with_all(Approval.objects.in_sight().filter(asked_by=member)).order_by("-asked_at", "-id")


def approvers(deal: Deal, role: str) -> list[Member]:
    """Who is asked: the managers of the owner's team, else all; where it takes an admin, the admins."""
    able = [member for member in Member.objects.active() if may_answer(role, member)]
    if role == Approver.ADMIN:
        return able
    closest = managers_of(deal.lead, able)
    return [member for member in able if member.pk in closest]


def waiting() -> Any:
    """Everything that is asked and may still be answered."""
    return _with_all(Approval.objects.in_sight().filter(answered_at=None, deal__status=DealStatus.OPEN))


def _with_all(rows: Any) -> Any:
    people = ("deal__lead__contact", "deal__lead__company", "deal__stage", "criterion", "to_stage", "asked_by")
    return rows.select_related(*people, "answered_by")


def _close(asked: Approval, said: Answer, by: Member, note: str) -> None:
    now = clock.now()
    changes = {"answer": said, "note": note, "answered_by_id": by.pk, "answered_at": now}
    Approval.objects.filter(pk=asked.pk).update(**changes)
    for name, value in changes.items():
        setattr(asked, name, value)


def _what(asked: Approval) -> str:
    if asked.criterion:
        return f"for approval of {title_of(asked.deal.lead)}: {asked.criterion.label}"
    return f"to let {title_of(asked.deal.lead)} through to {asked.to_stage.name}"


def _tell(asked: Approval, members: list[Member], text: str) -> None:
    now = clock.now()
    give(
        [
            Notification(
                member_id=member.pk,
                kind=NoticeKind.OTHER,
                text=text[:200],
                lead_id=asked.deal.lead_id,
                path=PATH,
                event_id=asked.pk,
                created_at=now,
            )
            for member in members
        ]
    )


def _today(deal: Deal) -> date:
    return clock.now().astimezone(zone_named(deal.account.time_zone)).date()
