"""How large files and functions are, against ARCHITECTURE.md's limits. Exit code 1 when one is over."""

import ast
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent
APPS = "tenancy events accounts leads scoring routing pipeline followups reports workspace config".split()
LONGEST_FILE, LONGEST_FUNCTION = 300, 40
Function = ast.FunctionDef | ast.AsyncFunctionDef


def main() -> int:
    """Print the report, and what is over its limit."""
    code = [path for app in APPS for path in _python(BASE / app)]
    tests = _python(BASE / "tests")
    files = {path: _lines(path) for path in code}
    functions = {(path, node.name): node for path in code for node in _functions(path)}
    _report(files, functions, sum(map(_lines, tests)))
    too_long = [f"{_short(path)}: {size} lines" for path in [*code, *tests] if (size := _lines(path)) > LONGEST_FILE]
    for path in [*code, *tests]:
        for node in _functions(path):
            if _length(node) > LONGEST_FUNCTION:
                too_long.append(f"{_short(path)}:{node.lineno} {node.name}: {_length(node)} lines")
    for line in too_long:
        print(f"FAIL  {line}")
    return 1 if too_long else 0


def _report(files: dict[Path, int], functions: dict[tuple[Path, str], Function], test_lines: int) -> None:
    sizes = [_length(node) for node in functions.values()]
    views = [_length(node) for (path, _), node in functions.items() if "views" in path.stem or "pages" in path.stem]
    jobs = [_length(node) for node in functions.values() if _is_job(node)]
    templates = sorted(_lines(path) for path in (BASE / "templates").rglob("*.html"))
    comments = sum(line.lstrip().startswith("#") for path in files for line in path.read_text().splitlines())
    total = sum(files.values())
    print(f"sizes {len(files)} files, {total} lines; {len(sizes)} functions; tests {test_lines / total:.2f} per line")
    print(f"      file      median {statistics.median(files.values()):.0f} (60), largest {max(files.values())} (300)")
    print(f"      function  median {_median(sizes)} (8), largest {max(sizes)} (40)")
    print(f"      view      largest {max(views, default=0)} (20); job: largest {max(jobs, default=0)} (8)")
    print(f"      template  p95 {templates[int(len(templates) * 0.95)] if templates else 0} (100)")
    print(f"      comments  {100 * comments / total:.1f} % (2 to 6)")


def _python(folder: Path) -> list[Path]:
    found = [path for path in folder.rglob("*.py") if "migrations" not in path.parts]
    return [path for path in found if path.stat().st_size]


def _functions(path: Path) -> Iterator[Function]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _is_job(node: Function) -> bool:
    calls = [mark.func for mark in node.decorator_list if isinstance(mark, ast.Call)]
    return any(isinstance(call, ast.Name) and call.id == "job" for call in calls)


def _length(node: Function) -> int:
    """Lines of code; a docstring is not counted, since a domain function is asked to have a good one."""
    docstring = node.body[0] if ast.get_docstring(node) else None
    words = (docstring.end_lineno or docstring.lineno) - docstring.lineno + 1 if docstring else 0
    return (node.end_lineno or node.lineno) - node.lineno + 1 - words


def _lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def _median(sizes: list[int]) -> str:
    return f"{statistics.median(sizes):.0f}" if sizes else "-"


def _short(path: Path) -> str:
    return str(path.relative_to(BASE))


if __name__ == "__main__":
    sys.exit(main())
