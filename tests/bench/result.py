"""What a workload found: rounds of ours and of the yardstick, and whether each budget holds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from statistics import median

from tests.bench.load import Sample


@dataclass
class Row:
    """One line of the table: the same work by `who`, over all rounds."""

    name: str
    who: str
    samples: list[Sample] = field(default_factory=list)

    def middle(self, figure: str) -> float:
        """The median over the rounds."""
        return float(median(getattr(sample, figure) for sample in self.samples))


@dataclass(frozen=True)
class Budget:
    """A ratio that must hold: `value` at most, or at least, `limit`."""

    name: str
    value: float
    limit: float
    at_least: bool = False

    @property
    def kept(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value <= self.limit


@dataclass(frozen=True)
class Result:
    workload: str
    rows: Sequence[Row]
    budgets: Sequence[Budget]

    @property
    def kept(self) -> bool:
        return all(budget.kept for budget in self.budgets)

    def table(self) -> str:
        head = f"{'work':<26}{'who':<12}{'per s':>9}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'answers':>10}"
        lines = [f"\n{self.workload}", head]
        for row in self.rows:
            figures = "".join(f"{row.middle(name):>9.1f}" for name in ("rate", "p50", "p95", "p99"))
            lines.append(f"{row.name:<26}{row.who:<12}{figures}{sum(s.answers for s in row.samples):>10}")
        for budget in self.budgets:
            sign, word = ">=" if budget.at_least else "<=", "kept" if budget.kept else "MISSED"
            lines.append(f"  {budget.name}: {budget.value:.2f} ({sign} {budget.limit:g}) {word}")
        return "\n".join(lines)

    def as_json(self) -> str:
        budgets = [asdict(budget) | {"kept": budget.kept} for budget in self.budgets]
        rows = [asdict(row) for row in self.rows]
        return json.dumps({"workload": self.workload, "rows": rows, "budgets": budgets, "kept": self.kept})


def ratio(ours: Row, yardstick: Row, figure: str) -> float:
    """Ours over the yardstick's, round by round, and of those the median: both felt the same noise."""
    return float(
        median(
            getattr(mine, figure) / getattr(theirs, figure)
            for mine, theirs in zip(ours.samples, yardstick.samples, strict=True)
        )
    )
