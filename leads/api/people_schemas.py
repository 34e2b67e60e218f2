"""The documented shapes of firms, people, exports and erasures."""

from typing import Any

from rest_framework import serializers as s

from leads.api.schemas import CompanyOut, ContactOut, OwnerOut, Text


class FirmOut(CompanyOut):
    """A firm, and how many of its people and leads there are."""

    country = Text()
    people, leads, open_leads = s.IntegerField(), s.IntegerField(), s.IntegerField()
    owner = OwnerOut(allow_null=True)
    created_at = s.DateTimeField()


class PersonOut(ContactOut):
    """A person, with the firm and the number of leads."""

    company = CompanyOut(allow_null=True)
    leads, open_leads = s.IntegerField(), s.IntegerField()
    newest_lead = Text()
    unsubscribed_at = s.DateTimeField(allow_null=True)
    created_at = s.DateTimeField()


class ErasureOut(s.Serializer[Any]):
    """How far an erasure is: `done` of `of` steps."""

    id, contact = s.CharField(), s.CharField()
    state = s.ChoiceField(["running", "done"])
    done, of = s.IntegerField(), s.IntegerField()
    asked_at, finished_at = s.DateTimeField(), s.DateTimeField(allow_null=True)


_ROWS = s.DictField(child=s.ListField(child=s.DictField(child=s.JSONField(allow_null=True))))


class ExportOut(s.Serializer[Any]):
    """Everything held about a person."""

    contact, exported_at = s.CharField(), s.DateTimeField()
    person = s.DictField(child=s.JSONField(allow_null=True))
    company = Text()
    leads = s.ListField(child=s.DictField(child=s.JSONField()))
    consents = s.ListField(child=s.DictField(child=s.JSONField(allow_null=True)))
    tables, elsewhere = _ROWS, _ROWS


def _some(names: str) -> dict[str, Any]:
    properties: dict[str, Any] = {name: {} for name in names.split()}
    return {"application/json": {"type": "object", "properties": properties, "minProperties": 1}}


FIRM_IN = _some("name domain headcount industry country")
PERSON_IN = _some("name first_name last_name email phone job_title seniority country language")
