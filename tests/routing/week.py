"""A week that never was, played through by an injected clock: leads from everywhere, twelve reps in four zones, some of
whom are on leave or have a holiday, and who answer some leads and ignore others."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from random import Random
from typing import Any
from uuid import UUID

from accounts.models import Member
from accounts.roles import Role
from events import drain
from events.models import Job, JobState
from events.record import PROSPECT
from leads.capture import capture
from leads.models import Lead, Source
from pipeline import templates
from routing import accepting, pausing, reassignment
from routing.defaults import publish_default_rules
from routing.ladder import for_next_steps
from routing.models import Action, Clock, Leave, NoticeSettings, Roster, RoutingVersion, SlaPolicy
from routing.reasons import Reason
from scoring.defaults import publish_default_model
from scoring.models import ScoringRule
from tenancy import clock
from tenancy.models import Account
from tenancy.scope import scope
from tests.factories import a_member, a_source, an_account
from tests.routing.minutes import Hours, Minutes
from tests.routing.published import a_pool, publish, to_pool

START = datetime(2026, 3, 28, tzinfo=UTC)  # Saturday; London's clock goes forward on Sunday, and Friday is Good
DAYS = 7
END = START + timedelta(days=27)  # when the last ladder has ended
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
CLOSING = datetime(2026, 4, 2, 20, tzinfo=UTC)  # from then on leads wait at night, in the queue
COMPANY_DAY = date(2026, 4, 1)
OFFICE: Hours = [[[360, 1320]]] * 5 + [[], []]  # of the account: somebody is there from six to ten
NINE_TO_FIVE: Hours = [[[540, 1020]]] * 5 + [[], []]
SUNDAY_TO_FRIDAY: Hours = [[[600, 1020]]] * 5 + [[], [[600, 1020]]]
SATURDAY_TOO: Hours = [[[480, 720], [780, 1020]]] * 5 + [[[540, 720]], []]
ZONES: dict[str, tuple[str, Hours]] = {
    "Europe/London": ("GB", NINE_TO_FIVE),
    "America/New_York": ("US", NINE_TO_FIVE),
    "Asia/Kathmandu": ("NP", SUNDAY_TO_FRIDAY),
    "Australia/Lord_Howe": ("AU", SATURDAY_TOO),
}
REPS = dict(
    zip("Ann Bea Cal Dee Eli Fay Gus Hal Ivy Jon Kay Lou".split(), [zone for zone in ZONES for _ in "123"], strict=True)
)
AWAY = {"Bea": (date(2026, 3, 30), date(2026, 4, 2)), "Jon": (date(2026, 4, 2), date(2026, 4, 9))}


@cache
def promise_minutes() -> Minutes:
    """The oracle for the account's own calendar."""
    return Minutes("Europe/London", "GB", OFFICE, [COMPANY_DAY])


@cache
def minutes_of(name: str) -> Minutes:
    """The oracle for one rep."""
    country, week = ZONES[REPS[name]]
    first, last = AWAY.get(name, (COMPANY_DAY, COMPANY_DAY))
    leave = [first + timedelta(number) for number in range((last - first).days + 1)]
    return Minutes(REPS[name], country, week, [COMPANY_DAY, *leave])


def open_office(slug: str = "week") -> Account:
    """The account with its people, rules and promises, as of START."""
    free = [{"day": COMPANY_DAY.isoformat(), "name": "Company day"}]
    account = an_account(slug, working={"week": OFFICE, "holidays": "GB", "days_off": free})
    with clock.at(START), scope(account):
        members = [a_member("Ada", Role.ADMIN), a_member("Max", Role.MANAGER), *map(_rep, REPS)]
        NoticeSettings.objects.bulk_create(NoticeSettings(member=one, mail=False) for one in members)
        publish_default_model(account)
        ScoringRule.objects.update(
            half_life_hours=None
        )  # points that fade are scored daily, which is not the matter here
        publish_default_rules()
        templates.install("it_services")
        a_source()
        _promise()
        _rules({one.name: one for one in members})
    return account


