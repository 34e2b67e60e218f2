"""What import-linter cannot see: foreign keys, jobs, names, sizes, and where the tenant's rows are asked for."""

import ast
import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

from config.flow import FLOW
from events.jobs import HANDLERS
from events.kinds import Kind

BASE = Path(__file__).resolve().parent.parent
FLOW_OF_IMPORTS = ("tenancy events accounts leads scoring routing pipeline followups reports workspace config").split()
IN_THE_FLOW = {"scoring", "routing", "pipeline", "followups"}
FORBIDDEN_NAMES = {"utils.py", "services.py", "helpers.py", "managers.py", "mixins.py", "core"}


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders or (*FLOW_OF_IMPORTS, "tests", "bin"):
        yield from (path for path in (BASE / folder).rglob("*.py") if "migrations" not in path.parts)


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def relative(path: Path) -> str:
    return str(path.relative_to(BASE))


def test_foreign_keys_point_upstream() -> None:
    wrong = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in apps.get_models()
        if model._meta.app_label in FLOW_OF_IMPORTS
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey)
        and isinstance(field.related_model, type)
        and field.related_model._meta.app_label in FLOW_OF_IMPORTS
        and FLOW_OF_IMPORTS.index(field.related_model._meta.app_label) > FLOW_OF_IMPORTS.index(model._meta.app_label)
    ]
    assert not wrong


def test_names_of_apps_are_no_secret_imports() -> None:
    """A string such as "pipeline.Deal" would be an import the linter cannot see."""
    wrong = []
    for position, app in enumerate(FLOW_OF_IMPORTS[:-1]):
        later = tuple(f"{name}." for name in FLOW_OF_IMPORTS[position + 1 :] if name != "config")
        for path in sources(app):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    name, _, rest = node.value.partition(".")
                    if f"{name}." in later and rest.isidentifier() and rest[0].isupper():
                        wrong.append(f"{relative(path)}:{node.lineno} {node.value}")
    assert not wrong


def test_every_app_that_reacts_is_in_the_flow() -> None:
    reacting = {handler.name.partition(".")[0] for handlers in FLOW.values() for handler in handlers}
    assert reacting >= IN_THE_FLOW


def test_flow_has_known_kinds_and_handlers_only() -> None:
    assert set(FLOW) <= set(Kind)
    assert all(HANDLERS.get(handler.name) is handler for handlers in FLOW.values() for handler in handlers)


def test_no_job_is_an_orphan() -> None:
    """Every handler is started by an event of the flow, or handed over by name to be scheduled."""
    reacting = {handler.name for handlers in FLOW.values() for handler in handlers}
    handed_over = {name for path in sources(*FLOW_OF_IMPORTS) for name in names_handed_over(path)}
    products = {name for name in HANDLERS if name.partition(".")[0] in FLOW_OF_IMPORTS}
    assert not {name for name in products - reacting if name.partition(".")[2] not in handed_over}


def names_handed_over(path: Path) -> Iterator[str]:
    """Names that stand as arguments of a call: `breach_timer` itself or `HANDLERS["followups.do_touch"]`."""
    for node in ast.walk(ast.parse(path.read_text())):
        for argument in node.args if isinstance(node, ast.Call) else ():
            if isinstance(argument, ast.Name):
                yield argument.id
            elif isinstance(argument, ast.Subscript) and isinstance(argument.slice, ast.Constant):
                yield str(argument.slice.value).rpartition(".")[2]


def test_every_kind_of_event_is_recorded_somewhere() -> None:
    text = "\n".join(path.read_text() for path in sources(*FLOW_OF_IMPORTS) if path.name not in {"kinds.py", "flow.py"})
    assert not [kind.name for kind in Kind if f"Kind.{kind.name}" not in text]


@pytest.mark.parametrize("folder", FLOW_OF_IMPORTS)
def test_views_ask_the_domain_not_the_tables(folder: str) -> None:
    wrong = [
        f"{relative(path)}:{node.lineno} {function.name}"
        for path in sources(folder)
        for function in functions(path)
        if function.args.args and function.args.args[0].arg == "request"
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute) and node.attr == "objects"
    ]
    assert not wrong


def test_files_are_named_by_their_domain() -> None:
    assert not [relative(path) for path in sources() if FORBIDDEN_NAMES & set(path.relative_to(BASE).parts)]


def test_the_domain_sends_no_signals_of_django() -> None:
    """What follows a change stands in the flow. (`tenancy/startup.py` watches connections, which only a signal can.)"""
    hidden = [path for path in sources(*FLOW_OF_IMPORTS) if "post_save" in path.read_text()]
    assert not [relative(path) for path in hidden]


def test_files_and_functions_stay_short(capsys: pytest.CaptureFixture[str]) -> None:
    sizes = runpy.run_path(str(BASE / "bin" / "sizes.py"))
    assert sizes["main"]() == 0, capsys.readouterr().out


def test_the_admin_site_is_not_installed() -> None:
    assert not apps.is_installed("django.contrib.admin")
