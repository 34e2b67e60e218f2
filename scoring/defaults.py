"""The model a new account starts with: fit to 35, intent to 35, authority to 15, timing to 15, source to 10."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from events.kinds import Kind
from events.record import SYSTEM, record
from scoring.models import Group, ScoringRule, ScoringVersion, VersionState
from scoring.tiers import THRESHOLDS
from tenancy import clock
from tenancy.models import Account

CAPS = {"fit": 35, "intent": 35, "authority": 15, "timing": 15, "source": 10}
HALF_LIFE = 7 * 24
ASKS = ("demo", "quote", "quotation", "proposal", "offer", "trial", "pricing", "angebot", "preis", "devis", "oferta")
DECIDERS = ["owner", "c_level", "head"]
# Until the account has closed deals of its own to learn from.
SOURCE_POINTS = {
    "A referral": (["referral"], 10),
    "Targeted outbound": (["outbound"], 7),
    "Our own channels": (["form", "api", "email", "call", "manual"], 5),
    "A paid channel": (["paid", "webhook"], 4),
    "An event": (["event"], 3),
}

Tree = dict[str, Any]


def publish_default_model(account: Account, profile: Mapping[str, Any] | None = None) -> ScoringVersion:
    """Publish version 1 of the default model for `account`, in scope. `profile`: {"industries", "countries"}.

    An account that has a published version keeps it, and gets that one back.
    """
    published: ScoringVersion | None = ScoringVersion.objects.filter(state=VersionState.PUBLISHED).first()
    if published:
        return published
    version: ScoringVersion = ScoringVersion.objects.create(
        account=account,
        number=1,
        state=VersionState.PUBLISHED,
        caps=CAPS,
        tiers=THRESHOLDS,
        criteria=default_criteria(profile or {}),
        profile=dict(profile or {}),
        published_at=clock.now(),
    )
    rules = [ScoringRule(version=version, position=at, **rule) for at, rule in enumerate(default_rules(profile or {}))]
    ScoringRule.objects.bulk_create(rules)
    record(Kind.RULES_PUBLISHED, version, by=SYSTEM, rules="scoring", number=1)
    return version


def default_criteria(profile: Mapping[str, Any]) -> list[Tree]:
    """Fit, intent, authority, timing."""
    substance = _is("message_length", "at_least", 40)
    return [
        {
            "key": "fit",
            "label": "The firm fits our profile",
            "condition": {"all": [_in_profile("industry", profile), _is("headcount", "between", [10, 5000])]},
        },
        {
            "key": "intent",
            "label": "They have a need they have told us about",
            "condition": {"any": [substance, _asks_for_an_offer(), _is("intent", "at_least", 40)]},
        },
        {
            "key": "authority",
            "label": "Our contact can decide, or leads the decision",
            "condition": _is("seniority", "is_any_of", [*DECIDERS, "manager"]),
        },
        {
            "key": "timing",
            "label": "They need it within 90 days",
            "condition": _is("timeline_days", "at_most", 90),
        },
    ]


def default_rules(profile: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The columns of each rule, in order."""
    return [*_fit(profile), *_intent(), *_authority(), *_timing(), *_source()]


def _fit(profile: Mapping[str, Any]) -> list[dict[str, Any]]:
    at_a_firm = {"all": [_is("free_mail", "is_false"), {"none": [_is("disposable_mail", "is_true")]}]}
    near = {"any": [_is("headcount", "between", [10, 49]), _is("headcount", "between", [1001, 5000])]}
    return [
        _rule("fit", "Industry in the profile", 10, _in_profile("industry", profile)),
        _rule("fit", "50 to 1,000 people", 10, _is("headcount", "between", [50, 1000]), exclusive="headcount"),
        _rule("fit", "Nearly our size", 5, near, exclusive="headcount"),
        _rule("fit", "Country we serve", 5, _in_profile("country", profile)),
        _rule("fit", "Tech stack known", 5, _is("tech_stack", "is_set")),
        _rule("fit", "E-mail at the firm's domain", 5, at_a_firm),
    ]


def _intent() -> list[dict[str, Any]]:
    fading: dict[str, Any] = {"half_life_hours": HALF_LIFE}
    return [
        _rule("intent", "Asked for a demo or a quote", 15, _asks_for_an_offer(), **fading),
        _rule("intent", "A message of substance", 5, _is("message_length", "at_least", 40), **fading),
        _rule("intent", "Read the pricing page", 10, signal="pricing_page", cap=10, **fading),
        _rule("intent", "Pricing page again within 48 hours", 5, signal="pricing_page_again", cap=5, **fading),
        _rule("intent", "Downloaded something", 5, signal="download", cap=5, **fading),
        _rule("intent", "Clicked in a mail", 3, signal="email_click", cap=6, **fading),
        _rule("intent", "Opened a mail", 1, signal="email_open", cap=3, **fading),
    ]


def _authority() -> list[dict[str, Any]]:
    any_role = {"any": [_is("seniority", "is_set"), _is("job_title", "is_set")]}
    return [
        _rule(
            "authority",
            "Decides: owner, C-level or head",
            15,
            _is("seniority", "is_any_of", DECIDERS),
            exclusive="role",
        ),
        _rule("authority", "Manager", 8, _is("seniority", "is", "manager"), exclusive="role"),
        _rule("authority", "Role known", 3, any_role, exclusive="role"),
    ]


def _timing() -> list[dict[str, Any]]:
    return [
        _rule("timing", "Needs it within 30 days", 15, _is("timeline_days", "at_most", 30), exclusive="timeline"),
        _rule("timing", "Needs it within 90 days", 10, _is("timeline_days", "at_most", 90), exclusive="timeline"),
        _rule("timing", "Needs it later", 2, _is("timeline_days", "is_set"), exclusive="timeline"),
    ]


def _source() -> list[dict[str, Any]]:
    return [
        _rule("source", f"Came by {label.lower()}", points, _is("source_kind", "is_any_of", kinds), exclusive="source")
        for label, (kinds, points) in SOURCE_POINTS.items()
    ]


def _rule(group: str, label: str, points: int, condition: Tree | None = None, **columns: Any) -> dict[str, Any]:
    return {"group": Group(group), "label": label, "points": points, "condition": condition, **columns}


def _is(field: str, operator: str, value: Any = None) -> Tree:
    return {"field": field, "operator": operator} | ({} if value is None else {"value": value})


def _in_profile(field: str, profile: Mapping[str, Any]) -> Tree:
    """In the profile's list; without one, being known is enough."""
    wanted = list(profile.get({"industry": "industries", "country": "countries"}[field]) or [])
    return _is(field, "is_any_of", wanted) if wanted else _is(field, "is_set")


def _asks_for_an_offer() -> Tree:
    return {"any": [_is("message", "contains", word) for word in ASKS]}
