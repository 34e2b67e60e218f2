from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models

from accounts.models import Member
from events.kinds import Kind
from events.record import By, Happening, record, record_all
from leads import changes, contacts
from leads.facts import facts_of
from leads.models.people import Company, Contact
from leads.models.sources import Source
from tenancy import clock
from tenancy.models import TenantForeignKey, TenantManager, TenantModel, TenantQuerySet

if TYPE_CHECKING:
    from leads.models.activity import Activity, Stakeholder


WITH_PEOPLE = ("contact", "company", "source", "owner")


class Status(models.TextChoices):
    OPEN = "open", "Open"
    WON = "won", "Won"
    LOST = "lost", "Lost"
    DISQUALIFIED = "disqualified", "Disqualified"
    SPAM = "spam", "Spam"
    MERGED = "merged", "Merged"


class Track(models.TextChoices):
    ACTIVE = "active", "Active"
    ASK = "ask", "Ask"
    NURTURE = "nurture", "Nurture"


class LeadQuerySet(TenantQuerySet):
    def open(self) -> LeadQuerySet:
        return self.filter(status=Status.OPEN)

    def with_people(self) -> LeadQuerySet:
        """With all that a card or a row of a list shows."""
        return self.select_related(*WITH_PEOPLE)


class Lead(TenantModel):
    """One contact's interest, from the first form to won or lost.

    The columns below `owner` are copies without foreign keys of what later apps know, written through `record_*` verbs.
    """

    PREFIX = "lead"
    OWNER = "owner"

    contact = TenantForeignKey(Contact, related_name="leads")
    company = TenantForeignKey(Company, null=True, blank=True, related_name="leads")
    source = TenantForeignKey(Source, related_name="leads")
    external_id = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.OPEN)
    track = models.CharField(max_length=8, choices=Track.choices, default=Track.ASK)
    incomplete = models.JSONField(default=list, blank=True)  # required facts that are missing

    message = models.TextField(blank=True)
    product = models.CharField(max_length=80, blank=True)
    territory = models.CharField(max_length=80, blank=True)
    budget = models.CharField(max_length=120, blank=True)
    timeline_days = models.PositiveIntegerField(null=True, blank=True)  # days from capture until the need
    business_problem = models.TextField(blank=True)
    tech_stack = models.JSONField(default=list, blank=True)
    it_decision = models.CharField(max_length=20, blank=True)  # in_house or provider
    value_minor = models.BigIntegerField(null=True, blank=True)  # of `currency`, in whole minor units
    currency = models.CharField(max_length=3, blank=True)
    custom = models.JSONField(default=dict, blank=True)
    campaign = models.JSONField(default=dict, blank=True)
    referrer = models.CharField(max_length=500, blank=True)
    search_text = models.TextField(blank=True)  # folded; read by search_leads() only

    owner = TenantForeignKey(Member, null=True, blank=True, related_name="leads")
    captured_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)
    assigned_at = models.DateTimeField(null=True)
    first_attempt_at = models.DateTimeField(null=True)
    first_response_at = models.DateTimeField(null=True)
    first_response_due_at = models.DateTimeField(null=True)
    first_response_risk_at = models.DateTimeField(null=True)  # from then on the promise is at risk
    score = models.PositiveSmallIntegerField(null=True)
    score_band = models.PositiveSmallIntegerField(default=0)  # 62 ± band
    tier = models.CharField(max_length=8, blank=True)
    fit = models.PositiveSmallIntegerField(null=True)
    intent = models.PositiveSmallIntegerField(null=True)
    authority = models.PositiveSmallIntegerField(null=True)
    timing = models.PositiveSmallIntegerField(null=True)
    points = models.PositiveSmallIntegerField(null=True)  # qualification criteria met
    points_of = models.PositiveSmallIntegerField(null=True)
    qualified_at = models.DateTimeField(null=True)
    deal_id = models.UUIDField(null=True)
    pipeline_id = models.UUIDField(null=True)
    stage_id = models.UUIDField(null=True)
    stage_name = models.CharField(max_length=80, blank=True)
    stage_number = models.PositiveSmallIntegerField(null=True)  # 1 is the first of its pipeline
    next_step_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, blank=True)
    closed_at = models.DateTimeField(null=True)
    disqualified_reason = models.CharField(max_length=120, blank=True)
    recycle_on = models.DateField(null=True)

    objects: ClassVar[Any] = TenantManager.from_queryset(LeadQuerySet)()

    class Meta(TenantModel.Meta):
        db_table = "lead"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "source", "external_id"],
                name="lead_external_id",
                condition=~models.Q(external_id=""),
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-captured_at", "-id"], name="lead_newest"),
            models.Index(fields=["account", "status", "-captured_at", "-id"], name="lead_status"),
            models.Index(fields=["account", "owner", "status", "first_response_due_at"], name="lead_owner"),
            models.Index(fields=["account", "contact"], name="lead_contact"),
            models.Index(fields=["account", "company"], name="lead_company"),
            models.Index(fields=["account", "-score", "-id"], name="lead_score"),
            models.Index(fields=["account", "-updated_at", "-id"], name="lead_updated"),
        ]

    def __str__(self) -> str:
        return str(self.contact)

    @property
    def facts(self) -> dict[str, Any]:
        """What is known, by the catalogue's names (leads/facts.py)."""
        return facts_of(self)

    def change(self, facts: Mapping[str, Any], *, by: By) -> list[str]:
        """Set facts of the lead, its contact and company by their names, normalised; None or "" empties one.

        Records LEAD_CHANGED with {fact: [before, after]}, if anything differs. Returns the facts that changed.
        Raises ValidationError for values that make no sense and for unknown names.
        """
        differences = changes.apply(self, facts)
        if differences:
            record_all([Happening(Kind.LEAD_CHANGED, self.pk, self.pk, by, differences)])
        return list(differences)

    def log_activity(
        self,
        *,
        kind: str,
        by: By,
        direction: str = "out",
        outcome: str = "",
        body: str = "",
        occurred_at: datetime | None = None,
        automatic: bool = False,
        member: Member | None = None,
    ) -> Activity:
        """Note a call, e-mail, meeting, LinkedIn message or note; stamps first attempt and first response.

        `occurred_at` (aware) defaults to now. Automatic mail counts for neither. Records ACTIVITY_LOGGED.
        """
        now = clock.now()
        activity: Activity = self.activities.create(
            kind=kind,
            direction=direction,
            outcome=outcome,
            body=body,
            automatic=automatic,
            member=member,
            occurred_at=occurred_at or now,
            created_at=now,
        )
        contacts.stamp(self, activity)
        record(
            Kind.ACTIVITY_LOGGED,
            activity,
            by=by,
            lead_id=self.pk,
            occurred_at=activity.occurred_at,
            kind_of=kind,
            direction=direction,
            outcome=outcome,
            text=body[:500],
            automatic=automatic,
        )
        return activity

    def disqualify(self, *, reason: str, by: By, recycle_on: date | None = None) -> bool:
        """Take an open lead out of the race, for good or until `recycle_on`. False if it was not open."""
        now = clock.now()
        done = Lead.objects.filter(pk=self.pk, status=Status.OPEN).update(
            status=Status.DISQUALIFIED,
            outcome=Status.DISQUALIFIED,
            disqualified_reason=reason[:120],
            recycle_on=recycle_on,
            closed_at=now,
            updated_at=now,
        )
        if done:
            self.refresh_from_db()
            record(Kind.LEAD_DISQUALIFIED, self, by=by, lead_id=self.pk, reason=reason, recycle_on=recycle_on)
        return bool(done)

    def come_back(self, on: date | None) -> None:
        """Let a closed lead be opened again by itself on a local day; None: it stays out."""
        Lead.objects.filter(pk=self.pk).update(recycle_on=on)
        self.recycle_on = on

    def put_aside(self, *, reason: str, by: By) -> bool:
        """Put an open lead into the spam folder, whatever became of it meanwhile. False if it was not open."""
        now = clock.now()
        done = Lead.objects.filter(pk=self.pk, status=Status.OPEN).update(
            status=Status.SPAM, outcome=Status.SPAM, closed_at=now, updated_at=now
        )
        if done:
            self.refresh_from_db()
            record(Kind.LEAD_PUT_ASIDE, self, by=by, lead_id=self.pk, reason=reason)
        return bool(done)

    def reopen(self, *, by: By, reason: str = "", recycled: bool = False) -> bool:
        """Bring a disqualified, lost or spam lead back; it is scored and routed again. False if it was not closed.

        `recycled`: its day has come, and nobody did it.
        """
        closed = Lead.objects.filter(pk=self.pk, status__in=[Status.DISQUALIFIED, Status.LOST, Status.SPAM])
        done = closed.update(**REOPENED, updated_at=clock.now())
        if done:
            self.refresh_from_db()
            record(Kind.LEAD_REOPENED, self, by=by, lead_id=self.pk, reason=reason, recycled=recycled)
        return bool(done)

    def add_stakeholder(
        self,
        *,
        name: str,
        role: str,
        by: By,
        job_title: str = "",
        email: str = "",
        reviewed_at: datetime | None = None,
    ) -> Stakeholder:
        """Note a person on the buying side. Records STAKEHOLDER_ADDED."""
        stakeholder: Stakeholder = self.stakeholders.create(
            name=name, role=role, job_title=job_title, email=email, reviewed_at=reviewed_at
        )
        record(Kind.STAKEHOLDER_ADDED, stakeholder, by=by, lead_id=self.pk, name=name, role=role)
        return stakeholder


REOPENED: dict[str, Any] = {
    "status": Status.OPEN,
    "outcome": "",
    "disqualified_reason": "",
    "recycle_on": None,
    "closed_at": None,
}
