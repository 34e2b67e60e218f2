from typing import Any

from django import forms
from django.db import IntegrityError, transaction
from django.db.models.fields import BLANK_CHOICE_DASH

from tenancy.constraints import broken_constraint
from tenancy.fields import TenantForeignKey
from tenancy.models import Account

DASHES = BLANK_CHOICE_DASH[0][1]


class TenantForm(forms.ModelForm):  # type: ignore[type-arg]
    """A ModelForm inside one account: its choices, its uniqueness."""

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.account = account
        for name, field in self.fields.items():
            model_field = self._meta.model._meta.get_field(name) if name in self._model_fields() else None
            if isinstance(model_field, TenantForeignKey):
                field.queryset = model_field.remote_field.model.objects.filter(account=account)  # type: ignore[attr-defined]
            if isinstance(field, forms.ModelChoiceField):
                field.empty_label = field.empty_label and _without_dashes(field, field.empty_label)
            elif isinstance(field, forms.TypedChoiceField):
                choices: Any = field.choices
                field.choices = [(value, _without_dashes(field, words)) for value, words in choices]

    def save(self, commit: bool = True) -> Any:
        """Save and return the object; a duplicate within the account becomes an error beside its field (then None)."""
        if not commit:
            return super().save(commit=False)
        try:
            with transaction.atomic():
                return super().save()
        except IntegrityError as error:
            broken = broken_constraint(error, self._meta.model)
            if broken is None:
                raise
            self.add_error(broken[0] if broken[0] in self.fields else None, broken[1])
            return None

    def _model_fields(self) -> set[str]:
        return {field.name for field in self._meta.model._meta.get_fields()}


def _without_dashes(field: forms.Field, words: Any) -> Any:
    """What a list says before anything is chosen: words, where Django puts dashes."""
    return ("Choose one" if field.required else "None") if words == DASHES else words