def _rep(name: str) -> Member:
    zone = REPS[name]
    member = a_member(name)
    Member.objects.filter(pk=member.pk).update(time_zone=zone)
    Roster.objects.create(member=member, week=ZONES[zone][1], holidays=ZONES[zone][0])
    if name in AWAY:
        Leave.objects.create(member=member, first_day=AWAY[name][0], last_day=AWAY[name][1])
    return member


def _promise() -> None:
    """Urgent within five minutes, high by the end of the day; a first attempt for medium ones; next steps for all."""
    trying = [{"at": 0.5, "do": "remind"}, {"at": 1, "do": "tell_manager"}, {"at": 1.5, "do": "reassign"}]
    SlaPolicy.objects.all().delete()
    rows: list[dict[str, Any]] = [
        {"name": "urgent", "due_minutes": 5},
        {"name": "high"},
        {"name": "medium", "clock": Clock.FIRST_ATTEMPT, "due_minutes": 120, "ladder": trying},
        {"name": "step", "clock": Clock.NEXT_STEP, "due_minutes": 480, "ladder": for_next_steps()},
    ]
    for number, row in enumerate(rows, 1):
        condition = None if row["name"] == "step" else {"field": "tier", "operator": "is", "value": row["name"]}
        SlaPolicy.objects.create(position=number, condition=condition, **row)


def _rules(who: dict[str, Member]) -> None:
    """Urgent ones by weight to six; the far east in turn; low ones to nurture; a topic to the queue; else everybody."""
    by_weight = zip("Ann Dee Eli Gus Jon Kay".split(), (3, 2, 2, 1, 1, 1), strict=True)
    seats = [(who[name], {"weight": weight, "capacity_open": 20}) for name, weight in by_weight]
    enterprise = a_pool("Enterprise", *seats, strategy="weighted")
    east = a_pool("East", *((who[name], {"capacity_day": 9}) for name in "Gus Hal Ivy Jon Kay Lou".split()))
    publish(
        to_pool("Urgent", enterprise, _is("tier", "urgent")),
        to_pool("East", east, {"field": "country", "operator": "is_any_of", "value": ["AU", "NP"]}),
        {"label": "Low", "condition": _is("tier", "low"), "action": Action.NURTURE},
        {"label": "Tenders", "condition": _is("industry", "government"), "action": Action.QUEUE},
    )


def _is(field: str, value: str) -> dict[str, Any]:
    return {"field": field, "operator": "is", "value": value}


@dataclass(frozen=True)
class Act:
    """Something that happens at an aware time, to the lead of a number: it arrives, or somebody does something."""

    at: datetime
    lead: int
    verb: str


# How often, and what happens how many minutes after the enquiry.
STORIES: Sequence[tuple[int, tuple[tuple[str, int, int], ...]]] = (
    (24, ()),
    (16, (("speak", 1, 4),)),
    (12, (("speak", 6, 14), ("speak", 20, 2000))),
    (10, (("speak", 16, 3000),)),
    (8, (("try", 1, 100), ("speak", 101, 900))),
    (4, (("mail", 1, 4),)),
    (6, (("disqualify", 2, 300),)),
    (6, (("pass_on", 1, 60), ("speak", 200, 2000))),
    (4, (("decline", 1, 4),)),
    (3, (("pause", 2, 60),)),
    (3, (("pause", 2, 60), ("resume", 100, 900), ("speak", 1000, 3000))),
    (4, (("hurry", 5, 300),)),
)
FIRM: dict[str, Any] = {"headcount": 200, "message": "Please send us a quote for managed services, for all our sites."}
TIERS: Sequence[tuple[int, dict[str, Any]]] = (
    (3, {**FIRM, "industry": "legal", "tech_stack": ["Azure"], "job_title": "CEO", "timeline_days": 10}),
    (3, {**FIRM, "industry": "legal", "tech_stack": ["Azure"], "job_title": "CEO"}),
    (3, {**FIRM, "industry": "legal"}),
    (1, {**FIRM, "industry": "government"}),
    (1, {"message": "Hello"}),
)


