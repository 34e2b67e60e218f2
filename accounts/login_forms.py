"""The fields of signing in: named by their labels alone, and one types at once."""

from typing import Any

from allauth.account.forms import LoginForm, ResetPasswordForm
from django.forms import BaseForm


class SignIn(LoginForm):  # type: ignore[misc]  # allauth has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _begin_with(self, "password" if self.is_bound else "login")


class NewPassword(ResetPasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _begin_with(self, "email")


def _begin_with(form: BaseForm, name: str) -> None:
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)
    form.fields[name].widget.attrs["autofocus"] = True
