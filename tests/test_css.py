"""The compiled look is committed: these tests tell without Node when it is stale or lacks what a page asks for."""

import gzip
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LOOK = ROOT / "static/css/tollgate.css"
SPRITE = ROOT / "static/img/icons.svg"
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*.html") if "emails" not in path.parts)
STALE = "Run bin/css (needs Node) and commit what it changes."
TAG = re.compile(r"{%.*?%}|{#.*?#}|{{.*?}}", re.S)


def _digest(*parts: str) -> str:
    joined = b"".join(part.encode() + b"\0" for part in parts)
    return hashlib.sha256(joined).hexdigest()[:32]


def _inputs() -> Iterator[str]:
    files = [path for path in (ROOT / "assets").rglob("*.*") if path.is_file()]
    names = [path.relative_to(ROOT).as_posix() for path in files] + ["package.json", "package-lock.json"]
    for name in sorted(names):
        yield name
        yield (ROOT / name).read_text()


def _header() -> dict[str, str]:
    return dict(re.findall(r"(inputs|body) ([0-9a-f]{32})", LOOK.read_text().split("\n", 1)[0]))


def test_compiled_css_was_made_from_todays_source() -> None:
    assert _header()["inputs"] == _digest(*_inputs()), STALE


def test_compiled_css_was_not_edited_by_hand() -> None:
    assert _header()["body"] == _digest(LOOK.read_text().split("\n", 1)[1]), STALE


def test_sprite_holds_every_listed_icon() -> None:
    listed = (ROOT / "assets/icons.txt").read_text().split()
    assert set(listed) <= _icons(), STALE


@pytest.mark.parametrize("page", TEMPLATES, ids=lambda path: path.relative_to(ROOT / "templates").as_posix())
def test_page_uses_only_what_the_look_has(page: Path) -> None:
    source = page.read_text()
    unknown = sorted(_classes_used(source) - _classes())
    assert not unknown, f"No such class in assets/css: {unknown}"
    icons = set(re.findall(r'<c-icon[^>]*?\sname="([a-z0-9-]+)"', source)) - _icons()
    assert not icons, f"Add to assets/icons.txt and run bin/css: {sorted(icons)}"


@pytest.mark.parametrize("page", TEMPLATES, ids=lambda path: path.relative_to(ROOT / "templates").as_posix())
def test_page_obeys_the_content_security_policy(page: Path) -> None:
    """No inline style, script or handler: the policy allows none, so they would silently do nothing."""
    source = page.read_text()
    assert not re.search(r"""\s(style|on[a-z]+|hx-on[:\w-]*)=["']""", source)
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>(?!\s*</script>)|<style", source)


def test_budget() -> None:
    scripts = b"".join(path.read_bytes() for path in sorted((ROOT / "static/js").rglob("*.js")))
    assert len(gzip.compress(LOOK.read_bytes())) <= 40_000
    assert len(gzip.compress(scripts)) <= 60_000


def _icons() -> set[str]:
    return set(re.findall(r'<symbol id="([a-z0-9-]+)"', SPRITE.read_text()))


def _classes() -> set[str]:
    """Classes with a rule, and those that only our scripts look for (they begin with js-)."""
    found = re.findall(r"\.((?:[\w-]|\\.)+)", LOOK.read_text())
    return {re.sub(r"\\(.)", r"\1", name) for name in found}


def _classes_used(source: str) -> set[str]:
    """Class names in a template; a name glued to a tag (`tier-{{ x }}`) can't be known and is left out."""
    used: set[str] = set()
    for value in re.findall(r'\bclass="((?:{%.*?%}|{{.*?}}|[^"])*)"', source, re.S):
        marked = TAG.sub(lambda tag: " " if tag[0].startswith("{%") else "\0", value)
        used |= {name for name in marked.split() if "\0" not in name}
    return {name for name in used if not name.startswith("js-")}
