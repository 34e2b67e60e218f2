"""When people work: the account's hours and days off, and what members have of their own."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import available_timezones

import holidays
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Member
from accounts.permissions import allow
from accounts.roles import Function
from leads.fields import COUNTRIES
from routing import rostering as verbs
from routing.calendars import NO_HOLIDAYS, week_of
from routing.models import Roster
from routing.people import Person
from routing.state import people_of
from routing.workingtime import zone_named
from tenancy import clock
from tenancy.models import Account, get_or_404
from workspace.settings.shell import show
from workspace.settings.territories import WordsField

_KNOWN = holidays.list_supported_countries()
HOLIDAYS = [(code, name) for code, name in COUNTRIES if code in _KNOWN]


class WeekForm(forms.Form):
    """The hours of seven days, as people write them."""

    def __init__(self, data: Any, week: Any, **more: Any) -> None:
        said = {f"day-{at}": verbs.hours_said(hours) for at, hours in enumerate(week or ())}
        super().__init__(data, label_suffix="", initial=said | more.pop("initial", {}), **more)
        days = {f"day-{at}": forms.CharField(required=False, max_length=120, label=name) for at, name in NUMBERED}
        self.fields = days | self.fields

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        cleaned["week"] = [self._hours(f"day-{at}") for at, _ in NUMBERED]
        return cleaned

    def _hours(self, name: str) -> verbs.Hours:
        try:
            return verbs.hours_in(self.cleaned_data.get(name, ""))
        except ValidationError as error:
            self.add_error(name, error)
            return []

    @property
    def days(self) -> list[Any]:
        return [self[f"day-{at}"] for at, _ in NUMBERED]


NUMBERED = list(enumerate(verbs.DAYS))


class AccountHours(WeekForm):
    holidays = forms.ChoiceField(required=False, label="Public holidays of")
    days_off = forms.CharField(
        required=False,
        label="Days off of your own",
        widget=forms.Textarea({"rows": 3}),
        max_length=20_000,
        help_text="One a line: 2026-12-24 Company holiday",
    )

    def __init__(self, data: Any = None, *, account: Account) -> None:
        kept = account.working
        lines = "\n".join(f"{one['day']} {one['name']}" for one in kept.get("days_off", ()))
        said = {"holidays": kept.get("holidays", ""), "days_off": lines}
        super().__init__(data, week_of(kept.get("week")), initial=said)
        self.fields["holidays"].choices = [  # type: ignore[attr-defined]
            ("", f"The account’s country, {account.country}"),
            (NO_HOLIDAYS, "No country: public holidays are worked"),
            *HOLIDAYS,
        ]

    def clean_days_off(self) -> list[dict[str, str]]:
        lines = [line.strip() for line in self.cleaned_data["days_off"].splitlines() if line.strip()]
        return [_day_off(line) for line in lines]


def _day_off(line: str) -> dict[str, str]:
    day, _, name = line.partition(" ")
    try:
        return {"day": date.fromisoformat(day).isoformat(), "name": name.strip()[:60]}
    except ValueError:
        raise ValidationError(f"“{line[:30]}” begins with no date, such as 2026-12-24.") from None


class MemberHours(WeekForm):
    own_hours = forms.BooleanField(required=False, label="Works other hours than the account")
    time_zone = forms.ChoiceField(required=False, label="Time zone")
    holidays = forms.ChoiceField(required=False, label="Public holidays of")
    languages = WordsField(required=False, help_text="Two letters each, such as de, fr. For pools by best fit.")
    skills = WordsField(required=False, help_text="Products, industries, tech: as leads say them. For best fit.")

    def __init__(self, data: Any = None, *, member: Member, roster: Roster, account: Account) -> None:
        said = {name: getattr(roster, name) for name in ("holidays", "languages", "skills")}
        said |= {"own_hours": roster.week is not None, "time_zone": member.time_zone}
        week = roster.week if roster.week is not None else account.working.get("week")
        super().__init__(data, week_of(week), initial=said)
        zones = [(zone, zone.replace("_", " ")) for zone in sorted(available_timezones()) if "/" in zone]
        self.fields["time_zone"].choices = [("", f"The account’s, {account.time_zone}"), *zones]  # type: ignore[attr-defined]
        self.fields["holidays"].choices = [  # type: ignore[attr-defined]
            ("", "As the account"),
            (NO_HOLIDAYS, "None: works on public holidays"),
            *HOLIDAYS,
        ]

    def columns(self) -> dict[str, Any]:
        said = {name: self.cleaned_data[name] for name in ("holidays", "languages", "skills", "time_zone")}
        return said | {"week": self.cleaned_data["week"] if self.cleaned_data["own_hours"] else None}


class LeaveForm(forms.Form):
    first_day = forms.DateField(widget=forms.DateInput({"type": "date"}), label="From")
    last_day = forms.DateField(widget=forms.DateInput({"type": "date"}), label="Up to and including")
    note = forms.CharField(max_length=120, required=False)


@allow(Function.MANAGE_ACCOUNT)
@require_http_methods(["GET", "POST"])
def hours(request: Any) -> HttpResponse:
    """The account's hours, and everybody's state of now; a POST keeps the hours."""
    form = AccountHours(request.POST or None, account=request.account)
    if request.method == "POST" and form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("week", "holidays", "days_off")}
        try:
            verbs.set_account_hours(request.account, said, by=request.by)
        except ValidationError as refusal:
            form.add_error(None, " ".join(refusal.messages))
        else:
            messages.success(request, "The hours are kept. What is due from now on follows them.")
            return redirect("settings-hours")
    context = {"form": form, "people": now_of(sellers())}
    return show(request, "hours.html", context, status=422 if form.errors else 200)


def sellers() -> list[Member]:
    return list(Member.objects.active().order_by("name"))


def now_of(members: list[Member]) -> list[tuple[Member, Person, str]]:
    """Members with why they are away now, if they are."""
    now = clock.now()
    people = people_of(members, now)
    return [(member, people[member.pk], people[member.pk].why_away(now)) for member in members]


@allow(Function.MANAGE_ACCOUNT)
@require_http_methods(["GET", "POST"])
def member(request: Any, member_id: str) -> HttpResponse:
    """One member's hours, leave and pause; a POST keeps the hours."""
    found: Member = get_or_404(Member, member_id)
    roster = verbs.roster_of(found)
    form = MemberHours(request.POST or None, member=found, roster=roster, account=request.account)
    if request.method == "POST" and form.is_valid():
        try:
            verbs.set_roster(found, form.columns(), by=request.by)
        except ValidationError as refusal:
            for name, words in refusal.message_dict.items():
                form.add_error(name, words)
        else:
            messages.success(request, f"The hours of {found.name} are kept.")
            return redirect("settings-hours-member", member_id)
    context = {"found": found, "form": form, "leave": LeaveForm()} | away_context(found)
    return show(request, "hours_member.html", context, status=422 if form.errors else 200)


