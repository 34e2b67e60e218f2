"""Rules that come in versions: a draft is changed freely, one version is in force, earlier ones can be so again.

What scoring and routing share. `model` is ScoringVersion or RoutingVersion.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max

from leads.crowd import lock
from leads.lookup import lock_key
from scoring.states import VersionState
from tenancy import clock
from tenancy.scope import current_account

SHOWN = 20  # earlier versions


def in_state(model: Any, state: VersionState) -> Any:
    """The version of the account in scope in that state, with its rules at hand; None if there is none."""
    return model.objects.filter(state=state).prefetch_related("rules").first()


def earlier(model: Any) -> Sequence[Any]:
    """Those that were in force once, the newest first."""
    retired = model.objects.filter(state=VersionState.RETIRED)
    return list(retired.prefetch_related("rules").order_by("-published_at", "-number")[:SHOWN])


def begin(model: Any, columns: Sequence[str], copied: Sequence[str]) -> Any:
    """The draft of the account in scope; if there is none yet, a copy of what is in force: its `columns`, and `copied`
    of each of its rules.

    Raises ValidationError where nothing was ever published.
    """
    _one_at_a_time(model)
    live = in_state(model, VersionState.PUBLISHED)
    if live is None:
        raise ValidationError("There are no published rules to begin with.")
    newest = model.objects.aggregate(newest=Max("number"))["newest"]
    kept: Mapping[str, Any] = {name: getattr(live, name) for name in columns}
    draft, made = model.objects.get_or_create(
        state=VersionState.DRAFT, defaults={**kept, "number": newest + 1, "based_on": live.number}
    )
    if made:
        rule = model._meta.get_field("rules").related_model
        copies = [rule(version=draft, **{name: getattr(one, name) for name in copied}) for one in live.rules.all()]
        rule.objects.bulk_create(copies)
    return draft


def discard(model: Any) -> None:
    """Forget the draft; what is in force stays as it is."""
    model.objects.filter(state=VersionState.DRAFT).delete()


def locked_draft(model: Any) -> Any:
    """The draft, locked for being published. Raises ValidationError where somebody else was faster."""
    _one_at_a_time(model)
    draft = model.objects.filter(state=VersionState.DRAFT).select_for_update(no_key=True).first()
    if draft is None:
        raise ValidationError("There is no draft any more.")
    return draft


def check_retired(version: Any) -> None:
    """Raises ValidationError for a version that never was in force, or is."""
    _one_at_a_time(type(version))
    version.refresh_from_db(fields=["state"])
    if version.state != VersionState.RETIRED:
        raise ValidationError("Only what was live once can be live again.")


def put_in_force(version: Any) -> None:
    """The old one first: the database allows one published version."""
    type(version).objects.filter(state=VersionState.PUBLISHED).update(state=VersionState.RETIRED)
    version.state, version.published_at = VersionState.PUBLISHED, clock.now()
    version.save(update_fields=["state", "published_at"])


def _one_at_a_time(model: Any) -> None:
    """Two admins at once: the second waits, and then sees what the first did."""
    lock([lock_key(current_account().pk, model._meta.db_table)])
