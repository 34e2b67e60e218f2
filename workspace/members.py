"""People of an account: they join, change their part, leave."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import F

from accounts.models import Member, Team, User
from accounts.roles import Role
from events.kinds import Kind
from events.record import By, record
from tenancy import clock, door


def make_login(user: User) -> None:
    """Let allauth know the address, so that the person can log in and reset the password."""
    EmailAddress.objects.get_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})


def add_member(name: str, email: str, role: str, *, by: By, password: str | None = None) -> Member:
    """Give `email` a seat in the account in scope; who left comes back. A new person without a password resets it.

    Raises ValidationError for an address that is none, or a member already.
    """
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise ValidationError({"email": f"“{email}” is not an e-mail address."}) from None
    user = User.objects.filter(email=email).first() or User.objects.create_user(email, password, name=name)
    make_login(user)
    before = Member.objects.filter(user=user).first()
    if before is None:
        return Member.join(user, name=name, role=role, by=by)
    if before.left_at is None:
        raise ValidationError({"email": f"{before.name} is a member already."})
    return come_back(before, name, role, by=by)


def come_back(member: Member, name: str, role: str, *, by: By) -> Member:
    Member.objects.filter(pk=member.pk).update(left_at=None, name=name, role=role)
    door.open_door("user", str(member.user_id), member.account)
    member.refresh_from_db()
    record(Kind.MEMBER_JOINED, member, by=by, name=name, role=role, again=True)
    return member


def change_role(member: Member, role: str, *, by: By) -> None:
    """Give a member another part. Raises ValidationError when no admin would be left."""
    if role != member.role:
        _keep_an_admin(member)
        before, member.role = member.role, role
        Member.objects.filter(pk=member.pk).update(role=role)
        record(Kind.MEMBER_CHANGED, member, by=by, name=member.name, role=[before, role])


def change_team(member: Member, name: str, *, by: By) -> None:
    """Put a member into the team of this name, which is made when it is missing; without a name into none."""
    name = " ".join(name.split())
    team = (Team.objects.filter(name__iexact=name).first() or Team.objects.create(name=name)) if name else None
    if (team and team.pk) != member.team_id:
        before, member.team = member.team.name if member.team else "", team
        Member.objects.filter(pk=member.pk).update(team=team)
        record(Kind.MEMBER_CHANGED, member, by=by, name=member.name, team=[before, team.name if team else ""])


def deactivate(member: Member, *, by: By, to: Member | None = None) -> None:
    """Close the account's door to a member; the history stays. Their open leads go to `to`, else by the rules.

    Raises ValidationError when no admin would be left, or for a `to` who is not here.
    """
    _keep_an_admin(member)
    if to and (to.left_at or to.pk == member.pk):
        raise ValidationError({"to": "Choose somebody who stays."})
    if Member.objects.filter(pk=member.pk, left_at=None).update(left_at=clock.now()):
        door.close_door("user", str(member.user_id), member.account)
        record(Kind.MEMBER_LEFT, member, by=by, name=member.name, to=to.pk if to else None)


def _keep_an_admin(member: Member) -> None:
    # Locked in one order, so that two admins who remove each other at once do not both succeed.
    admins = Member.objects.active().filter(role=Role.ADMIN).order_by(F("id")).select_for_update()
    if {admin.pk for admin in admins} == {member.pk}:
        raise ValidationError({"role": "An account needs an admin: make somebody else one first."})