def away_context(found: Member) -> dict[str, Any]:
    """What the panels of leave and pauses show of a member."""
    ((_, person, away),) = now_of([found])
    paused = person.paused_until if person.paused_until and person.paused_until > clock.now() else None
    local = paused.astimezone(person.calendar.zone) if paused else None
    return {"away": away, "leaves": verbs.leave_of(found), "paused_until": local, "zone": person.calendar.zone}


@allow(Function.MANAGE_ACCOUNT)
@require_POST
def leave(request: Any, member_id: str) -> HttpResponse:
    """Note leave of a member."""
    found: Member = get_or_404(Member, member_id)
    note_leave(request, found)
    return redirect("settings-hours-member", member_id)


@allow(Function.MANAGE_ACCOUNT)
@require_POST
def pause(request: Any, member_id: str) -> HttpResponse:
    """Pause a member until `until`, or end the pause without one."""
    found: Member = get_or_404(Member, member_id)
    note_pause(request, found)
    return redirect("settings-hours-member", member_id)


def note_leave(request: Any, found: Member) -> None:
    """Note what the form of leave says, or say what is wrong with it."""
    form = LeaveForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Give the first and the last day of the leave.")
        return
    try:
        verbs.take_leave(found, **form.cleaned_data, by=request.by)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, f"{found.name} is away then. Leads go to others.")


def note_pause(request: Any, found: Member) -> None:
    """Pause, or end a pause; `until` is a time in the member's zone."""
    said = str(request.POST.get("until", ""))
    zone = zone_named(found.time_zone or request.account.time_zone)
    try:
        until = datetime.fromisoformat(said).replace(tzinfo=zone) if said else None
        verbs.pause(found, until, by=request.by)
    except (ValueError, OverflowError):
        messages.error(request, "Give a date and a time.")
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, f"{found.name} gets no new leads until then." if until else "The pause is over.")
