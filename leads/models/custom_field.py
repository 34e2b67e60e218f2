"""Facts that one account adds to its leads."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.text import slugify

from events.kinds import Kind
from events.record import By, record
from leads.reading import NAMES
from tenancy import clock
from tenancy.knowing import rows_of
from tenancy.models import TenantManager, TenantModel, TenantQuerySet

MOST_FIELDS = 100
MOST_CHOICES = 100
LONGEST_CHOICE = 80
# What forms and scripts send besides facts.
NOT_KEYS = NAMES | frozenset({"agreed", "altcha", "csrfmiddlewaretoken", "stamp", "visitor", "from_source"})


class FieldType(models.TextChoices):
    TEXT = "text", "Text"
    NUMBER = "number", "Number"
    MONEY = "money", "Money"
    DATE = "date", "Date"
    CHOICE = "choice", "One of a list"
    CHOICES = "choices", "Several of a list"
    BOOLEAN = "boolean", "Yes or no"
    URL = "url", "Link"


LISTS = frozenset({FieldType.CHOICE, FieldType.CHOICES})


class CustomFieldQuerySet(TenantQuerySet):
    def live(self) -> CustomFieldQuerySet:
        """Those that are offered, in the account's order."""
        return self.filter(archived_at=None).in_order()

    def labels(self) -> dict[str, str]:
        """The label of each that is offered, by its key."""
        return {field.key: field.label for field in self.live()}

    def in_order(self) -> CustomFieldQuerySet:
        return self.order_by("position", "id")


class CustomField(TenantModel):
    """One such fact; its values live in `Lead.custom[key]`.

    A key stays for good, and so does the type: values, conditions and senders' systems rely on them. A field that is
    not wanted any more is archived: no form and no page offers it, but what is known or still arrives is kept.
    """

    PREFIX = "cfd"

    key = models.SlugField(max_length=40)
    label = models.CharField(max_length=80)
    type = models.CharField(max_length=8, choices=FieldType.choices)
    choices = models.JSONField(default=list, blank=True)
    position = models.PositiveIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = TenantManager.from_queryset(CustomFieldQuerySet)()

    class Meta(TenantModel.Meta):
        db_table = "custom_field"
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="custom_field_key")]

    def __str__(self) -> str:
        return self.label

    @classmethod
    def of_the_account(cls) -> list[CustomField]:
        """All of the account in scope, in its order; archived ones too."""
        return rows_of(cls, "position", "id")

    @property
    def name(self) -> str:
        """The fact's name, as conditions and forms know it."""
        return f"custom.{self.key}"

    @property
    def has_choices(self) -> bool:
        return self.type in LISTS

    @classmethod
    def add(cls, *, label: str, type: str, by: By, key: str = "", choices: Iterable[str] = ()) -> CustomField:
        """A new field at the end; without `key` one is made of the label. Records FIELD_CHANGED.

        Raises ValidationError by column for a key that is taken or reserved, and for choices that make no sense.
        """
        if type not in FieldType.values:
            raise _flaw("type", f"One of these is wanted: {', '.join(FieldType.values)}.")
        if cls.objects.count() >= MOST_FIELDS:
            raise _flaw("label", f"An account has at most {MOST_FIELDS} fields of its own.")
        label = _checked_label(label)
        made = cls(key=_checked_key(key or _key_of(label), "key" if key else "label"), label=label, type=type)
        made.choices = made.checked_choices(choices)
        made.position = (cls.objects.aggregate(last=models.Max("position"))["last"] or 0) + 1
        try:
            with transaction.atomic():
                made.save(force_insert=True)
        except IntegrityError:
            raise _flaw("key" if key else "label", f"“{made.key}” is a field already.") from None
        made._tell("added", by)
        return made

    def change(self, *, by: By, label: str | None = None, choices: Iterable[str] | None = None) -> None:
        """Another label, other choices; a choice that leads have stays. Records FIELD_CHANGED.

        Raises ValidationError by column.
        """
        if label is not None:
            self.label = _checked_label(label)
        if choices is not None:
            wanted = self.checked_choices(choices)
            self._keep_what_leads_have(wanted)
            self.choices = wanted
        self.save(update_fields=["label", "choices"])
        self._tell("changed", by)

    def archive(self, *, by: By) -> bool:
        """Offer it no more. False if it was archived already."""
        done = bool(type(self).objects.filter(pk=self.pk, archived_at=None).update(archived_at=clock.now()))
        if done:
            self._tell("archived", by)
        return done

    def restore(self, *, by: By) -> bool:
        """Offer it again. False if it was not archived."""
        done = bool(type(self).objects.filter(pk=self.pk, archived_at__isnull=False).update(archived_at=None))
        if done:
            self._tell("restored", by)
        return done

    def move(self, steps: int, *, by: By) -> None:
        """Up (negative) or down in the order of the fields that are offered."""
        fields = list(type(self).objects.live().select_for_update())
        place = next((at for at, field in enumerate(fields) if field.pk == self.pk), None)
        if place is None:
            return
        fields.insert(max(place + steps, 0), fields.pop(place))
        for at, field in enumerate(fields):
            field.position = at + 1
        type(self).objects.bulk_update(fields, ["position"])
        self._tell("moved", by)

    def checked_choices(self, choices: Iterable[str]) -> list[str]:
        """`choices` without blanks and repetitions. Raises ValidationError."""
        tidy = [" ".join(str(choice).split()) for choice in choices]
        found = list({choice.casefold(): choice for choice in reversed(tidy) if choice}.values())[::-1]
        if bool(found) != self.has_choices:
            wrong = "Give at least one choice." if self.has_choices else "Only lists have choices."
            raise _flaw("choices", wrong)
        if len(found) > MOST_CHOICES or any(len(choice) > LONGEST_CHOICE for choice in found):
            raise _flaw("choices", f"At most {MOST_CHOICES} choices of {LONGEST_CHOICE} characters.")
        # Senders write several choices as one text.
        if self.type == FieldType.CHOICES and any(mark in choice for mark in ",;\n\0" for choice in found):
            raise _flaw("choices", "No commas or semicolons: they separate choices.")
        return found

    def _keep_what_leads_have(self, wanted: list[str]) -> None:
        for choice in set(self.choices) - set(wanted):
            value = [choice] if self.type == FieldType.CHOICES else choice
            count = self.account.lead_rows.filter(custom__contains={self.key: value}).count()
            if count:
                leads = "a lead has" if count == 1 else f"{count} leads have"
                raise _flaw("choices", f"“{choice}” stays: {leads} it.")

    def _tell(self, what: str, by: By) -> None:
        record(Kind.FIELD_CHANGED, self, by=by, key=self.key, label=self.label, what=what, choices=self.choices)


def _flaw(column: str, words: str) -> ValidationError:
    return ValidationError({column: [words]})


def _checked_label(label: str) -> str:
    tidy = " ".join(label.split())
    if not tidy or len(tidy) > LONGEST_CHOICE or not tidy.isprintable():
        raise _flaw("label", "A label has 1 to 80 characters.")
    return tidy


def _key_of(label: str) -> str:
    return slugify(label).replace("-", "_")[:40].strip("_")


def _checked_key(key: str, column: str) -> str:
    if slugify(key) != key.casefold() or not key or len(key) > 40:
        raise _flaw(column, "Give it a key of at most 40 letters, digits, _ and -.")
    if key.casefold() in NOT_KEYS:
        raise _flaw(column, f"“{key}” is a built-in fact already; choose another word.")
    return key
