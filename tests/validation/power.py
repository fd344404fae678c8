"""How often a gap that is there is noticed: one row per gap, one column per thing that the audit may say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.disparity import compare
from audit.finding.conclude import findings
from audit.finding.facts import Facts
from audit.metrics import estimates
from audit.regulation.four_fifths import four_fifths
from audit.regulation.rates import rates
from tests.validation.nulls import selected

# Promised is the first: impact ratio 0.6 at a base rate of 10 % with 1,000 leads per group.
GAPS = (
    (0.10, 0.06, 1000), (0.10, 0.05, 1000), (0.10, 0.04, 1000), (0.10, 0.06, 2500), (0.10, 0.02, 1000),
    (0.30, 0.18, 1000), (0.30, 0.21, 1000), (0.50, 0.40, 1000), (0.50, 0.35, 1000),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """Of ``runs`` audits of two groups of n leads selected with these rates, how many said what.

    ``significant``: corrected p-value below 5 %. ``both``: the four-fifths table says statistically and
    practically significant. ``finding``: a finding above "info" names the group. ``ratio`` and
    ``difference``: that comparison of the selection rate has the verdict fail.
    """

    rate: float
    other: float
    n: int
    runs: int
    significant: int
    both: int
    finding: int
    ratio: int
    difference: int


def power(rate: float, other: float, n: int, runs: int, seed: int) -> Power:
    """Draw both groups and audit them, again and again."""
    random = np.random.default_rng(seed)
    hits = random.binomial(n, [rate, other], (runs, 2))
    told = np.array([_said(pair, n) for pair in hits]).sum(axis=0).tolist()
    significant, both, finding, ratio, difference = told
    return Power(
        rate=rate,
        other=other,
        n=n,
        runs=runs,
        significant=significant,
        both=both,
        finding=finding,
        ratio=ratio,
        difference=difference,
    )


def _said(hits, n: int) -> tuple[bool, ...]:
    cube, stream = selected(hits, (n, n))
    every = compare(cube, stream, 0)
    found = {one.kind: one for one in every if one.metric == "selection_rate"}
    facts = Facts(stream=stream, estimates=estimates(cube, stream, 0), disparities=every)
    (alone,) = [one for one in rates(cube, stream) if one.metric == "selection_rate"]
    return (
        (found["difference"].p_adjusted or 0.0) < 0.05,
        any(row.conclusion == "both" for row in four_fifths(alone, 0.95).rows),
        any(one.severity != "info" for one in findings(facts)),
        found["ratio"].verdict == "fail",
        found["difference"].verdict == "fail",
    )
