"""bin/bench NAME...: measure against a yardstick in the same run; exit 1 when a budget is missed."""

import argparse
import sys
from importlib import import_module
from pathlib import Path

from config.embedded import Unavailable
from tests.bench.ground import prepared

NOT_WORKLOADS = {"__init__", "__main__", "deals", "ground", "load", "noop", "people", "result", "sums", "taking"} | {
    "turns",
    "viewers",
}
MODULES = {path.stem for path in Path(__file__).parent.glob("*.py")} - NOT_WORKLOADS
WORKLOADS = {module.rstrip("_"): module for module in sorted(MODULES)}  # a word of the language can't name a module


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument("workload", nargs="+", choices=WORKLOADS)
    parser.add_argument("--rounds", type=int, default=3, help="interleaved rounds, at least 3 for a figure that counts")
    parser.add_argument("--seconds", type=float, default=4.0, help="of each measurement")
    parser.add_argument("--rows", type=int, help="of the table that import and batch bring in; leads of score")
    parser.add_argument("--json", type=Path, help="append each result to this file, one line each")
    said = parser.parse_args()
    results = []
    for name in said.workload:
        with prepared(said.rows) as ground:
            result = import_module(f"tests.bench.{WORKLOADS[name]}").run(
                ground, rounds=said.rounds, seconds=said.seconds
            )
        print(result.table(), flush=True)
        results.append(result)
    lines = "".join(f"{result.as_json()}\n" for result in results)
    if said.json:
        with said.json.open("a") as file:
            file.write(lines)
    else:
        print(lines, end="")
    return 0 if all(result.kept for result in results) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Unavailable as refusal:
        sys.exit(str(refusal))
