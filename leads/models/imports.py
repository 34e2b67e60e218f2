from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from events.models import Actor
from events.record import By
from leads.models.sources import Source
from tenancy import clock
from tenancy.models import TenantForeignKey, TenantManager, TenantModel, TenantQuerySet


class ImportState(models.TextChoices):
    READING = "reading", "Being read"
    REFUSED = "refused", "Can’t be read"
    READY = "ready", "Waiting for you"
    RUNNING = "running", "Running"
    PAUSED = "paused", "Paused"
    DONE = "done", "Done"
    CANCELLED = "cancelled", "Stopped"
    UNDOING = "undoing", "Being undone"
    UNDONE = "undone", "Undone"


class ImportQuerySet(TenantQuerySet):
    def newest_first(self) -> ImportQuerySet:
        return self.order_by("-created_at", "-id")

    def moved(self, pk: Any, to: ImportState, *, since: tuple[ImportState, ...], **columns: Any) -> bool:
        """Take one import to another state, if it is in one of `since`. A second click changes nothing."""
        return bool(self.filter(pk=pk, state__in=since).update(state=to, **columns))


class Import(TenantModel):
    """A table of leads that somebody uploaded. Its rows lie below MEDIA_ROOT/<account>/ until they are taken."""

    PREFIX = "imp"

    name = models.CharField(max_length=200)
    path = models.CharField(max_length=300)
    format = models.CharField(max_length=60)  # for people: `CSV, UTF-16, tabs` or `sheet “Booth scans”`
    state = models.CharField(max_length=10, choices=ImportState.choices, default=ImportState.READY)
    reading = models.JSONField(default=dict)  # where to read on in the upload, and how many bytes of rows are kept
    problem = models.CharField(max_length=300, blank=True)  # why it can't be read
    headers = models.JSONField(default=list)
    header_key = models.CharField(max_length=64)  # the same set of headers, the same mapping
    mapping = models.JSONField(default=dict)  # header -> fact
    remembered_at = models.DateTimeField(null=True)  # of the import whose mapping was taken
    dates = models.JSONField(default=dict)  # header -> day first or month first
    edits = models.JSONField(default=dict)  # row -> {column: value}
    source = TenantForeignKey(Source, null=True, related_name="imports")
    consent = models.CharField(max_length=300, blank=True)
    history = models.BooleanField(default=False)  # leads of another system: not routed again
    dry_run = models.BooleanField(default=False)
    rows = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    position = models.PositiveBigIntegerField(default=0)  # in the stored file, in bytes
    counts = models.JSONField(default=dict)  # created, attached, updated, unchanged, rejected, flagged, kept
    sources_made = models.JSONField(default=list)
    actor_kind = models.CharField(max_length=10, choices=Actor.choices)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = TenantManager.from_queryset(ImportQuerySet)()

    class Meta(TenantModel.Meta):
        db_table = "import"
        indexes = [
            models.Index(fields=["account", "-created_at", "-id"], name="import_newest"),
            models.Index(fields=["account", "header_key", "-started_at"], name="import_headers"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_under_way(self) -> bool:
        """Whether something happens to it by itself."""
        return self.state in (ImportState.READING, ImportState.RUNNING, ImportState.UNDOING)

    @property
    def by(self) -> By:
        """Who uploaded it, as the actor of what its rows do: told apart from what the same person does by hand."""
        return By(Actor(self.actor_kind), self.actor_id, f"{self.actor_name[:60]} by “{self.name[:40]}”")


class ImportOutcome(models.TextChoices):
    CREATED = "created", "New"
    ATTACHED = "attached", "Attached"
    UPDATED = "updated", "Updated"
    UNCHANGED = "unchanged", "Nothing new"
    COMPANY = "company", "Company"


class ImportRow(TenantModel):
    """What one row did, so that it is done once and can be undone."""

    PREFIX = "imr"

    batch = TenantForeignKey(Import, on_delete=models.CASCADE, related_name="outcomes")
    row = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)  # of what the row says
    outcome = models.CharField(max_length=10, choices=ImportOutcome.choices)
    lead_id = models.UUIDField(null=True)  # no key: it outlives the lead
    contact_id = models.UUIDField(null=True)
    company_id = models.UUIDField(null=True)
    submission_id = models.UUIDField(null=True)
    before = models.JSONField(default=dict)  # {table: {column: value}} of what was there
    after = models.JSONField(default=dict)  # the columns that this row changed

    class Meta(TenantModel.Meta):
        db_table = "import_row"
        constraints = [models.UniqueConstraint(fields=["account", "batch", "row"], name="import_row_once")]
        indexes = [
            models.Index(fields=["account", "digest"], name="import_row_digest"),
            models.Index(fields=["account", "lead_id"], name="import_row_lead"),
        ]


class ImportReject(TenantModel):
    """A row that could not be taken, and why."""

    PREFIX = "imx"

    batch = TenantForeignKey(Import, on_delete=models.CASCADE, related_name="rejects")
    row = models.PositiveIntegerField()
    cells = models.JSONField()
    reason = models.CharField(max_length=300)

    class Meta(TenantModel.Meta):
        db_table = "import_reject"
        constraints = [models.UniqueConstraint(fields=["account", "batch", "row"], name="import_reject_once")]
