from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from accounts.models import Member
from tenancy.models import TenantForeignKey, TenantModel

OPEN_AT_ONCE = 30  # leads of one member, unless their seat says otherwise


class Strategy(models.TextChoices):
    ROUND_ROBIN = "round_robin", "Round robin"
    WEIGHTED = "weighted", "Weighted"
    LEAST_LOADED = "least_loaded", "Least loaded"
    BEST_FIT = "best_fit", "Best fit"


class Credit(models.TextChoices):
    """What gives a turn back."""

    DISQUALIFIED = "disqualified", "The lead is disqualified"
    NO_SHOW = "no_show", "The meeting is a no-show"


class Pool(TenantModel):
    """Members who take turns. Its row is the lock under which turns are taken."""

    PREFIX = "poo"

    name = models.CharField(max_length=80)
    strategy = models.CharField(max_length=12, choices=Strategy.choices, default=Strategy.ROUND_ROBIN)
    everybody = models.BooleanField(default=False)  # all reps; the first admin counts as one until a rep exists
    credits = models.JSONField(default=list, blank=True)  # some of Credit

    class Meta(TenantModel.Meta):
        db_table = "pool"
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="pool_name")]

    def __str__(self) -> str:
        return self.name


class PoolMember(TenantModel):
    """A seat in a pool: what its member takes at most, and where they stand in the order of turns."""

    PREFIX = "pme"

    pool = TenantForeignKey(Pool, on_delete=models.CASCADE, related_name="seats")
    member = TenantForeignKey(Member, related_name="seats")
    weight = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1), MaxValueValidator(100)])
    capacity_open = models.PositiveIntegerField(null=True, blank=True, default=OPEN_AT_ONCE)  # empty: any number
    capacity_day = models.PositiveIntegerField(null=True, blank=True)  # leads of one local day
    capacity_minutes = models.PositiveIntegerField(null=True, blank=True)  # of estimated work, of one local day
    paused_at = models.DateTimeField(null=True, blank=True)  # takes no turns in this pool
    turns = models.PositiveIntegerField(default=0)  # how many there were
    last_turn = models.PositiveBigIntegerField(default=0)  # grows from turn to turn of the pool
    passed = models.BigIntegerField(default=0)  # turns by weight, in routing.turn_order.STRIDE
    credit = models.PositiveSmallIntegerField(default=0)  # turns to make good

    class Meta(TenantModel.Meta):
        db_table = "pool_member"
        constraints = [models.UniqueConstraint(fields=["account", "pool", "member"], name="pool_member_once")]
        indexes = [models.Index(fields=["account", "member"], name="pool_member_member")]
