from __future__ import annotations

from typing import Any

from django.db import models

from accounts.models import Member
from tenancy.models import TenantForeignKey, TenantModel
from tenancy.secrets import SecretField


class NoticeSettings(TenantModel):
    """How a member wants to be told, besides in the app. Without a row: by mail, of everything, at any hour."""

    PREFIX = "nts"

    member = TenantForeignKey(Member, related_name="notice_settings")
    mail = models.BooleanField(default=True)
    desktop = models.BooleanField(default=False)
    post_url = SecretField(max_length=500, blank=True)  # a webhook that takes what Slack's take
    post_error = models.CharField(max_length=200, blank=True)  # why the last one did not arrive
    quiet_from = models.TimeField(null=True, blank=True)  # in the member's zone
    quiet_until = models.TimeField(null=True, blank=True)
    urgent_anyway = models.BooleanField(default=True)
    muted: Any = models.JSONField(default=list, blank=True)  # kinds of notices that stay in the app

    class Meta(TenantModel.Meta):
        db_table = "notice_settings"
        constraints = [models.UniqueConstraint(fields=["account", "member"], name="notice_settings_member")]
