"""What colleagues say to each other about a lead, and who follows it."""

from __future__ import annotations

from django.db import models

from accounts.models import Member
from leads.models import Lead
from tenancy import clock
from tenancy.models import TenantForeignKey, TenantModel


class Comment(TenantModel):
    """A remark among colleagues. Its words live here only: the event that tells of it has none, so deleting deletes."""

    PREFIX = "cmt"

    lead = TenantForeignKey(Lead, related_name="comments")
    member = TenantForeignKey(Member, null=True, blank=True, related_name="comments")  # None: a key's
    author = models.CharField(max_length=120)
    body = models.TextField()
    mentions = models.JSONField(default=list)  # ids of the members named in it
    created_at = models.DateTimeField(default=clock.now)
    edited_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        db_table = "comment"
        indexes = [models.Index(fields=["account", "lead", "created_at"], name="comment_lead")]


class Follower(TenantModel):
    """A member who wants to hear what becomes of a lead that is somebody else's."""

    PREFIX = "fol"

    lead = TenantForeignKey(Lead, related_name="followers")
    member = TenantForeignKey(Member, related_name="follows")
    since = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        db_table = "follower"
        constraints = [models.UniqueConstraint(fields=["account", "lead", "member"], name="follower_once")]
        indexes = [models.Index(fields=["account", "member"], name="follower_member")]  # asked with every request


class CalendarFeed(TenantModel):
    """A member's secret address that calendars read; only its digest is kept."""

    PREFIX = "cal"

    member = TenantForeignKey(Member, related_name="calendar_feeds")
    digest = models.BinaryField(max_length=32)
    made_at = models.DateTimeField(default=clock.now)

    class Meta(TenantModel.Meta):
        db_table = "calendar_feed"
        constraints = [models.UniqueConstraint(fields=["account", "member"], name="calendar_feed_member")]
