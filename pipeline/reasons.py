"""Why leads go out and deals are lost: each account's own words, which dialogs offer and reports count by."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import models, transaction

from events.kinds import Kind
from events.record import By, record
from tenancy.models import TenantModel
from tenancy.scope import current_account

MOST = 40


class Ending(models.TextChoices):
    DISQUALIFIED = "out", "Disqualified"
    LOST = "lost", "Lost"


# Until an account has its own.
USUAL: dict[str, tuple[str, ...]] = {
    Ending.DISQUALIFIED: (
        "Not our profile",
        "No budget",
        "No need",
        "No decision in sight",
        "Can’t be reached",
        "Chose somebody else",
        "Duplicate",
        "Not serious",
    ),
    Ending.LOST: (
        "Price",
        "Went to a competitor",
        "Stays with what they have",
        "No decision",
        "No budget",
        "Something was missing",
        "Bad timing",
        "No answer any more",
    ),
}


class Reason(TenantModel):
    """One of the words to choose from. Endings keep the words themselves, whatever becomes of the list."""

    PREFIX = "rsn"

    ending = models.CharField(max_length=4, choices=Ending.choices)
    label = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField()

    class Meta(TenantModel.Meta):
        db_table = "reason"
        constraints = [models.UniqueConstraint(fields=["account", "ending", "label"], name="reason_once")]

    def __str__(self) -> str:
        return self.label


def reasons(ending: str) -> list[str]:
    """The words for this ending in their order, of the account in scope."""
    own = list(Reason.objects.filter(ending=ending).order_by("position").values_list("label", flat=True))
    return own or list(USUAL[ending])


@transaction.atomic
def set_reasons(ending: str, labels: Sequence[str], *, by: By) -> list[str]:
    """Offer these words from now on, in this order; what has ended already keeps its own.

    Raises ValidationError for none at all, too many, and words too long.
    """
    kept = list(dict.fromkeys(" ".join(label.replace("\x00", "").split()) for label in labels if label.strip()))
    if not kept:
        raise ValidationError("Leave at least one reason to choose from.")
    if len(kept) > MOST:
        raise ValidationError(f"{MOST} reasons are the most that anybody can choose from.")
    if long := next((label for label in kept if len(label) > 80), None):
        raise ValidationError(f"“{long[:40]}…” is longer than 80 characters.")
    before = reasons(ending)
    if kept == before:
        return kept
    Reason.objects.filter(ending=ending).delete()
    Reason.objects.bulk_create(
        [Reason(ending=ending, label=label, position=position) for position, label in enumerate(kept)]
    )
    record(Kind.REASONS_CHANGED, current_account(), by=by, ending=ending, before=before, after=kept)
    return kept
