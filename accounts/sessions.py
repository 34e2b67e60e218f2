"""Whose session it is, asked at each page: the store and the login of Django and allauth, in prepared statements."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session

from accounts.models import User
from tenancy import clock
from tenancy.knowing import row_of


class SessionStore(db.SessionStore):
    def _get_session_from_db(self) -> Session | None:
        key = self.session_key
        found = row_of(Session, session_key=key) if key else None
        if found is None or found.expire_date <= clock.now():
            self._session_key = None
            return None
        return found


class Backend(AuthenticationBackend):  # type: ignore[misc]  # allauth has no types
    def get_user(self, user_id: Any) -> User | None:
        found = row_of(User, id=user_id)
        return found if found and self.user_can_authenticate(found) else None
