"""What is expected of leads whose outcome is not known yet, and how far off such estimates were."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from audit.disparity import Verdict
from audit.estimate import Estimate

Period = Literal["week", "month", "quarter"]
State = Literal["trusted", "widened", "withheld", "unchecked"]
METRICS = ("base_rate", "true_positive_rate", "false_positive_rate", "precision", "accuracy", "auc")
"""What is estimated, by the names of `audit.registry`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """The matured, worked leads with an outcome that the estimates learn from; days are those of creation."""

    leads: int
    won: int
    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """One metric of one group's open leads.

    ``attribute`` and ``group`` are empty for all leads, ``cohort`` for the open leads of all cohorts
    together. The interval of ``estimate`` is meant to hold the metric that will be seen once the outcomes
    are known, not only its mean. ``all_low`` and ``all_high`` bound it over the leads nobody worked too,
    whatever would have become of them; None where there are none, or no such bound. ``taught`` counts the
    leads of the group that the estimate learned from, ``won`` is how many of the open ones are expected to
    convert (None where that is undefined).
    """

    attribute: str
    group: str
    cohort: str
    metric: str
    estimate: Estimate
    all_low: float | None
    all_high: float | None
    taught: int
    won: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedGap:
    """Group minus reference, of all open leads. A fail also stands with all gaps taken together (Holm)."""

    attribute: str
    group: str
    reference: str
    metric: str
    estimate: Estimate
    all_low: float | None
    all_high: float | None
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """An estimate as it would have been given before the first lead of a cohort, beside what became of it.

    ``reference`` is empty where the metric of a group is meant, else the gap to that group. ``error`` is
    ``estimate.value - truth``; ``held`` says whether the truth lies in the interval, as it comes from the
    method (before any widening). ``taught_until`` is the newest day of creation among the leads that the
    estimate learned from: each of them had ripened when the cohort began.
    """

    cohort: str
    begins: date
    taught_until: date
    attribute: str
    group: str
    reference: str
    metric: str
    estimate: Estimate
    truth: float
    error: float
    held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """How estimates of one metric (or of one metric's gaps) did: of a group, or of all where it is empty.

    ``factor`` says how many times as wide the intervals must be that such truths lie in them, and what is
    given now is as wide; ``state`` is "trusted" (enough held), "widened" or "withheld" (too few held),
    "unchecked" (nothing to compare yet). Only the records over all groups decide; those of a group are
    ``state`` "trusted" or "unchecked" or say themselves that too few held ("widened").
    """

    attribute: str
    group: str
    metric: str
    gaps: bool
    compared: int
    held: int
    mean_error: float | None
    mean_absolute_error: float | None
    factor: float | None
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """Something that the estimates cannot see or that has weakened them; ``code`` is stable."""

    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """Everything that is known of performance before outcomes are.

    ``absent`` is the sentence that says why there is nothing, with the mend. ``open`` are worked leads too
    young to have an outcome (all without one, where the stream does not say how long that takes),
    ``unworked`` such leads that nobody worked; ``overdue`` are worked leads that are old enough and have
    none all the same. ``left_out`` are groups with fewer open leads than the stream's ``minimum_group``, or
    not among the 50 largest of an attribute.
    ``unreconciled`` says why no estimate could be checked against the truth; None where some could.
    """

    as_of: date
    maturity_days: int | None
    confidence: float
    period: Period
    seed: int
    absent: str | None
    taught: Taught
    open: int
    unworked: int
    overdue: int
    left_out: int
    special: tuple[str, ...]
    forecasts: tuple[Forecast, ...]
    gaps: tuple[ExpectedGap, ...]
    reconciled: tuple[Reconciled, ...]
    records: tuple[Record, ...]
    cautions: tuple[Warned, ...]
    unreconciled: str | None
