from typing import Any

from allauth.account.adapter import DefaultAccountAdapter


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Login through allauth; new accounts are opened by command, so nobody signs up here."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "No member has this e-mail and this password. Look at both again."
    }

    def is_open_for_signup(self, request: Any) -> bool:
        return False
