import pytest

from pipeline import templates
from pipeline.models import Criterion, Stage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_scope")]


def test_it_services_has_five_stages_with_their_limits_and_probabilities() -> None:
    pipeline = templates.install("it_services")
    stages = list(Stage.objects.filter(pipeline=pipeline).order_by("position"))
    assert [stage.limit_working_days for stage in stages] == [3, 7, 10, 14, None]
    assert [stage.probability for stage in stages] == [10, 25, 50, 70, 100]
    assert [stage.is_opportunity for stage in stages] == [False, True, True, True, True]
    assert [stage.kind for stage in stages] == ["open"] * 4 + ["won"]


def test_its_gates_ask_for_what_the_product_promises() -> None:
    pipeline = templates.install("it_services")
    asked = Criterion.objects.filter(stage__pipeline=pipeline).order_by("stage__position", "position")
    assert [(row.stage.name, row.when, row.kind) for row in asked.select_related("stage")] == [
        ("Initial interest", "exit", "field"),
        ("Initial interest", "exit", "field"),
        ("Initial interest", "exit", "meeting"),
        ("Discovery complete", "exit", "field"),
        ("Discovery complete", "exit", "stakeholder"),
        ("Discovery complete", "exit", "field"),
        ("Technical fit confirmed", "exit", "stakeholder"),
        ("Technical fit confirmed", "exit", "objections"),
        ("Commercial review", "exit", "stakeholder"),
        ("Commercial review", "exit", "checklist"),
        ("Closed", "entry", "document"),
    ]


def test_simple_and_blank_end_in_a_won_stage() -> None:
    for name, limits in (("simple", [1, 3, 5, 10, None]), ("blank", [None, None])):
        stages = list(Stage.objects.filter(pipeline=templates.install(name)).order_by("position"))
        assert [stage.limit_working_days for stage in stages] == limits
        assert stages[-1].kind == "won"


def test_an_unknown_template_is_refused() -> None:
    with pytest.raises(KeyError):
        templates.install("banking")
