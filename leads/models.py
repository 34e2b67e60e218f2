from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from accounts.models import Member
from tenancy import clock
from tenancy.models import TenantForeignKey, TenantManager, TenantModel, TenantQuerySet


class SourceKind(models.TextChoices):
    FORM = "form", "Website form"
    API = "api", "API"
    IMPORT = "import", "Import"
    EMAIL = "email", "E-mail"
    WEBHOOK = "webhook", "Webhook"
    MANUAL = "manual", "Added by hand"
    REFERRAL = "referral", "Referral"
    OUTBOUND = "outbound", "Targeted outbound"
    PAID = "paid", "Paid"
    EVENT = "event", "Event"
    LIST = "list", "List"
    CALL = "call", "Call"


class Source(TenantModel):
    """Where leads come from, and what they must bring along."""

    PREFIX = "src"

    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=SourceKind.choices)
    mapping = models.JSONField(default=dict, blank=True)  # their key -> our field
    required = models.JSONField(default=list, blank=True)  # our fields
    created_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        db_table = "source"
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="source_name")]

    def __str__(self) -> str:
        return self.name


class FieldType(models.TextChoices):
    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    CHOICE = "choice"
    CHOICES = "choices"
    BOOLEAN = "boolean"
    URL = "url"


class CustomField(TenantModel):
    """A fact that one account adds to its leads; its values live in `Lead.custom[key]`."""

    PREFIX = "cfd"

    key = models.SlugField(max_length=40)
    label = models.CharField(max_length=80)
    type = models.CharField(max_length=8, choices=FieldType.choices)
    choices = models.JSONField(default=list, blank=True)

    class Meta(TenantModel.Meta):
        db_table = "custom_field"
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="custom_field_key")]

    def __str__(self) -> str:
        return self.label


class Company(TenantModel):
    PREFIX = "com"

    name = models.CharField(max_length=200, blank=True)
    name_norm = models.CharField(max_length=200, blank=True)  # without legal suffix, folded
    domain = models.CharField(max_length=253, blank=True)
    headcount = models.PositiveIntegerField(null=True, blank=True)
    industry = models.CharField(max_length=80, blank=True)
    country = models.CharField(max_length=2, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        db_table = "company"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "domain"], name="company_domain", condition=~models.Q(domain="")
            ),
        ]
        indexes = [models.Index(fields=["account", "name_norm"], name="company_name_norm")]

    def __str__(self) -> str:
        return self.name or self.domain


class Contact(TenantModel):
    """A person."""

    PREFIX = "con"

    company = TenantForeignKey(Company, null=True, blank=True, related_name="contacts")
    name = models.CharField(max_length=200, blank=True)
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    name_norm = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=320, blank=True)
    email_norm = models.CharField(max_length=320, blank=True)  # empty when the address is malformed
    phone = models.CharField(max_length=60, blank=True)
    phone_e164 = models.CharField(max_length=16, blank=True)
    job_title = models.CharField(max_length=200, blank=True)
    seniority = models.CharField(max_length=20, blank=True)
    department = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=2, blank=True)
    language = models.CharField(max_length=10, blank=True)
    unsubscribed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        db_table = "contact"
        constraints = [
            # Two captures of one new person at the same moment: the second finds the first's.
            models.UniqueConstraint(
                fields=["account", "email_norm"], name="contact_email", condition=~models.Q(email_norm="")
            ),
        ]
        indexes = [
            models.Index(fields=["account", "phone_e164"], name="contact_phone"),
            models.Index(fields=["account", "name_norm"], name="contact_name_norm"),
        ]

    def __str__(self) -> str:
        return self.name or self.email or self.phone


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
        return self.select_related("contact", "company", "source", "owner")


class Lead(TenantModel):
    """One contact's interest, from the first form to won or lost.

    The columns below `owner` are copies without foreign keys of what later apps know, written through `record_*` verbs.
    """

    PREFIX = "lead"

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
            models.Index(fields=["account", "-score", "-id"], name="lead_score"),
            models.Index(fields=["account", "-updated_at", "-id"], name="lead_updated"),
        ]

    def __str__(self) -> str:
        return str(self.contact)


class Submission(TenantModel):
    """What arrived, verbatim; never changed."""

    PREFIX = "sub"

    lead = TenantForeignKey(Lead, related_name="submissions")
    source = TenantForeignKey(Source, related_name="submissions")
    channel = models.CharField(max_length=10)  # api, form, manual, ...
    raw = models.JSONField()
    ignored = models.JSONField(default=list)
    problems = models.JSONField(default=list)  # malformed values that were kept aside
    campaign = models.JSONField(default=dict)
    consent = models.JSONField(default=dict)
    ip = models.GenericIPAddressField(null=True)
    duplicate = models.BooleanField(default=False)
    received_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        db_table = "submission"
        indexes = [models.Index(fields=["account", "lead", "-received_at"], name="submission_lead")]


class Form(TenantModel):
    """A hosted form. Its public link is `/f/<form>/`, a door of its own."""

    PREFIX = "frm"

    name = models.CharField(max_length=80)
    title = models.CharField(max_length=120)
    source = TenantForeignKey(Source, related_name="forms")
    fields = models.JSONField(default=list)  # [{"field", "label", "required", "help"}]
    origins = models.JSONField(default=list, blank=True)
    consent_text = models.CharField(max_length=500, blank=True)
    thanks = models.CharField(max_length=500, blank=True)
    redirect = models.URLField(blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        db_table = "form"
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="form_name")]

    def __str__(self) -> str:
        return self.name


class ActivityKind(models.TextChoices):
    CALL = "call", "Call"
    EMAIL = "email", "E-mail"
    MEETING = "meeting", "Meeting"
    LINKEDIN = "linkedin", "LinkedIn"
    NOTE = "note", "Note"


class Direction(models.TextChoices):
    IN = "in"
    OUT = "out"


class Activity(TenantModel):
    """Something a person did about a lead, or an automatic mail, which never counts as contact."""

    PREFIX = "act"

    lead = TenantForeignKey(Lead, related_name="activities")
    kind = models.CharField(max_length=10, choices=ActivityKind.choices)
    direction = models.CharField(max_length=3, choices=Direction.choices, default=Direction.OUT)
    outcome = models.CharField(max_length=20, blank=True)  # spoke, no_answer, voicemail, wrong_number, replied, held
    body = models.TextField(blank=True)
    automatic = models.BooleanField(default=False)
    member = TenantForeignKey(Member, null=True, blank=True, related_name="activities")
    occurred_at = models.DateTimeField()
    created_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        db_table = "activity"
        indexes = [models.Index(fields=["account", "lead", "-occurred_at"], name="activity_lead")]


class StakeholderRole(models.TextChoices):
    CHAMPION = "champion", "Champion"
    DECISION_MAKER = "decision_maker", "Decision-maker"
    TECHNICAL = "technical", "Technical"
    PROCUREMENT = "procurement", "Procurement"
    FINANCE = "finance", "Finance"
    USER = "user", "User"


class Stakeholder(TenantModel):
    """A person on the buying side of a lead, and the part he or she plays."""

    PREFIX = "stk"

    lead = TenantForeignKey(Lead, related_name="stakeholders")
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=20, choices=StakeholderRole.choices)
    job_title = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=320, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)  # has looked at our solution
    created_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        db_table = "stakeholder"
        indexes = [models.Index(fields=["account", "lead"], name="stakeholder_lead")]

    def __str__(self) -> str:
        return self.name
