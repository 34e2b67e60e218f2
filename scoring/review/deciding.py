"""What an admin makes of a review: new weights into a draft, or none; and how often to look."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.core.exceptions import ValidationError

from events.kinds import Kind
from events.record import By, record
from scoring.drafting import change_numbers
from scoring.models import Review, ReviewPlan, ScoringVersion, VersionState
from scoring.review.looking import set_clock
from scoring.versions import begin_draft, draft_version, rules_of
from tenancy import clock


def newest_review() -> Review | None:
    """The look of the account in scope that was made last."""
    found: Review | None = Review.objects.exclude(made_at=None).select_related("version").order_by("-made_at").first()
    return found


def current_look() -> Review | None:
    """The one that is being made."""
    found: Review | None = Review.objects.filter(made_at=None).first()
    return found


def earlier_reviews() -> Sequence[Review]:
    """Those that admins were told of or decided on, the newest first."""
    return list(
        Review.objects.exclude(told_at=None, closed_at=None).select_related("version").order_by("-made_at")[:20]
    )


def draft_weights(review: Review, rules: Collection[str], *, by: By) -> ScoringVersion:
    """Begin a draft with the proposed points of `rules` (public ids), and close the review. Records REVIEW_CLOSED.

    Raises ValidationError where there is a draft already, where the rules changed meanwhile, and for rules of which
    nothing is proposed.
    """
    wanted = {one["rule"]: one["proposed"] for one in review.findings["weights"]["weights"] if one["rule"] in rules}
    wanted = {rule: points for rule, points in wanted.items() if points is not None}
    if not wanted:
        raise ValidationError("Choose at least one weight to change.")
    if draft_version():
        raise ValidationError("There is a draft already. Publish or discard it first: it may hold changes of yours.")
    if review.version.state != VersionState.PUBLISHED:
        raise ValidationError("The rules were changed since. Look again: the weights are worked out for what is live.")
    draft = begin_draft()
    copies = zip(rules_of(review.version), rules_of(draft), strict=True)
    points = {copy.public_id: wanted[rule.public_id] for rule, copy in copies if rule.public_id in wanted}
    change_numbers(draft, caps={}, tiers={}, threshold=draft.threshold, points=points)
    many = "weight" if len(points) == 1 else "weights"
    _close(review, f"{len(points)} {many} put into draft {draft.number}", by)
    return draft


def leave_weights(review: Review, *, by: By) -> None:
    """Decide that the weights stay. Records REVIEW_CLOSED."""
    _close(review, "The weights stay as they are", by)


def plan(every_days: int) -> None:
    """Review the weights of the account in scope every so many days. Raises ValidationError out of 60 to 90."""
    ReviewPlan(every_days=every_days).clean_fields(exclude=["account"])
    ReviewPlan.objects.update_or_create(defaults={"every_days": every_days})
    set_clock()


def _close(review: Review, decision: str, by: By) -> None:
    Review.objects.filter(pk=review.pk).update(decision=decision, decided_by=by.name[:120], closed_at=clock.now())
    record(Kind.REVIEW_CLOSED, review, by=by, decision=decision)
    set_clock()
