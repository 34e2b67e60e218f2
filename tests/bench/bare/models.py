"""One table to insert into, and Tollgate's own tables to list from, without tenancy."""

from django.db import models


class Enquiry(models.Model):
    name = models.CharField(max_length=200)
    email = models.EmailField()
    phone = models.CharField(max_length=60, blank=True)
    company = models.CharField(max_length=200, blank=True)
    job_title = models.CharField(max_length=200, blank=True)
    message = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "bare"
        db_table = "bare_enquiry"

    def __str__(self) -> str:
        return self.name


class Person(models.Model):
    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=200)
    email = models.CharField(max_length=320)

    class Meta:
        app_label = "bare"
        db_table = "contact"
        managed = False

    def __str__(self) -> str:
        return self.name


class Firm(models.Model):
    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=200)

    class Meta:
        app_label = "bare"
        db_table = "company"
        managed = False

    def __str__(self) -> str:
        return self.name


class ListedLead(models.Model):
    id = models.UUIDField(primary_key=True)
    account_id = models.UUIDField()
    contact = models.ForeignKey(Person, on_delete=models.PROTECT)
    status = models.CharField(max_length=12)
    track = models.CharField(max_length=8)
    message = models.TextField()
    product = models.CharField(max_length=80)
    timeline_days = models.IntegerField(null=True)
    tech_stack = models.JSONField()
    custom = models.JSONField()
    score = models.SmallIntegerField(null=True)
    tier = models.CharField(max_length=8)
    captured_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        app_label = "bare"
        db_table = "lead"
        managed = False

    def __str__(self) -> str:
        return str(self.pk)


class CardLead(models.Model):
    """What a card shows of a lead."""

    id = models.UUIDField(primary_key=True)
    contact = models.ForeignKey(Person, on_delete=models.PROTECT)
    company = models.ForeignKey(Firm, on_delete=models.PROTECT, null=True)
    tier = models.CharField(max_length=8)
    first_response_due_at = models.DateTimeField(null=True)
    first_response_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "bare"
        db_table = "lead"
        managed = False

    def __str__(self) -> str:
        return str(self.pk)


class Card(models.Model):
    id = models.UUIDField(primary_key=True)
    account_id = models.UUIDField()
    lead = models.ForeignKey(CardLead, on_delete=models.PROTECT)
    stage_id = models.UUIDField()
    owner_id = models.UUIDField(null=True)
    status = models.CharField(max_length=12)
    value_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3)
    entered_stage_at = models.DateTimeField()
    next_step = models.CharField(max_length=120)
    next_step_at = models.DateTimeField(null=True)
    gate = models.JSONField()
    version = models.PositiveIntegerField()
    attention = models.BigIntegerField()

    class Meta:
        app_label = "bare"
        db_table = "deal"
        managed = False

    def __str__(self) -> str:
        return str(self.pk)
