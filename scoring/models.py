from __future__ import annotations

from django.db import models

from leads.models import Lead, Source
from scoring.learned.tables import LearnedModel, LearnedScore, ModelState
from scoring.review.tables import Review, ReviewPlan
from scoring.states import VersionState
from tenancy import clock
from tenancy.models import TenantForeignKey, TenantModel

# Tables of the packages `learned` and `review` are this app's too: Django finds them here.
__all__ = ["Answer", "Group", "LearnedModel", "LearnedScore", "ModelState", "Receipt", "Rescoring", "Review"]
__all__ += ["ReviewPlan", "ScoringRule", "ScoringVersion", "Signal", "SignalKind", "SourceRate", "VersionState"]
__all__ += ["Visitor"]


class ScoringVersion(TenantModel):
    """One published state of the rules, the tiers and the qualification gate."""

    PREFIX = "scv"

    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=VersionState.choices, default=VersionState.DRAFT)
    caps = models.JSONField()  # {"fit": 35, "intent": 35, "authority": 15, "timing": 15, "source": 10}
    tiers = models.JSONField()  # {"urgent": 80, "high": 60, "medium": 40}
    criteria = models.JSONField()  # [{"key": "fit", "label", "condition"}]
    threshold = models.PositiveSmallIntegerField(default=3)
    profile = models.JSONField(default=dict)  # {"industries": [...], "countries": [...]}
    published_at = models.DateTimeField(null=True)
    based_on = models.PositiveIntegerField(null=True)  # the number of the version it was made from

    class Meta(TenantModel.Meta):
        db_table = "scoring_version"
        constraints = [
            models.UniqueConstraint(fields=["account", "number"], name="scoring_version_number"),
            models.UniqueConstraint(
                fields=["account", "state"], name="scoring_version_current", condition=models.Q(state="published")
            ),
            models.UniqueConstraint(
                fields=["account", "state"], name="scoring_version_draft", condition=models.Q(state="draft")
            ),
        ]

    def __str__(self) -> str:
        return f"v{self.number}"


class Group(models.TextChoices):
    FIT = "fit", "Fit"
    INTENT = "intent", "Intent"
    AUTHORITY = "authority", "Authority"
    TIMING = "timing", "Timing"
    SOURCE = "source", "Source"


class ScoringRule(TenantModel):
    """Points for a condition, or for a kind of signal that fades."""

    PREFIX = "scr"

    version = TenantForeignKey(ScoringVersion, on_delete=models.CASCADE, related_name="rules")
    position = models.PositiveSmallIntegerField(default=0)
    group = models.CharField(max_length=10, choices=Group.choices)
    label = models.CharField(max_length=120)
    condition = models.JSONField(null=True, blank=True)
    signal = models.CharField(max_length=20, blank=True)
    points = models.SmallIntegerField()
    cap = models.SmallIntegerField(null=True, blank=True)
    half_life_hours = models.PositiveIntegerField(null=True, blank=True)
    exclusive = models.CharField(max_length=40, blank=True)  # of rules that share it only the first that holds counts

    class Meta(TenantModel.Meta):
        db_table = "scoring_rule"
        indexes = [models.Index(fields=["account", "version", "position"], name="scoring_rule_order")]

    def __str__(self) -> str:
        return self.label


class SourceRate(TenantModel):
    """How many leads of a source were won and lost in the last 90 days, as counted at `measured_at`."""

    PREFIX = "srt"

    source = TenantForeignKey(Source, on_delete=models.CASCADE, related_name="close_rates")
    won = models.PositiveIntegerField()
    lost = models.PositiveIntegerField()
    measured_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        db_table = "source_rate"
        constraints = [models.UniqueConstraint(fields=["account", "source"], name="source_rate_once")]


