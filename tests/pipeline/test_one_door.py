"""No path but the gate changes a deal's stage: what the querysets can't refuse, the source must not contain."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
DOORS = {"pipeline/move.py", "pipeline/closing.py"}
APPS = "tenancy events accounts leads scoring routing pipeline followups reports workspace config".split()


def sources() -> list[Path]:
    return [path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts]


def test_only_moves_and_closings_place_a_deal() -> None:
    placing = set()
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "place":
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
