"""Who is asked about whom, and when again: from the cache at once, over HTTP outside of any transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from events.jobs import Handler, reschedule_all, schedule
from leads.enrichment.asking import NoAnswer, Question, ask, question_about
from leads.enrichment.breaker import Breaker
from leads.enrichment.learning import learn
from leads.models import Lead, Provider, ProviderAnswer
from tenancy import clock
from tenancy.scope import scope

if TYPE_CHECKING:
    from tenancy.models import Account

KEPT = timedelta(days=30)
WAITS = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))  # after each failed try; then given up
GIVEN_UP = timedelta(days=1)
NEWS = timedelta(days=7)  # nobody waits longer for a provider that is away


def plan(lead_ids: Sequence[UUID], asking: Handler) -> None:
    """Write what the cache knows of these leads; let `asking` ask about the others."""
    providers = working_providers()
    if not providers:
        return
    now, due = clock.now(), []
    leads = list(Lead.objects.open().with_people().filter(pk__among=lead_ids))
    asked = {(lead.pk, one.pk): question_about(one, lead) for lead in leads for one in providers}
    answers = _answers([question for question in asked.values() if question])
    for lead in leads:
        for provider in providers:
            if question := asked[lead.pk, provider.pk]:
                answer = answers.get((provider.pk, question.asked))
                if not is_settled(answer, now):
                    due.append(lead.pk)
                elif answer and answer.facts:
                    learn(lead.pk, answer.facts, provider)
    reschedule_all(asking, [(lead_id, now) for lead_id in dict.fromkeys(due)])


def ask_about(account: Account, lead_id: UUID, asking: Handler) -> None:
    """Ask every provider that has not answered about a lead yet; one that fails is asked again later."""
    with scope(account):
        questions = open_questions(lead_id)
    for provider, question in questions:
        facts, error = _try(question)
        with scope(account):
            heard(provider.pk, question, facts, error)
            learn(lead_id, facts or {}, provider)
    with scope(account):
        at = next_try(lead_id)
        if at:
            schedule(asking, lead_id, at)


def working_providers() -> list[Provider]:
    return list(Provider.objects.filter(paused_at=None).order_by("position", "id"))


def open_questions(lead_id: UUID, *, resting: bool = False) -> list[tuple[Provider, Question]]:
    """What is to be asked about an open lead now; with `resting` also of providers that are left alone for a while."""
    lead = Lead.objects.open().with_people().filter(pk=lead_id).first()
    if lead is None:
        return []
    now, found = clock.now(), []
    pairs = [(one, question) for one in working_providers() if (question := question_about(one, lead))]
    answers = _answers([question for _, question in pairs])
    for provider, question in pairs:
        awake = breaker_of(provider).lets_through(now)
        if not is_settled(answers.get((provider.pk, question.asked)), now) and (awake or resting):
            found.append((provider, question))
    return found


def next_try(lead_id: UUID) -> datetime | None:
    """When the providers that have not answered about a lead are asked again; None when none is left."""
    now = clock.now()
    questions = open_questions(lead_id, resting=True)
    captured = Lead.objects.filter(pk=lead_id).values_list("captured_at", flat=True).first()
    if not questions or captured is None or captured < now - NEWS:
        return None
    tries = {(one.provider_id, one.asked): one.tries for one in _answers([q for _, q in questions]).values()}
    waits = [WAITS[min(tries.get((one.pk, q.asked), 1), len(WAITS)) - 1] for one, q in questions]
    rests = [one.open_until for one, _ in questions if one.open_until]
    # Many leads wait for the same provider: spread, they find out one after the other whether it is back.
    return max(now + min(waits), *rests, now) + timedelta(seconds=lead_id.int % 60)


def is_settled(answer: ProviderAnswer | None, now: datetime) -> bool:
    """Whether there is nothing to ask: answered within 30 days, or given up within the last one."""
    if answer is None:
        return False
    age = now - answer.asked_at
    return age < KEPT if answer.tries == 0 else answer.tries > len(WAITS) and age < GIVEN_UP


def heard(provider_id: UUID, question: Question, facts: dict[str, Any] | None, error: str) -> None:
    """Keep the answer, or count the failure."""
    provider: Provider | None = Provider.objects.select_for_update().filter(pk=provider_id).first()
    if provider is None:
        return
    now, before = clock.now(), breaker_of(provider)
    breaker = before.answered() if facts is not None else before.failed(now)
    provider.failures, provider.open_until, provider.last_error = breaker.failures, breaker.open_until, error[:300]
    provider.save(update_fields=["failures", "open_until", "last_error"])
    answer, _ = ProviderAnswer.objects.get_or_create(provider=provider, asked=question.asked)
    again = answer.tries % (len(WAITS) + 1) + 1
    answer.facts, answer.tries, answer.asked_at = facts or {}, 0 if facts is not None else again, now
    answer.save()


def breaker_of(provider: Provider) -> Breaker:
    return Breaker(provider.failures, provider.open_until)


def _try(question: Question) -> tuple[dict[str, Any] | None, str]:
    try:
        return ask(question), ""
    except NoAnswer as error:
        return None, str(error)


def _answers(questions: Sequence[Question]) -> dict[tuple[UUID, str], ProviderAnswer]:
    found = ProviderAnswer.objects.filter(asked__in={question.asked for question in questions})
    return {(answer.provider_id, answer.asked): answer for answer in found}
