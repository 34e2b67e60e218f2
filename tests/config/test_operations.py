"""What operators read and run agrees with the code."""

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
MANUAL = (ROOT / "docs/operations.md").read_text()
SETTINGS = (ROOT / "config/settings.py").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
READ = set(re.findall(r'env\.(?:text|flag|number|words)\("(\w+)"', SETTINGS))


def test_every_variable_is_in_the_manual() -> None:
    assert len(READ) > 15
    assert {name for name in READ if f"`{name}`" not in MANUAL} == set()


def test_compose_sets_only_what_is_read() -> None:
    for name in ("web", "live", "worker", "pump"):
        assert set(COMPOSE["services"][name]["environment"]) <= READ, name


def test_compose_gives_each_program_its_role() -> None:
    for name, role in {"web": "app", "live": "app", "worker": "worker", "pump": "worker"}.items():
        given = COMPOSE["services"][name]["environment"]
        assert given["TOLLGATE_ROLE"] == role
        assert given["DATABASE_URL"].startswith(f"postgresql://tollgate_{role}:")
        assert "POSTGRES_PASSWORD" not in str(given)


def test_compose_has_no_secret_of_its_own() -> None:
    for service in COMPOSE["services"].values():
        for name, value in service.get("environment", {}).items():
            if name.endswith(("PASSWORD", "KEY")):
                assert re.fullmatch(r"\$\{\w+(:\?|:-)\}", value), name


def test_the_image_has_every_app() -> None:
    copied = set(re.findall(r"^COPY (\w+) \1$", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
    assert copied >= {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
