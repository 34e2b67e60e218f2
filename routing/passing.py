"""The form of the dialog "Pass on"."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.models import Member
from events.record import By
from leads.models import Lead
from routing.accepting import decline, pass_to_next
from routing.models import Decision
from routing.reasons import Reason
from routing.reassignment import reassign
from tenancy.models import Account

MAY_OWN = ("rep", "manager", "admin")


def possible_owners() -> Any:
    """Who may own leads, by name."""
    return Member.objects.active().filter(role__in=MAY_OWN).order_by("name")


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
    """To whom, and why, in one tap; the present owner isn't offered. Nobody chosen: whomever the rules choose next."""

    owner = MemberChoice(None, label="To", required=False, empty_label="Whoever the rules choose next")
    reason = forms.ChoiceField(label="Because", choices=Reason.choices)

    def __init__(self, *args: Any, account: Account, lead: Lead | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = possible_owners().filter(account=account)
        if lead:
            members = members.exclude(pk=lead.owner_id)
        self.fields["owner"].queryset = members  # type: ignore[attr-defined]
        self.fields["owner"].widget.attrs["class"] = "select"

    @property
    def reasons(self) -> list[tuple[str, list[Reason]]]:
        """The buttons: what the rules did wrong, and all else."""
        wrong = [reason for reason in Reason if reason.is_corrective]
        return [("The rules erred", wrong), ("Something else", [one for one in Reason if not one.is_corrective])]

    def pass_on(self, lead: Lead, member: Member, by: By) -> Decision:
        """Do it, as `member`. Raises CannotPassOn."""
        to, reason = self.cleaned_data["owner"], Reason(self.cleaned_data["reason"])
        if to:
            return reassign(lead, to, reason=reason, by=by)
        if lead.owner_id == member.pk:
            return decline(lead, member, reason=reason, by=by)
        return pass_to_next(lead, reason=reason, by=by)
