"""A mail that came in ends as a lead, as an activity on the lead it belongs to, or as nothing with a reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from accounts.models import Member
from events import mail
from events.kinds import Kind
from events.models import Actor
from events.record import By, record
from leads import capture as front
from leads.inbound import forwards, letters, mime, words
from leads.inbound.calls import lead_of
from leads.inbound.letters import Letter, LetterKind
from leads.inbound.outcome import Ignored, Rejected, Taken
from leads.inbound.vouching import vouched
from leads.models import ActivityKind, Contact, Direction, Lead, Payload, Status
from tenancy import clock
from tenancy.scope import current_account
from tenancy.serializers import EARLIEST

MOST_HANDS = 5
UNPROVEN = "which nothing proves"


def take(payload: Payload, body: bytes) -> Taken:
    """Take one mail. Raises Rejected when nobody wrote it, Ignored when nobody asks anything in it."""
    letter = letters.read(body)
    taken = TAKERS[letter.kind](payload, letter)
    if taken.lead and letter.attachments:
        names = [attachment.name for attachment in letter.attachments[:20]]
        record(Kind.MAIL_FILED, payload.pk, by=_writer(letter), lead_id=taken.lead.pk, names=names)
    return taken


def _letter(payload: Payload, letter: Letter) -> Taken:
    if not letter.address:
        raise Rejected("It does not say who it is from.")
    if _is_our_own(letter.address):
        return _written_for(payload, letter, "A mail of our own.")
    member = _member(letter.address)
    if member:
        proven = vouched(letter.head, letter.address, payload.verified_by, current_account())
        return _from_member(payload, letter, member) if proven else _in_the_name_of(payload, letter, member)
    lead = threaded(letter.thread)
    if lead and lead.status == Status.OPEN:
        return _reply(lead, letter)
    return _enquiry(payload, letter)


def _reply(lead: Lead, letter: Letter) -> Taken:
    """They answered: what stops the follow-ups and, after a letter of ours, is the first response."""
    _log(lead, letter, letter.said or letter.text, outcome="replied")
    return Taken(lead, why="An answer.")


def _enquiry(payload: Payload, letter: Letter) -> Taken:
    """Somebody writes for the first time, or again without answering: a submission, and contact if we know them."""
    country = current_account().country
    facts = {
        "name": letter.name or words.name_in(letter.said),
        "email": letter.address,
        "phone": words.phone_in(letter.said, country),
        "message": _message(letter.subject, letter.said or letter.text),
    }
    made = _captured(payload, facts, letter, _writer(letter))
    if made.duplicate_of:
        _log(made.lead, letter, letter.said or letter.text, outcome="replied")
    return Taken(made.lead, made.submission.pk, _remark(letter))


def _from_member(payload: Payload, letter: Letter, member: Member) -> Taken:
    """One of us: passes on what a prospect wrote, answers in a thread of ours, or copies us in."""
    if original := _first_writer(letter):
        return _passed_on(payload, letter, member, original)
    lead = _lead_written_to(letter)
    if lead is None:
        why = f"From {member}, and neither passed on nor to anybody whom we know."
        return _written_for(payload, letter, why)
    _log(lead, letter, letter.said or letter.text, direction=Direction.OUT, member=member)
    return Taken(lead, why=f"A letter of {member}.")


def _in_the_name_of(payload: Payload, letter: Letter, member: Member) -> Taken:
    """A member's address stands above it, and nothing proves that it was them: kept, but it counts as nobody's deed."""
    if original := _first_writer(letter):
        return _passed_on(payload, letter, None, original)
    lead = _lead_written_to(letter)
    if lead is None:
        why = f"In the name of {member}, {UNPROVEN}, and neither passed on nor to anybody whom we know."
        return _written_for(payload, letter, why)
    _log(lead, letter, letter.said or letter.text, direction=Direction.OUT, automatic=True)
    return Taken(lead, why=f"A letter in the name of {member}, {UNPROVEN}: it stops no clock.")


def _written_for(payload: Payload, letter: Letter, why: str) -> Taken:
    """A website sends its visitors' words in our name and says whom to answer: their enquiry. Else nothing: `why`."""
    for name, address in mime.addresses(letter.head, "Reply-To")[:1]:
        if not (_is_our_own(address) or _member(address) or threaded(f"{letter.thread} {address}")):
            return _enquiry(payload, replace(letter, name=name, address=address))
    raise Ignored(why)


def _first_writer(letter: Letter) -> forwards.Original | None:
    """Who wrote what was passed on, also from one of us to the next; None when it was all among us."""
    found = forwards.original(letter.subject, letter.text, letter.mails)
    for _ in range(MOST_HANDS):
        if found is None or not _member(found.address):
            return found
        found = forwards.original(found.subject, found.text, [])
    return None


def _lead_written_to(letter: Letter) -> Lead | None:
    others = (lead for address in letter.recipients if (lead := lead_of(None, address)))
    return threaded(letter.thread) or next(others, None)


