"""A new account, complete enough for its first lead: a member, a key, sources, a form and every app's defaults."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.text import slugify

from accounts.models import ApiKey, Member, User
from accounts.roles import Role, Scope
from events.kinds import Kind
from events.record import SYSTEM, record
from tenancy.models import RESERVED_SLUGS, Account
from tenancy.scope import scope
from workspace.defaults import TEMPLATES, install_defaults
from workspace.members import make_login

LONGEST_SLUG = 34  # leaves room for a number within the 40 of the column


@dataclass(frozen=True)
class Opened:
    """What opening an account made. `password` is None where the person logs in with the one they had."""

    account: Account
    user: User
    member: Member
    password: str | None
    api_key: str


def open_account(name: str, email: str, password: str | None = None, template: str = "it_services") -> Opened:
    """Open an account with `email` as its first admin; who has a login already gets another account with it.

    Raises ValidationError with a dict of messages for a bad name, e-mail, password or template.
    """
    name, email = " ".join(name.split()), email.strip().lower()
    _check(name, email, template)
    with transaction.atomic():
        user, shown = _known(email, password) or _new(email, password)
        account = _account(name)
        with scope(account):
            member = Member.join(user, name=user.name, role=Role.ADMIN, by=SYSTEM)
            record(Kind.ACCOUNT_OPENED, account.pk, by=member.by, name=name, template=template)
            install_defaults(account, template)
            _, api_key = ApiKey.issue("First key", list(Scope.values), by=member.by)
    return Opened(account, user, member, shown, api_key)


def _check(name: str, email: str, template: str) -> None:
    wrong: dict[str, str] = {}
    if not name or len(name) > 80 or not name.isprintable():
        wrong["name"] = "An account's name has 1 to 80 characters."
    if template not in TEMPLATES:
        wrong["template"] = f"Choose one of: {', '.join(TEMPLATES)}."
    try:
        validate_email(email)
    except ValidationError:
        wrong["email"] = f"“{email}” is not an e-mail address."
    if wrong:
        raise ValidationError(wrong)


def _known(email: str, password: str | None) -> tuple[User, str | None] | None:
    user = User.objects.filter(email=email).first()
    if user is None:
        return None
    if password is not None and not user.check_password(password):
        raise ValidationError({"password": "This person has another password already. Leave it out to keep it."})
    make_login(user)
    return user, password


def _new(email: str, password: str | None) -> tuple[User, str]:
    name = email.partition("@")[0].replace(".", " ").replace("_", " ").title()[:120]
    password = password if password is not None else secrets.token_urlsafe(12)
    try:
        validate_password(password, User(email=email, name=name))
    except ValidationError as error:
        raise ValidationError({"password": error.messages}) from None
    user = User.objects.create_user(email, password, name=name)
    make_login(user)
    return user, password


def _account(name: str) -> Account:
    for slug in _slugs(name):
        try:
            with transaction.atomic():
                return Account.objects.create(name=name, slug=slug)
        except IntegrityError:
            continue  # taken by somebody else in this very moment
    raise AssertionError("Numbers do not end.")


def _slugs(name: str) -> Iterator[str]:
    stem = slugify(name)[:LONGEST_SLUG].strip("-_").replace("_", "-") or "firm"
    taken = set(Account.objects.filter(slug__startswith=stem).values_list("slug", flat=True)) | RESERVED_SLUGS
    yield from (slug for slug in (stem, *(f"{stem}-{n}" for n in range(2, 10))) if slug not in taken)
    yield from (slug for n in count(10) if (slug := f"{stem}-{n}") not in taken)
