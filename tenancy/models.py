from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar, Self
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.base import ModelState
from django.http import Http404

from tenancy import clock
from tenancy.fields import TenantForeignKey
from tenancy.ids import from_public, public_id, uuid7
from tenancy.inserting import columns
from tenancy.knowing import row_of
from tenancy.scope import account_in_scope, current_account
from tenancy.sight import Sight, current_sight, in_sight_q

__all__ = ["Account", "Door", "TenantForeignKey", "TenantManager", "TenantModel", "TenantQuerySet"]

# First path segments that are ours; no account may be called so.
RESERVED_SLUGS = frozenset(
    {
        "account",
        "accounts",
        "admin",
        "api",
        "assets",
        "calendar",
        "docs",
        "f",
        "favicon.ico",
        "healthz",
        "help",
        "i18n",
        "in",
    }
    | {"l", "live", "login", "logout", "mail", "media", "metrics", "operators", "p", "promise", "readyz", "robots.txt"}
    | {"schema", "signup", "static", "status", "t", "tollgate", "u", "unsubscribe", "www"}
)


def validate_not_reserved(slug: str) -> None:
    if slug in RESERVED_SLUGS:
        raise ValidationError(f"“{slug}” is used by Tollgate itself; choose another.", code="reserved")


class SeenBy(models.TextChoices):
    """Who sees a lead, of those who work leads."""

    TEAM = "team", "Its owner’s team"
    EVERYBODY = "everybody", "Everybody"


class Account(models.Model):
    """A tenant. Global and small: few columns, few writes."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=80)
    slug = models.CharField(
        max_length=40,
        unique=True,
        validators=[
            RegexValidator(r"^[a-z0-9][a-z0-9-]*$", "Small letters, digits and hyphens."),
            validate_not_reserved,
        ],
    )
    country = models.CharField(max_length=2, default="GB")  # of phone numbers without a prefix
    currency = models.CharField(max_length=3, default="EUR")
    time_zone = models.CharField(max_length=64, default="Europe/London")
    # {"week": hours of seven days, "holidays": whose, "days_off": [{"day", "name"}]}: what is missing is as usual
    working = models.JSONField(default=dict, blank=True)
    seen_by = models.CharField(max_length=10, choices=SeenBy.choices, default=SeenBy.TEAM, db_default=SeenBy.TEAM)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        db_table = "account"

    def __str__(self) -> str:
        return self.name

    def url(self, path: str = "") -> str:
        """An absolute link into this account, for jobs and mails that know no request."""
        return f"{settings.PUBLIC_URL}/{self.slug}/{path.lstrip('/')}"


class Door(models.Model):
    """Where a stranger's secret leads: SHA-256 of the key, form or token -> account. Global; holds nothing else."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="doors")
    digest = models.BinaryField(max_length=32)

    class Meta:
        db_table = "door"
        constraints = [models.UniqueConstraint(fields=["digest", "account"], name="door_digest_account")]

    def __str__(self) -> str:
        return f"a door to {self.account}"


class TenantQuerySet(models.QuerySet[Any]):
    def in_sight(self) -> Self:
        """Without what is hidden from the reader (tenancy/sight.py)."""
        sight = current_sight()
        return self.filter(self.model.seen_with(sight)) if sight else self

    def by_public_id(self, text: str) -> Any:
        """The row behind a public id of this account. Raises DoesNotExist for a foreign, unknown or malformed one, and
        for one that is hidden from the reader."""
        try:
            uuid = from_public(self.model.PREFIX, text)
        except ValueError as error:
            raise self.model.DoesNotExist(str(error)) from None
        return self.in_sight().get(pk=uuid)


class TenantManager(models.Manager.from_queryset(TenantQuerySet)):  # type: ignore[misc]
    """Sees the account in scope and nothing else; raises NoAccount outside of any."""

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(account_id=current_account().pk)

    def none_yet(self) -> Any:
        """An empty queryset for a form field that learns its account later."""
        return super().get_queryset().none()


class TenantModel(models.Model):
    """A row of one account. PREFIX begins its public id; OWNER names the member's column that hides it from others."""

    PREFIX = ""
    OWNER: ClassVar[str] = ""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # No index of its own: the primary key (account_id, id) begins with it.
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, editable=False, related_name="%(class)s_rows", db_index=False
    )

    objects: ClassVar[Any] = TenantManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if not args and "account" not in kwargs and "account_id" not in kwargs and (account := account_in_scope()):
            kwargs["account"] = account
        super().__init__(*args, **kwargs)

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], values: Collection[Any], **more: Any) -> Self:
        """As Django's own, three times faster for whole rows: workers read them by the thousand."""
        names = columns(cls)
        if len(values) != len(names):  # some were left for later
            return super().from_db(db, field_names, values, **more)
        made = cls.__new__(cls)
        made._state = ModelState()
        made._state.adding, made._state.db = False, db
        made.__dict__.update(zip(names, values, strict=True))
        return made

    @classmethod
    def seen_with(cls, sight: Sight) -> models.Q:
        """The condition that a row is there for who has this sight."""
        return in_sight_q(cls, sight)

    @property
    def public_id(self) -> str:
        return public_id(self.PREFIX, self.id)

    def _do_update(self, base_qs: Any, using: Any, pk_val: UUID, *args: Any) -> Any:
        return super()._do_update(base_qs.filter(account_id=self.account_id), using, pk_val, *args)

    def delete(self, using: Any = None, keep_parents: bool = False) -> tuple[int, dict[str, int]]:
        deleted: tuple[int, dict[str, int]] = type(self).objects.filter(pk=self.pk).delete()
        return deleted


def get_or_404(model: type[TenantModel], public: str) -> Any:
    """The row of this account behind a public id; Http404 for any other."""
    try:
        if current_sight():
            return model.objects.by_public_id(public)
        found = row_of(model, id=from_public(model.PREFIX, public))
    except (model.DoesNotExist, ValueError):
        raise Http404 from None
    if found is None:
        raise Http404
    return found