def _passed_on(payload: Payload, letter: Letter, member: Member | None, original: forwards.Original) -> Taken:
    country = current_account().country
    facts = {
        "name": original.name or words.name_in(original.text),
        "email": original.address,
        "phone": words.phone_in(original.text, country),
        "message": _message(original.subject, words.written(original.text)),
    }
    by = member.by if member else _writer(letter)
    made = _captured(payload, facts, letter, by)
    above = letter.said if letter.mails or letter.said != letter.text else ""
    if above:
        made.lead.log_activity(kind=ActivityKind.NOTE, by=by, body=above, member=member)
    why = f"Passed on by {member}." if member else f"Passed on in the name of {letter.address}, {UNPROVEN}."
    return Taken(made.lead, made.submission.pk, why)


def _auto_reply(payload: Payload, letter: Letter) -> Taken:
    lead = threaded(letter.thread) or lead_of(None, letter.address)
    if lead is None:
        raise Ignored("An automatic reply.")
    _log(lead, letter, letter.said or letter.text, automatic=True)
    return Taken(lead, why="An automatic reply.")


def _list(payload: Payload, letter: Letter) -> Taken:
    lead = threaded(letter.thread)
    if lead is None:
        raise Ignored("A mail to a list.")
    return _reply(lead, letter)


def _invitation(payload: Payload, letter: Letter) -> Taken:
    """A meeting is asked for, answered or cancelled: contact with a lead; from a stranger who asks, an enquiry."""
    said = str(letter.invitation)
    if _member(letter.address):
        raise Ignored(f"{said}, from one of us.")
    lead = threaded(letter.thread) or lead_of(None, letter.address)
    if lead:
        _log(lead, letter, said, kind=ActivityKind.MEETING)
        return Taken(lead, why=said)
    if not letter.address or letter.invitation is None or letter.invitation.method != "REQUEST":
        raise Ignored(f"{said}, from somebody we do not know.")
    facts = {"name": letter.name, "email": letter.address, "message": f"{said}\n\n{letter.said}".strip()}
    made = _captured(payload, facts, letter, _writer(letter))
    return Taken(made.lead, made.submission.pk, said)


def _bounce(payload: Payload, letter: Letter) -> Taken:
    """A mail of ours came back: on the lead's timeline; for good, and the address gets no more mail."""
    bounce = letter.bounce
    lead = threaded(f"{bounce.thread} {letter.thread}") if bounce else None
    address = bounce.address if bounce else ""
    contact = Contact.objects.filter(email_norm=address).first() if address else None
    contact = contact or (lead.contact if lead and not address else None)
    lead = lead or lead_of(None, address)
    if bounce is None or contact is None:
        raise Ignored(f"A mail to {address or 'somebody'} came back; nobody here has that address.")
    facts = {"address": contact.email_norm, "hard": bounce.hard, "status": bounce.status, "why": bounce.why}
    record(Kind.MAIL_BOUNCED, contact, by=By(Actor.SYSTEM, name="Mail"), lead_id=lead.pk if lead else None, **facts)
    return Taken(lead, why="Undeliverable for good." if bounce.hard else "Undeliverable at present.")


TAKERS: dict[LetterKind, Callable[[Payload, Letter], Taken]] = {
    LetterKind.LETTER: _letter,
    LetterKind.AUTO_REPLY: _auto_reply,
    LetterKind.LIST: _list,
    LetterKind.INVITATION: _invitation,
    LetterKind.BOUNCE: _bounce,
}


def threaded(headers: str) -> Lead | None:
    """The lead that Message-IDs and reply addresses in `headers` name, if we signed them."""
    lead_id = mail.lead_in(current_account(), headers)
    known = Lead.objects.with_people().filter(contact__erased_at=None)  # who was erased begins anew
    found: Lead | None = known.filter(pk=lead_id).first() if lead_id else None
    return found


def _captured(payload: Payload, facts: dict[str, Any], letter: Letter, by: By) -> front.Captured:
    return front.capture(
        {name: value for name, value in facts.items() if value},
        source=payload.source,
        channel="email",
        by=by,
        received_at=payload.received_at,
        in_our_words=True,
    )


def _log(
    lead: Lead,
    letter: Letter,
    body: str,
    *,
    kind: str = ActivityKind.EMAIL,
    direction: str = Direction.IN,
    outcome: str = "",
    automatic: bool = False,
    member: Member | None = None,
) -> None:
    lead.log_activity(
        kind=kind,
        by=member.by if member else _writer(letter),
        direction=direction,
        outcome=outcome,
        body=_message(letter.subject, body),
        occurred_at=_when(letter.sent_at),
        automatic=automatic,
        member=member,
    )


def _when(sent_at: datetime | None) -> datetime:
    """When it was written, as the mail says; but nobody writes tomorrow, or before there was a clock to go wrong."""
    now = clock.now()
    return min(sent_at, now) if sent_at and sent_at.year >= EARLIEST else now


def _message(subject: str, body: str) -> str:
    return "\n\n".join(part for part in (subject, body.strip()) if part)[: words.MOST]


def _writer(letter: Letter) -> By:
    return By(Actor.PROSPECT, name=letter.name or letter.address or "Somebody")


def _is_our_own(address: str) -> bool:
    return address.lower() == mail.sender()[1].lower()


def _member(address: str) -> Member | None:
    found: Member | None = Member.objects.active().filter(email=address.lower()).first()
    return found


def _remark(letter: Letter) -> str:
    return "It has more parts than we look at; only its head was read." if letter.too_much else ""
