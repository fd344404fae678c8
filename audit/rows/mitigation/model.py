"""The values of the laboratory: a remedy, what it did to the leads, and what is recommended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from audit.estimate import Estimate

Family = Literal["data", "fields", "training", "scores", "rules"]
Needs = Literal["settings", "scores", "training data", "model"]
Aim = Literal["demographic_parity", "equal_opportunity", "equalized_odds"]
FAMILIES: tuple[Family, ...] = get_args(Family)
NEEDS: tuple[Needs, ...] = get_args(Needs)
"""From the least to the most that somebody must have in hand."""
AIMS: tuple[Aim, ...] = get_args(Aim)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """One way to mend a gap, and what it asks for.

    ``needs`` is what somebody must have in hand to use it: the CRM's settings, only the scores, the
    training data, or the model itself. ``attribute_at_decision`` says that the protected attribute of
    every new lead must be known when its decision is made, which a legal mode hides; ``randomised``
    that two equal leads may be treated differently by chance. ``labels`` is what it means for this remedy
    that only worked leads have outcomes. ``steps`` is the way through the CRM, where there is one.
    """

    id: str
    family: Family
    title: str
    what: str
    needs: Needs
    labels: str
    source: str
    attribute_at_decision: bool = False
    randomised: bool = False
    capacity_kept: bool = True
    steps: tuple[str, ...] = ()
    caution: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """After minus before on the same held-out leads, with its interval; None where either is undefined.

    ``sure_low`` and ``sure_high`` are the ends that hold for all remedies at once (Bonferroni).
    """

    value: float
    low: float
    high: float
    sure_low: float
    sure_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one set of decisions is worth, on leads that had no part in making them.

    ``gaps`` are signed, group minus reference: the share called (demographic parity), the share called of
    those with a good outcome (equal opportunity), and the larger of that and the share called of the others
    (equalised odds). ``widest`` is the largest gap in the share called between any two groups. ``accuracy``
    is the share of leads with a known outcome that were rightly called or left. ``won`` is good outcomes per
    call, ``worth`` value per call, both among calls whose outcome is known, ``coverage`` their share of the
    calls. ``calls`` is how many leads are called.
    """

    gaps: tuple[tuple[Aim, Estimate], ...]
    widest: Estimate
    accuracy: Estimate
    won: Estimate
    worth: Estimate | None
    calls: float
    coverage: float | None

    def gap(self, aim: Aim) -> Estimate:
        """The gap of one aim."""
        return dict(self.gaps)[aim]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One remedy as it went. ``undefined`` says why there is nothing to tell; all figures are then None.

    ``reduction`` is by how much the size of the aim's gap went down, ``accuracy``, ``won`` and ``worth`` are
    after minus before. ``against_plain`` is the change of accuracy against the same model without the
    remedy, for what is trained here. ``moved`` is the share of leads whose decision changed. ``best`` says
    that no other remedy has both a smaller gap and a better accuracy, ``best_won`` and ``best_worth`` the
    same of outcomes and of value per call.
    """

    remedy: Remedy
    undefined: str | None = None
    after: Reading | None = None
    reduction: Change | None = None
    accuracy: Change | None = None
    won: Change | None = None
    worth: Change | None = None
    against_plain: Change | None = None
    moved: float | None = None
    fidelity: float | None = None
    warnings: tuple[str, ...] = ()
    best: bool = False
    best_won: bool = False
    best_worth: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the same audit before and after: a metric of a group, and its gap with the verdict."""

    group: str
    metric: str
    before: Estimate
    after: Estimate
    gap_before: float | None
    verdict_before: str | None
    gap_after: float | None
    verdict_after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What to do: the id of the remedy, None where none is worth it, and the reasons."""

    remedy: str | None
    nearest: str | None
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked of the laboratory.

    ``attribute`` is the watched attribute, None for the one with the surest gap. ``calls`` is how many of the
    leads can be worked in all, ``calls_per_day`` how many of each creation day's; neither: as many as today.
    ``legal`` hides what needs the attribute at decision time. ``value`` is the column of what a good
    outcome is worth, ``minutes`` the length of a call. ``families`` are those that are tried.
    """

    seed: int = 0
    attribute: str | None = None
    aim: Aim = "demographic_parity"
    calls: int | None = None
    calls_per_day: int | None = None
    legal: bool = False
    value: str | None = None
    minutes: float | None = None
    families: tuple[Family, ...] = FAMILIES


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """All that the laboratory found (``mitigation.json``). ``undefined`` says why nothing was tried.

    ``unjudged`` says why nobody can tell what a remedy costs: only what needs no outcome was tried then, and
    nothing is recommended.
    """

    stream: str
    attribute: str | None
    group: str | None
    reference: str | None
    request: Request
    confidence: float
    leads: int
    known: int
    unworked: int
    folds: int
    by_account: bool
    undefined: str | None = None
    unjudged: str | None = None
    today: Reading | None = None
    trials: tuple[Trial, ...] = ()
    hidden: int = 0
    advice: Advice | None = None
    validation: tuple[Row, ...] = ()
    validated: str | None = None
    notes: tuple[str, ...] = ()
