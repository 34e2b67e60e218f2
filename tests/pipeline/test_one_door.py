"""No path but the gate changes a deal's stage: what the querysets can't refuse, the source must not contain."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
DOORS = {"pipeline/move.py", "pipeline/closing.py", "pipeline/removing.py"}
KNOW_DEALS = "pipeline followups reports workspace config".split()  # the apps that may import them
APPS = "tenancy events accounts leads scoring routing pipeline followups reports workspace config".split()


def sources(apps: list[str] = APPS) -> list[Path]:
    return [path for app in apps for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts]


def places_a_deal(node: ast.AST) -> bool:
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "place"):
        return False
    return "polic" not in ast.unparse(node.func.value)  # a promise has a place, too, among the others


def test_only_moves_closings_and_stages_taken_out_place_a_deal() -> None:
    placing = set()
    for path in sources(KNOW_DEALS):
        if any(map(places_a_deal, ast.walk(ast.parse(path.read_text())))):
            placing.add(path.relative_to(ROOT).as_posix())
    assert placing == DOORS


def test_no_sql_by_hand_places_a_deal() -> None:
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                written = re.match(r"update deal set (.*?) from ", " ".join(node.value.lower().split()))
                assert not written or not re.search(r"\b(stage_id|status|entered_stage_at) =", written[1]), path


def test_djangos_admin_is_not_installed() -> None:
    from django.conf import settings

    assert not any(name.startswith("django.contrib.admin") for name in settings.INSTALLED_APPS)
