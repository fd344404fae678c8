"""The results of a run, asked for by task, system and size."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """What one case took in all its processes."""

    row: dict[str, Any]

    @property
    def runs(self) -> list[dict[str, Any]]:
        """Those that ended."""
        return [one for one in self.row["runs"] if "first" in one]

    @property
    def failed(self) -> str:
        """Why there is no figure."""
        return next((str(one["failed"]) for one in self.row["runs"] if "failed" in one), "")

    @property
    def firsts(self) -> list[float]:
        """The first call of each process."""
        return [one["first"] for one in self.runs]

    @property
    def warm(self) -> list[float]:
        """Every later call; the first ones where there is none."""
        return [at for one in self.runs for at in one["warm"]] or self.firsts

    @property
    def first(self) -> float:
        """The median first call."""
        return statistics.median(self.firsts)

    @property
    def middle(self) -> float:
        """The median warm call."""
        return statistics.median(self.warm)

    @property
    def megabytes(self) -> float:
        """Peak memory, the most of all processes; NaN where it is not known."""
        return max(one.get("megabytes", math.nan) for one in self.runs)

    @property
    def done(self) -> str:
        """Which part was measured, where the figure is scaled."""
        return str(self.runs[0]["done"]) if self.runs else ""


@dataclass(frozen=True, slots=True)
class Figures:
    """All of a run."""

    rows: Sequence[dict[str, Any]]

    def of(self, task: str, system: str, leads: int) -> Figure | None:
        """One of them; None where it was not measured or did not end."""
        for row in self.rows:
            if (row["task"], row["system"], row["leads"]) == (task, system, leads):
                return Figure(row) if Figure(row).runs else None
        return None

    def tasks(self) -> list[str]:
        """The tasks, in their order."""
        return list(dict.fromkeys(row["task"] for row in self.rows))

    def systems(self, task: str) -> list[str]:
        """The systems of a task, in their order."""
        return list(dict.fromkeys(row["system"] for row in self.rows if row["task"] == task))

    def ratio(
        self, one: Asking, other: Asking, of: Callable[[Figure], float] = lambda figure: figure.middle
    ) -> float | None:
        """How many times as much one takes as the other."""
        left, right = self.of(*one), self.of(*other)
        return None if left is None or right is None else of(left) / of(right)


Asking = tuple[str, str, int]


def exponent(small: Figure, large: Figure) -> float:
    """By which power of the leads the time grows between two sizes."""
    return math.log(large.middle / small.middle) / math.log(large.row["leads"] / small.row["leads"])
