"""The report of a mutation run, in Markdown."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from audit.intervals import wilson

NOTICED = frozenset({1, 3})
"""Exit codes of pytest where a test failed."""
UNNOTICED = frozenset({0, 5, 33})
GOAL = 0.85


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault that was tried: its name, how pytest ended, and what was changed where nobody noticed."""

    name: str
    code: int | None
    change: str

    @property
    def noticed(self) -> bool:
        """Whether a test failed, or the run never ended."""
        return self.code not in UNNOTICED and self.code is not None

    @property
    def part(self) -> str:
        """The part of ``audit`` that it is in."""
        names = self.name.split(".")
        return ".".join(names[: 3 if len(names) > 3 else 2])


def written(faults: list[Fault], *, total: int, seed: int, seconds: float) -> str:
    """The page: the share, by part, and every fault that nobody noticed."""
    noticed = sum(one.noticed for one in faults)
    low, high = wilson(np.array([float(noticed)]), np.array([float(len(faults))]), 0.95)
    ended = sum(one.code in NOTICED for one in faults)
    share = f"{noticed:,} of {len(faults):,} were noticed: {noticed / len(faults):.1%}"
    head = f"""# Mutation run

{total:,} small faults can be made in `audit`. {len(faults):,} were drawn (seed {seed}) and tried,
each against the tests that reach it: the whole audits that were approved, and of the others the fastest
first, for {seconds:g} seconds of tests. A fault that only a slower test would notice counts as unnoticed, so
the share is a lower bound. Some faults change nothing that anybody could notice, such as a declared type.

**{share}** (95 % interval {low[0]:.1%} to {high[0]:.1%}; the goal is {GOAL:.0%}).
A test failed for {ended:,} of them; {noticed - ended:,} made the run crash or never end.

Make it again with `make mutation`.
"""
    return "\n".join([head, *_by_part(faults), "", *_survivors(faults)])


def _by_part(faults: list[Fault]) -> list[str]:
    tried = Counter(one.part for one in faults)
    noticed = Counter(one.part for one in faults if one.noticed)
    rows = [f"| `{part}` | {n} | {noticed[part] / n:.0%} |" for part, n in sorted(tried.items())]
    return ["| part | tried | noticed |", "|---|---|---|", *rows]


def _survivors(faults: list[Fault]) -> list[str]:
    lines = ["## Not noticed", ""]
    for one in sorted((one for one in faults if not one.noticed), key=lambda one: one.name):
        where = one.name.rpartition("__mutmut_")[0].replace(".x_", ".")
        lines += [f"`{where}`", "", "```diff", one.change, "```", ""]
    return lines
