"""Saved views of the board."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Member
from tenancy import clock
from tenancy.models import TenantForeignKey, TenantManager, TenantModel, TenantQuerySet


class BoardViewQuerySet(TenantQuerySet):
    def seen_by(self, member: Member) -> BoardViewQuerySet:
        """One's own, and those that others share; by name."""
        return self.filter(Q(member=member) | Q(shared=True)).order_by("name", "id")


class Layout(models.TextChoices):
    BOARD = "board"
    LIST = "list"


class BoardView(TenantModel):
    """A filter of the board (or of its list) under a name: a tab."""

    PREFIX = "bvw"

    member = TenantForeignKey(Member, related_name="board_views")  # whose it is
    name = models.CharField(max_length=60)
    query = models.JSONField(default=dict, blank=True)  # the parts of its address, readable: they may name a person
    layout = models.CharField(max_length=5, choices=Layout.choices, default=Layout.BOARD)
    shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[Any] = TenantManager.from_queryset(BoardViewQuerySet)()

    class Meta(TenantModel.Meta):
        db_table = "board_view"
        constraints = [models.UniqueConstraint(fields=["account", "member", "name"], name="board_view_name")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def of(cls, member: Member) -> BoardViewQuerySet:
        """Those of `member`."""
        found: BoardViewQuerySet = cls.objects.filter(member=member)
        return found

    @classmethod
    def first_few(cls, member: Member, most: int) -> list[BoardView]:
        """Up to `most` of those that `member` sees, by name."""
        return list(cls.objects.seen_by(member)[:most])

    @classmethod
    def save_for(cls, member: Member, **columns: Any) -> BoardView:
        """A new view of `member`, with these columns."""
        made: BoardView = cls.objects.create(member=member, **columns)
        return made

    def change(self, **columns: Any) -> None:
        for name, value in columns.items():
            setattr(self, name, value)
        self.save(update_fields=list(columns))

    @classmethod
    def first_of(cls, member: Member) -> BoardView | None:
        """The view with which the board opens for `member`, if there is one (still)."""
        chosen = member.habits.get("board", {}).get("first", "")
        if not chosen:
            return None
        try:
            found: BoardView = cls.objects.seen_by(member).by_public_id(chosen)
        except cls.DoesNotExist:
            return None
        return found
