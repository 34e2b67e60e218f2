"""What admins should know about scoring, as a notice that opens the page it is about."""

from __future__ import annotations

from accounts.models import Member
from accounts.roles import Function
from events.models import Event, Notification


def tell_admins(event: Event, text: str, path: str) -> None:
    """Tell everybody who manages the account in scope of `event`; `path` is of a page in the account."""
    admins = [member for member in Member.objects.active() if member.may(Function.MANAGE_ACCOUNT)]
    told = {"text": text[:200], "path": path, "event_id": event.pk}
    Notification.objects.bulk_create([Notification(member_id=one.pk, **told) for one in admins])