class Rescoring(TenantModel):
    """All open leads scored again after a version was published; where it stands."""

    PREFIX = "rsc"

    version = TenantForeignKey(ScoringVersion, on_delete=models.CASCADE, related_name="rescorings")
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    last_lead_id = models.UUIDField(null=True)  # in the order of ids: those up to it are done
    started_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        db_table = "rescoring"
        indexes = [models.Index(fields=["account", "-started_at"], name="rescoring_newest")]

    @property
    def percent(self) -> int:
        return 100 if self.finished_at else min(99, 100 * self.done // max(self.total, 1))


class SignalKind(models.TextChoices):
    PAGE_VIEW = "page_view", "Page view"
    FORM_VIEW = "form_view", "Form view"
    DOWNLOAD = "download", "Download"
    EMAIL_OPEN = "email_open", "Mail opened"
    EMAIL_CLICK = "email_click", "Link in a mail"
    REPLY = "reply", "Reply"
    CHAT = "chat", "Chat"
    CALL = "call", "Call"
    CUSTOM = "custom", "Other"


class Signal(TenantModel):
    """Engagement of a lead: a page seen, a mail opened, a file loaded. Without a lead it waits for its visitor."""

    PREFIX = "sig"

    lead = TenantForeignKey(Lead, null=True, blank=True, related_name="signals")
    kind = models.CharField(max_length=20)  # a SignalKind
    url = models.CharField(max_length=500, blank=True)
    visitor = models.CharField(max_length=64, blank=True)  # what the tracking script calls a browser
    sent_id = models.CharField(max_length=100, blank=True)  # the sender's own
    seconds = models.PositiveIntegerField(null=True, blank=True)  # how long the page was looked at
    bot = models.BooleanField(default=False)
    trap = models.BooleanField(default=False, db_default=False)  # a link was followed that no person sees
    occurred_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        db_table = "signal"
        constraints = [
            models.UniqueConstraint(fields=["account", "sent_id"], name="signal_once", condition=~models.Q(sent_id=""))
        ]
        indexes = [
            models.Index(fields=["account", "lead", "-occurred_at"], name="signal_lead"),
            # All that scoring reads, side by side: what a scanner did is not in the way, and the table is not visited.
            models.Index(
                fields=["account", "lead", "-occurred_at"],
                name="signal_people",
                include=["kind", "url"],
                condition=models.Q(bot=False),
            ),
            models.Index(fields=["account", "lead", "occurred_at"], name="signal_trap", condition=models.Q(trap=True)),
            models.Index(fields=["account", "visitor"], name="signal_waiting", condition=models.Q(lead__isnull=True)),
        ]


class Visitor(TenantModel):
    """A browser of which we know whose it is."""

    PREFIX = "vtr"

    key = models.CharField(max_length=64)
    lead = TenantForeignKey(Lead, related_name="visitors")
    met_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        db_table = "visitor"
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="visitor_key")]
        indexes = [models.Index(fields=["account", "lead"], name="visitor_lead")]


class Receipt(TenantModel):
    """Why a lead has its score; the newest one is what the lead shows."""

    PREFIX = "rcp"

    lead = TenantForeignKey(Lead, related_name="receipts")
    version = TenantForeignKey(ScoringVersion, related_name="receipts")
    score = models.PositiveSmallIntegerField()
    tier = models.CharField(max_length=8)
    body = models.JSONField()  # scorecard.Receipt as JSON
    scored_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        db_table = "receipt"
        indexes = [models.Index(fields=["account", "lead", "-scored_at", "-id"], name="receipt_lead")]


class Answer(TenantModel):
    """A person's answer to a qualification criterion that data could not answer."""

    PREFIX = "ans"

    lead = TenantForeignKey(Lead, related_name="answers")
    criterion = models.CharField(max_length=60)  # or asked:<fact>, which nobody would say
    met = models.BooleanField()
    member_id = models.UUIDField(null=True)
    answered_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        db_table = "answer"
        constraints = [models.UniqueConstraint(fields=["account", "lead", "criterion"], name="answer_once")]
