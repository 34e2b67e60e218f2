from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, ClassVar
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

from accounts.roles import BROWSER_SCOPES, Function, Role, Scope, may
from events.kinds import Kind
from events.models import Actor
from events.record import By, record
from tenancy import clock, door
from tenancy.ids import uuid7
from tenancy.inserting import draft
from tenancy.models import Account, TenantForeignKey, TenantManager, TenantModel, TenantQuerySet
from tenancy.prepared import prepared


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A person who can log in; without a password only through the reset link."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person, in however many accounts. Global and small."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    is_active = models.BooleanField(default=True)
    is_operator = models.BooleanField(default=False)  # runs the installation; sees /operators/
    date_joined = models.DateTimeField(default=clock.now, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    class Meta:
        db_table = "user_account"

    def __str__(self) -> str:
        return self.email


class Team(TenantModel):
    PREFIX = "tea"

    name = models.CharField(max_length=80)

    class Meta(TenantModel.Meta):
        db_table = "team"
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="team_name")]

    def __str__(self) -> str:
        return self.name


class MemberQuerySet(TenantQuerySet):
    def active(self) -> MemberQuerySet:
        return self.filter(left_at=None)

    def reps(self) -> MemberQuerySet:
        """Those whom leads are routed to."""
        return self.active().filter(role=Role.REP)


class Member(TenantModel):
    """A user's seat in one account."""

    PREFIX = "mem"

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    email = models.EmailField()
    role = models.CharField(max_length=10, choices=Role.choices)
    team = TenantForeignKey(Team, null=True, blank=True, related_name="members")
    time_zone = models.CharField(max_length=64, blank=True)  # empty: the account's
    # How this person uses each page, by its name: read with every request, so it costs no page a look-up.
    habits = models.JSONField(default=dict, db_default={}, blank=True)
    joined_at = models.DateTimeField(default=clock.now)
    left_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = TenantManager.from_queryset(MemberQuerySet)()

    class Meta(TenantModel.Meta):
        db_table = "member"
        constraints = [models.UniqueConstraint(fields=["account", "user"], name="member_user")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def join(cls, user: User, *, name: str, role: str, by: By, team: Team | None = None) -> Member:
        """Give `user` a seat in the account in scope and let the user's login lead there."""
        member: Member = cls.objects.create(user=user, name=name, email=user.email, role=role, team=team)
        door.open_door("user", str(user.pk), member.account)
        record(Kind.MEMBER_JOINED, member, by=by, name=name, role=role)
        return member

    def may(self, function: Function) -> bool:
        return may(self.role, function)

    def get_used_to(self, page: str, **habits: Any) -> None:
        """Remember how this person uses a page (plain JSON), beside what is remembered of it already."""
        kept = type(self).objects.select_for_update(no_key=True).get(pk=self.pk).habits
        self.habits = kept | {page: kept.get(page, {}) | habits}
        type(self).objects.filter(pk=self.pk).update(habits=self.habits)

    @property
    def by(self) -> By:
        """This member as the actor of an event."""
        return By(Actor.MEMBER, self.pk, self.name)

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in self.name.split()[:2]).upper()

    @property
    def hue(self) -> int:
        """One of the eight colours of avatars, the same for ever."""
        return self.pk.int % 8


_LIVE_KEY = """
    SELECT id, name, shown, scopes, origins, source_id FROM api_key
     WHERE account_id = %s AND digest = %s AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > %s)
"""


class ApiKey(TenantModel):
    """A machine's way in: `tg_<8 shown>_<secret>`, stored as SHA-256, shown once.

    A browser's key (`tgp_...`) is no secret, for everybody can read it in a page: it only lets leads and signals in,
    and only from its origins.
    """

    PREFIX = "key"

    name = models.CharField(max_length=80)
    shown = models.CharField(max_length=8)
    digest = models.BinaryField(max_length=32)
    scopes = models.JSONField(default=list)
    origins = models.JSONField(default=list, blank=True)  # of a browser's key, which always has some
    source_id = models.UUIDField(null=True, blank=True)  # what it sends comes from there unless it says otherwise
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        db_table = "api_key"
        constraints = [models.UniqueConstraint(fields=["account", "digest"], name="api_key_digest")]

    def __str__(self) -> str:
        return f"{self.name} ({self.masked})"

    @property
    def masked(self) -> str:
        """As it may be shown: enough to tell it from others."""
        return f"{self._prefix}_{self.shown}_…"

    @property
    def is_for_browsers(self) -> bool:
        return bool(self.origins)

    @property
    def has_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= clock.now()

    @property
    def _prefix(self) -> str:
        return "tgp" if self.is_for_browsers else "tg"

    @classmethod
    def issue(
        cls,
        name: str,
        scopes: list[str],
        *,
        by: By,
        expires_at: datetime | None = None,
        source_id: UUID | None = None,
        origins: Sequence[str] = (),
    ) -> tuple[ApiKey, str]:
        """A new key of the account in scope and its secret, which is never seen again.

        With `origins` (`https://www.example.com`) it is a browser's. Raises ValueError for a scope too many for that.
        """
        if origins and not set(scopes) <= BROWSER_SCOPES:
            raise ValueError("A browser's key may only send leads and signals.")
        key = cls(
            name=name,
            shown=secrets.token_hex(4),
            scopes=[Scope(value).value for value in scopes],
            origins=list(origins),
            expires_at=expires_at,
            source_id=source_id,
        )
        secret = f"{key._prefix}_{key.shown}_{secrets.token_urlsafe(32)}"
        key.digest = sha256(secret.encode()).digest()
        key.save(force_insert=True)
        door.open_door("key", secret, key.account)
        record(Kind.KEY_CREATED, key, by=by, name=name)
        return key, secret

    @classmethod
    def live(cls, account: Account, secret: str) -> ApiKey | None:
        """The key of `account`, which is in scope, with this secret; None if it ended: a door may outlive its key."""
        cursor = prepared()
        cursor.execute(_LIVE_KEY, [account.pk, sha256(secret.encode()).digest(), clock.now()])
        found = cursor.fetchone()
        if found is None:
            return None
        key_id, name, shown, scopes, origins, source_id = found
        told = {"scopes": json.loads(scopes), "origins": json.loads(origins)}
        return draft(cls, id=key_id, name=name, shown=shown, source_id=source_id, **told)

    def revoke(self, *, by: By) -> None:
        if ApiKey.objects.filter(pk=self.pk, revoked_at=None).update(revoked_at=clock.now()):
            record(Kind.KEY_REVOKED, self, by=by, name=self.name)

    @property
    def by(self) -> By:
        return By(Actor.KEY, self.pk, self.name)


class IdempotentAnswer(TenantModel):
    """What a POST with an Idempotency-Key was answered, kept for 24 hours."""

    PREFIX = "idm"

    key = models.CharField(max_length=255)
    digest = models.BinaryField(max_length=32)  # of method, path and body
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        db_table = "idempotent_answer"
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="idempotent_key")]
        indexes = [models.Index(fields=["account", "created_at"], name="idempotent_age")]


__all__ = ["Account", "ApiKey", "IdempotentAnswer", "Member", "Team", "User"]
