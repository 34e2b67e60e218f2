"""Pools: who takes turns in them, how, with what weight and capacity; and how they stand now."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Member
from accounts.permissions import allow
from accounts.roles import Function
from routing import pools as verbs
from routing.models import OPEN_AT_ONCE, Credit, Pool, PoolMember, Strategy
from routing.passing import MAY_OWN
from routing.standing import standing_of
from tenancy.models import get_or_404
from workspace.settings.routing import done
from workspace.settings.shell import show

STRATEGIES = {
    Strategy.ROUND_ROBIN: "Strictly in turn; who comes back takes one turn, not all that were missed.",
    Strategy.WEIGHTED: "In turn by weight; nobody is ever a whole lead away from their share.",
    Strategy.LEAST_LOADED: "To whoever has the fewest open leads for their capacity.",
    Strategy.BEST_FIT: "To who speaks the language and knows the subject, then to the lightest load.",
}


class PoolForm(forms.Form):
    """A pool but for its seats."""

    name = forms.CharField(max_length=80)
    strategy = forms.ChoiceField(
        choices=[(one.value, f"{one.label}: {words}") for one, words in STRATEGIES.items()], label="How turns are taken"
    )
    credits = forms.MultipleChoiceField(
        choices=Credit.choices, required=False, widget=forms.CheckboxSelectMultiple, label="A turn is given back when"
    )

    def __init__(self, data: Any = None, *, pool: Pool | None = None) -> None:
        said = {name: getattr(pool, name) for name in ("name", "strategy", "credits")} if pool else None
        super().__init__(data, label_suffix="", initial=said)


class SeatForm(forms.Form):
    """One member's seat; not `in`: none."""

    sits = forms.BooleanField(required=False)
    weight = forms.IntegerField(min_value=1, max_value=100, required=False)
    capacity_open = forms.IntegerField(min_value=0, max_value=100_000, required=False)
    capacity_day = forms.IntegerField(min_value=0, max_value=100_000, required=False)
    capacity_minutes = forms.IntegerField(min_value=0, max_value=100_000, required=False)

    def __init__(self, data: Any, *, member: Member, seat: PoolMember | None) -> None:
        said = {name: getattr(seat, name) for name in verbs.COLUMNS} if seat else USUAL
        super().__init__(data, prefix=member.public_id, initial=said | {"sits": seat is not None})
        self.member, self.seat = member, seat
        for name, words in WORDS.items():
            self.fields[name].widget.attrs |= {"aria-label": f"{words} of {member.name}", "class": "input"}
        self.fields["sits"].label = member.name

    @property
    def columns(self) -> dict[str, Any]:
        said = {name: self.cleaned_data[name] for name in verbs.COLUMNS}
        return {"member": self.member, **said, "weight": said["weight"] or 1}


USUAL = {"weight": 1, "capacity_open": OPEN_AT_ONCE}
WORDS = {
    "weight": "Weight",
    "capacity_open": "Open leads",
    "capacity_day": "Leads a day",
    "capacity_minutes": "Minutes a day",
}


@allow(Function.MANAGE_ACCOUNT)
@require_http_methods(["GET", "POST"])
def pools(request: Any) -> HttpResponse:
    """Every pool with how it stands; a POST makes one, for its seats to be chosen next."""
    form = PoolForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = verbs.add_pool(form.cleaned_data, [], by=request.by)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("settings-pool", made.public_id)
    found = list(verbs.every_pool())
    standing = standing_of(found)
    context = {"form": form, "pools": [(pool, standing.get(pool.pk, [])) for pool in found]}
    return show(request, "pools.html", context, status=422 if form.errors else 200)


@allow(Function.MANAGE_ACCOUNT)
@require_http_methods(["GET", "POST"])
def pool(request: Any, pool_id: str) -> HttpResponse:
    """One pool and its seats; a POST keeps both."""
    found: Pool = get_or_404(Pool, pool_id)
    form, seats = PoolForm(request.POST or None, pool=found), seat_forms(found, request.POST or None)
    if request.method == "POST" and form.is_valid() and all(seat.is_valid() for seat in seats):
        sitting = [seat.columns for seat in seats if seat.cleaned_data["sits"]]
        try:
            verbs.change_pool(found, form.cleaned_data, None if found.everybody else sitting, by=request.by)
        except ValidationError as refusal:
            form.add_error(None, " ".join(refusal.messages))
        else:
            messages.success(request, f"{found.name} is kept.")
            return redirect("settings-pool", pool_id)
    standing = standing_of([found])[found.pk]
    users = verbs.users_of(found)
    context = {"found": found, "form": form, "seats": seats, "standing": standing, "users": users}
    return show(request, "pool.html", context, status=422 if request.method == "POST" else 200)


def seat_forms(found: Pool, data: Any) -> list[SeatForm]:
    """A form for everybody who may own leads: who sits first, the others by name."""
    seats = {seat.member_id: seat for seat in PoolMember.objects.filter(pool=found)}
    members = Member.objects.active().filter(role__in=MAY_OWN).order_by("name")
    order = sorted(members, key=lambda member: (member.pk not in seats, member.name))
    return [SeatForm(data, member=member, seat=seats.get(member.pk)) for member in order]


@allow(Function.MANAGE_ACCOUNT)
@require_POST
def seat_pause(request: Any, pool_id: str, seat_id: str) -> HttpResponse:
    """Let a seat take no turns for now, or again: `act`."""
    get_or_404(Pool, pool_id)
    seat: PoolMember = get_or_404(PoolMember, seat_id)
    verbs.pause_seat(seat, paused=request.POST.get("act") == "pause", by=request.by)
    return redirect("settings-pool", pool_id)


@allow(Function.MANAGE_ACCOUNT)
@require_POST
def removal(request: Any, pool_id: str) -> HttpResponse:
    """Remove a pool that nothing needs."""
    found: Pool = get_or_404(Pool, pool_id)
    words = f"{found.name} is removed."
    return done(request, lambda: verbs.remove_pool(found, by=request.by), words, to="settings-pools")
