from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import models

from events.kinds import Kind
from events.record import By, record
from tenancy import clock
from tenancy.models import TenantForeignKey, TenantModel
from tenancy.sight import Sight


def seen_by_leads(model: Any, column: str, sight: Sight) -> models.Q:
    """Of firms and people: that one of their leads is in sight, or that they have none."""
    if not sight:
        return models.Q()
    lead = model._meta.get_field("leads").related_model
    theirs = lead.objects.filter(**{column: models.OuterRef("pk")})
    return models.Q(models.Exists(theirs.filter(lead.seen_with(sight)))) | ~models.Q(models.Exists(theirs))


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
        indexes = [
            models.Index(fields=["account", "name_norm"], name="company_name_norm"),
            models.Index(fields=["account", "-created_at", "-id"], name="company_newest"),
        ]

    def __str__(self) -> str:
        return self.name or self.domain

    @classmethod
    def seen_with(cls, sight: Sight) -> models.Q:
        return seen_by_leads(cls, "company", sight)


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
    erased_at = models.DateTimeField(null=True, blank=True)  # nothing above is known any more
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
            models.Index(fields=["account", "company"], name="contact_company"),
            models.Index(fields=["account", "-created_at", "-id"], name="contact_newest"),
        ]

    def __str__(self) -> str:
        return self.name or self.email or self.phone or ("Erased person" if self.erased_at else "")

    @classmethod
    def seen_with(cls, sight: Sight) -> models.Q:
        return seen_by_leads(cls, "contact", sight)

    def unsubscribe(self, *, by: By, lead_id: UUID | None = None) -> bool:
        """No more automatic mail, from now on. Records CONTACT_UNSUBSCRIBED; False if it was so already."""
        now = clock.now()
        done = Contact.objects.filter(pk=self.pk, unsubscribed_at=None).update(unsubscribed_at=now)
        if done:
            self.unsubscribed_at = now
            record(Kind.CONTACT_UNSUBSCRIBED, self, by=by, lead_id=lead_id)
        return bool(done)
