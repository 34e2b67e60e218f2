"""The form of the dialog "Pass on"."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.models import Member
from leads.models import Lead
from routing.reasons import Reason
from tenancy.models import Account

MAY_OWN = ("rep", "manager", "admin")


class MemberChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def prepare_value(self, value: Any) -> Any:
        return value.public_id if isinstance(value, Member) else value

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        try:
            return self.queryset.by_public_id(str(value))  # type: ignore[union-attr]
        except Member.DoesNotExist:
            raise forms.ValidationError("There is nobody like that here. Choose from the list.") from None


class PassOn(forms.Form):
    """To whom, and why; the present owner isn't offered."""

    owner = MemberChoice(None, label="To", empty_label="Choose somebody")
    reason = forms.ChoiceField(label="Because", choices=Reason.choices, initial=Reason.HANDOVER)

    def __init__(self, *args: Any, account: Account, lead: Lead, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = Member.objects.active().filter(account=account, role__in=MAY_OWN).order_by("name")
        self.fields["owner"].queryset = members.exclude(pk=lead.owner_id)  # type: ignore[attr-defined]
        for name in self.fields:
            self.fields[name].widget.attrs["class"] = "select"