def plan_of(number: int, together: int, seed: int = 5) -> list[Act]:
    """So many leads, together more or less often, and what becomes of each; in order of time."""
    chance, acts = Random(seed), list[Act]()
    for lead in range(number):
        if lead % together == 0:
            at = START + chance.randrange(DAYS * 86400) * SECOND
            stories = [[(verb, chance.randint(low, high)) for verb, low, high in story] for _, story in STORIES]
        (story,) = chance.choices(stories, [often for often, _ in STORIES])
        acts.append(Act(at, lead, "arrive"))
        acts += [Act(at + later * MINUTE + 17 * SECOND, lead, verb) for verb, later in story]
    return sorted([*acts, Act(CLOSING, 0, "close")], key=lambda act: act.at)


def facts_of(lead: int) -> dict[str, Any]:
    """What the lead of a number says."""
    chance = Random(f"lead {lead}")
    (facts,) = chance.choices([facts for _, facts in TIERS], [often for often, _ in TIERS])
    country = chance.choice(["GB", "DE", "US", "AU", "NP"])
    return {
        "name": f"Person {lead}",
        "email": f"p@firm{lead}.example",
        "company": f"Firm {lead}",
        "country": country,
    } | facts


@dataclass
class Week:
    """The account while it lives; `leads` by number, `done` has what was really done, with its time."""

    account: Account
    leads: dict[int, UUID]
    done: list[Act]

    def live(self, acts: Sequence[Act], until: datetime = END) -> None:
        """All acts, and between them whatever is due, each at its own time."""
        for act in acts:
            self.work(act.at)
            with clock.at(act.at), scope(self.account):
                self.play(act)
        self.work(until)

    def work(self, until: datetime) -> None:
        """Do the jobs that are due before `until`."""
        while due := self._due(until):
            with clock.at(due[0]):
                drain.work_once(self.account, outside=due[1])

    def _due(self, until: datetime) -> tuple[datetime, bool] | None:
        with scope(self.account):
            pending = Job.objects.filter(state=JobState.PENDING, run_at__lt=until).order_by("run_at", "id")
            found: tuple[datetime, bool] | None = pending.values_list("run_at", "outside").first()
        return found

    def play(self, act: Act) -> None:
        """Do one thing; what cannot be done any more is not."""
        if act.verb == "close":
            RoutingVersion.objects.update(closed="queue")
        elif act.verb == "arrive":
            arrived = capture(self.facts(act.lead), source=Source.objects.get(), channel="api", by=PROSPECT)
            self.leads[act.lead] = arrived.lead.pk
        else:
            lead = Lead.objects.select_related("owner", "contact").get(pk=self.leads[act.lead])
            with suppress(reassignment.CannotPassOn, pausing.CannotPause):
                if lead.status == "open" and (lead.owner or act.verb in ("disqualify", "mail")):
                    self._do(act.verb, lead)
                    self.done.append(act)

    def facts(self, number: int) -> dict[str, Any]:
        """What the lead of a number says."""
        return facts_of(number)

    def _do(self, verb: str, lead: Lead) -> None:
        by = (lead.owner or Member.objects.get(name="Max")).by
        match verb:
            case "speak":
                lead.log_activity(kind="call", outcome="spoke", by=by)
            case "try":
                lead.log_activity(kind="call", outcome="no_answer", by=by)
            case "mail":
                lead.log_activity(kind="email", automatic=True, by=by)
            case "disqualify":
                lead.disqualify(reason="Not for us", by=by)
            case "pass_on":
                reassignment.reassign(lead, self._other(lead), reason=Reason.LOAD, by=Member.objects.get(name="Max").by)
            case "decline":
                accepting.decline(lead, lead.owner, reason=Reason.LOAD, by=by)
            case "pause":
                pausing.pause(lead, by=by)
            case "resume":
                pausing.resume(lead, by=by)
            case "hurry":
                lead.change({"timeline_days": 10, "job_title": "CEO", "tech_stack": ["Azure"]}, by=by)

    def _other(self, lead: Lead) -> Member:
        """The rep behind the owner, in the order of names."""
        names = sorted(REPS)
        number = names.index(lead.owner.name) + 1 if lead.owner and lead.owner.name in names else 0
        other: Member = Member.objects.get(name=names[number % len(names)])
        return other
