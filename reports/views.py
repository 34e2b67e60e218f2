from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from accounts.permissions import allow
from accounts.roles import Function
from leads.models import Lead
from pipeline.models import Stage
from reports.asking import PageFilters
from reports.catalogue import REPORTS, Answer, Report
from reports.question import Question
from tenancy import clock
from tenancy.csvfile import download
from tenancy.ids import uuid7
from tenancy.models import get_or_404
from tenancy.sight import current_sight

PATIENCE = "8s"  # then a panel says that it took too long
MOST_LEADS = 200  # shown behind one number


@allow(Function.SEE_REPORTS)
def page(request: Any) -> HttpResponse:
    """The frame of the reports; each panel loads by itself."""
    filters = PageFilters(request.GET, account=request.account)
    context = {
        "filters": filters,
        "panels": REPORTS.values() if filters.is_valid() else [],
        "question": filters.question if filters.is_valid() else None,
        "query": request.GET.urlencode(),
        "now": clock.now().astimezone(filters.zone),
    }
    return render(request, "reports/page.html", context)


@allow(Function.SEE_REPORTS)
def panel(request: Any, name: str) -> HttpResponse:
    """One report, beside the period before; or the words that it took too long."""
    report, question = asked(request, name)
    context: dict[str, Any] = {"report": report, "question": question, "query": request.GET.urlencode()}
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = %s", [PATIENCE])
            context |= answers(report, question)
    except OperationalError:
        return render(request, "reports/too_long.html", context | {"reference": uuid7().hex[-6:].upper()})
    return render(request, report.template, context)


def answers(report: Report, question: Question) -> dict[str, Answer | None]:
    earlier = question.before()
    return {"now": report.answer(question), "before": report.answer(earlier) if earlier else None}


@allow(Function.SEE_REPORTS)
def leads(request: Any, name: str) -> HttpResponse:
    """The leads behind one number of a report: `stage` and `part` say which."""
    report, question = asked(request, name)
    stage = get_or_404(Stage, request.GET["stage"]) if request.GET.get("stage") else None
    part = request.GET.get("part", "")[:20] or None
    ids = report.leads_behind(question, stage.pk if stage else None, part)
    context = {
        "report": report,
        "question": question,
        "stage": stage,
        "part": part,
        "total": len(ids),
        "seen": seen_of(ids),
        "rows": leads_and_stages(ids),
        "back": f"{reverse('funnel')}?{request.GET.urlencode()}",
    }
    return render(request, "reports/leads.html", context)


def seen_of(ids: list[UUID]) -> int:
    """How many of these leads are in sight."""
    return Lead.objects.in_sight().filter(pk__in=ids).count() if current_sight() else len(ids)


def leads_and_stages(ids: list[UUID]) -> list[tuple[Lead, Stage | None]]:
    """The newest of these leads in sight, each with the stage its deal stands in."""
    found = list(Lead.objects.in_sight().filter(pk__in=ids).with_people().order_by("-captured_at", "-id")[:MOST_LEADS])
    stages = Stage.objects.in_bulk({lead.stage_id for lead in found if lead.stage_id})
    return [(lead, stages.get(lead.stage_id)) for lead in found]


@allow(Function.SEE_REPORTS)
def as_csv(request: Any, name: str) -> HttpResponseBase:
    """One report as a CSV file; `all` is every report, one below the other."""
    filters = PageFilters(request.GET, account=request.account)
    if not filters.is_valid() or (name != "all" and name not in REPORTS):
        raise Http404
    question, chosen = filters.question, list(REPORTS.values()) if name == "all" else [REPORTS[name]]
    return download(f"{name}-{question.period.first}-{question.period.last}", rows_of(chosen, question))


def rows_of(reports: list[Report], question: Question) -> Iterator[Sequence[object]]:
    """The tables of reports, worked out one by one while they are sent."""
    for number, report in enumerate(reports):
        if len(reports) > 1:
            yield from [[], [report.title]] if number else [[report.title]]
        yield from report.answer(question).table()


def asked(request: Any, name: str) -> tuple[Report, Question]:
    filters = PageFilters(request.GET, account=request.account)
    if name not in REPORTS or not filters.is_valid():
        raise Http404
    return REPORTS[name], filters.question
