"""The results as one page."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from benchmarks.suite.catalogue import LIMIT, OURS, WORDS
from benchmarks.suite.figures import Figure, Figures, exponent
from benchmarks.suite.goals import Goal, goals

HEAD = """# Benchmarks

Made by `make bench`; do not write here. Every figure is of a process of its own, ours and the peers' in turns in one run, so
that noise hits all of them. Read the ratios: seconds move from machine to machine, and ratios by a third from run to run.

- The leads are made up: 3 attributes (6, 5 and 3 groups, 167 with their crossings), a whole score, a decision, an outcome, 12 fields.
- "First" is the first call of a process (median), "warm" the later ones: median, and the least and the greatest in brackets.
  Data is in memory before, but where a file is named. Memory is the peak of the whole process, interpreter and data included.
- "Scaled" figures are of a part, multiplied; the part is named. What took longer than its limit is told as not finished.
- "Limit" is reading the same bytes once (for Parquet: decoding them with pyarrow).
- The systems do not do the same: of the peers only fairlearn tells all of T1. Ours tells with it the interval of every number, which
  its audit needs, and intervals and tests with T3 and T5.
  Scikit-learn's mutual information and our held-out AUC answer the same question with different numbers.
"""


def page(results: dict[str, Any]) -> str:
    """The page of a run."""
    found = Figures(results["figures"])
    parts = [HEAD, _machine(results), _goals(found), *(_task(found, task) for task in found.tasks())]
    return "\n".join(part.rstrip() + "\n" for part in (*parts, _growth(found)))


def _machine(results: dict[str, Any]) -> str:
    told = results["machine"]
    lines = [
        (
            f"- {told['processor']}, {told['cores']} cores, {told['gigabytes']} GB, {told['system']}, Python"
            f" {told['python']}; processes that waited at the start: {told['load']}; the run took"
            f" {results['minutes']:.0f} minutes, each figure up to {results['rounds']} times."
        )
    ]
    for name, versions in told["libraries"].items():
        own = {"own": "Ours", "peers": "Peers", "drift_peers": "Peers of drift"}[name]
        named = ", ".join(f"{one} {version}" for one, version in versions.items()) or "not installed"
        lines.append(f"- {own}: {named}.")
    return "## Machine\n\n" + "\n".join(lines)


def _goals(found: Figures) -> str:
    rows = [
        f"| {one.task} | {one.text} | {_asked(one)} | {_reached(one)} | {one.met} |" for one in goals(found)
    ]
    return "## Goals\n\n| task | what | goal | reached | met |\n|---|---|---|---|---|\n" + "\n".join(rows)


def _asked(one: Goal) -> str:
    return f"{'at least' if one.more else 'at most'} {one.asked:,g} {one.unit}".rstrip()


def _reached(one: Goal) -> str:
    return "–" if one.reached is None else f"{_short(one.reached)} {one.unit}".rstrip()


def _task(found: Figures, task: str) -> str:
    head = "| leads | system | first, s | warm, s | of ours | of the limit | peak MB | how |\n|---|---|---|---|---|---|---|---|\n"
    return f"## {task}\n\n{WORDS[task]}.\n\n{head}" + "\n".join(_rows(found, task))


def _rows(found: Figures, task: str) -> Iterator[str]:
    sizes = sorted({row["leads"] for row in found.rows if row["task"] == task})
    for leads in sizes:
        for system in found.systems(task):
            rows = [r for r in found.rows if (r["task"], r["system"], r["leads"]) == (task, system, leads)]
            for row in rows:
                yield _row(found, Figure(row))


def _row(found: Figures, one: Figure) -> str:
    task, system, leads = one.row["task"], one.row["system"], one.row["leads"]
    if not one.runs:
        return f"| {leads:,} | {system} | {one.failed} | – | – | – | – | – |"
    ours = found.ratio((task, system, leads), (task, OURS, leads))
    limit = found.ratio((task, system, leads), (task, LIMIT, leads))
    counted = one.runs[0]["counted"]
    rate = f"; {counted / one.middle:,.0f} a second" if counted else ""
    how = (
        f"scaled: {one.done}" if one.done else f"{len(one.runs)} process{'es' if len(one.runs) > 1 else ''}"
    ) + rate
    cells = (
        f"{leads:,}",
        system,
        _short(one.first),
        _spread(one.warm),
        "–" if ours is None else _short(ours),
        "–" if limit is None else _short(limit),
        f"{one.megabytes:,.0f}".replace("nan", "–"),
        how,
    )
    return f"| {' | '.join(cells)} |"


def _spread(values: list[float]) -> str:
    ordered = sorted(values)
    return f"{_short(ordered[len(ordered) // 2])} ({_short(ordered[0])} to {_short(ordered[-1])})"


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def _growth(found: Figures) -> str:
    rows = []
    for task in found.tasks():
        for system in found.systems(task):
            held = [
                found.of(task, system, row["leads"])
                for row in found.rows
                if (row["task"], row["system"]) == (task, system)
            ]
            known = [one for one in held if one is not None]
            powers = [f"{exponent(a, b):.2f}" for a, b in pairwise(known)]
            if powers:
                rows.append(f"| {task} | {system} | {' then '.join(powers)} |")
    head = "## Growth\n\nThe power of the leads with which the warm time grows, from size to size (1: in proportion).\n\n"
    return head + "| task | system | power |\n|---|---|---|\n" + "\n".join(rows)
