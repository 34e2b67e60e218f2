"""A person is erased: mail that is still planned is not sent, and that there must be no mail is remembered."""

from __future__ import annotations

from followups.models import Message, MessageState
from followups.suppression import forget_addresses
from leads.models import Contact
from leads.privacy.erasure import before_erasure
from leads.privacy.holdings import Holdings


@before_erasure
def let_go(found: Holdings) -> None:
    planned = Message.objects.filter(pk__in=found.get(Message, set()), state=MessageState.PLANNED)
    planned.update(state=MessageState.SKIPPED)
    people = Contact.objects.filter(pk__in=found[Contact]).exclude(email_norm="")
    forget_addresses(list(people.values_list("email_norm", flat=True)))
