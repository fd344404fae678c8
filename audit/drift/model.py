"""What a comparison of two windows says: frozen values, the same for the command line and for pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from audit.disparity import Verdict

Role = Literal["feature", "group", "control", "score", "decision", "outcome", "work"]
PeriodKind = Literal["week", "month"]
Chosen = Literal["asked", "first half", "two windows"]
Cause = Literal["model", "mix", "unclear"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What to compare, and how surely.

    ``reference_until`` is the last day of the reference window (None: the first half of the days with leads),
    ``newest_from`` the first day of the newest window (None: the last 28 days with leads, as far as they
    come after the reference). ``period`` is that of the series (None: weeks up to half a year, else months).
    ``confidence`` None is that of the stream's ``[audit]``. ``seed`` draws samples and permutations;
    ``multivariate`` False saves the classifier, which needs rows; it sees ``drawn`` leads of each window.
    """

    reference_until: date | None = None
    newest_from: date | None = None
    period: PeriodKind | None = None
    confidence: float | None = None
    seed: int = 0
    multivariate: bool = True
    drawn: int = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Days from ``first`` to ``last``, both within, and the leads created then; None without days."""

    first: date | None
    last: date | None
    leads: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """What is compared: ``between`` are leads of neither window, ``chosen`` says who chose the reference."""

    reference: Span
    newest: Span
    between: int
    chosen: Chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share of the leads in both windows, 0 to 1; ``low`` to ``high`` hold the change (Newcombe)."""

    reference: float
    newest: float
    change: float
    low: float
    high: float
    p_value: float | None
    p_adjusted: float | None
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """Values of the newest window that no lead of the reference window has.

    ``values`` counts them (of numbers: 0, since there it is about leads beyond the range), ``leads`` the
    leads that have one and ``share`` their share; ``expected`` is the share of reference leads whose value
    no other reference lead has: as many new values come without any drift. ``names`` are the most frequent
    ones, ten at most; a value of fewer than ten leads is counted and not named.
    """

    values: int
    leads: int
    share: float
    expected: float
    names: tuple[str, ...]
    p_value: float | None
    p_adjusted: float | None
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelShare:
    """A value, or a range of numbers, with its share of the leads in both windows."""

    name: str
    reference: float
    newest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnDrift:
    """One column in both windows.

    ``name`` is the column's own name ("region"), ``role`` what it is for, ``ordered`` whether its values are
    numbers. ``reference`` and ``newest`` are the leads compared (of an outcome: where it is known).

    ``psi`` less ``psi_by_chance`` (what as many leads give without any drift) decides with ``p_adjusted``;
    ``psi_low`` to ``psi_high`` hold the true one. ``kolmogorov_smirnov`` and ``wasserstein`` (in the
    column's own unit) are None for names and where a window has no value. ``chi_squared`` has ``freedom``
    degrees of freedom. ``design_effect`` is how much more it varies because leads of one account are alike
    (1: not at all). ``pooled`` counts rare values that were counted together as others.

    ``levels`` are those whose share moved most, ``gone`` the most frequent names that are no more seen, ten
    at most; neither names a value of fewer than ten leads. ``series`` is the PSI of each period against the
    reference window, less what chance gives (None: too few leads), and ``since`` the first day of the period
    from which on it stayed above the limit (only with the verdict fail). ``missing`` is None for an outcome,
    ``unseen`` also where values cannot be new. ``begun`` is the first day with a value where no lead before
    has one, ``ended`` the last where no lead after has: a field that is new or gone, which is no drift.
    """

    name: str
    role: Role
    special: bool
    ordered: bool
    reference: int
    newest: int
    psi: float
    psi_by_chance: float
    psi_low: float
    psi_high: float
    jensen_shannon: float
    hellinger: float
    kolmogorov_smirnov: float | None
    wasserstein: float | None
    chi_squared: float
    freedom: int
    p_value: float | None
    p_adjusted: float | None
    verdict: Verdict
    pooled: int
    levels: tuple[LevelShare, ...]
    gone: tuple[str, ...]
    missing: Share | None
    unseen: Unseen | None
    series: tuple[float | None, ...]
    since: date | None
    begun: date | None
    ended: date | None
    design_effect: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A gap (group minus reference group) in one window; ``n`` and ``reference_n`` are the leads of each."""

    value: float
    low: float
    high: float
    n: int
    reference_n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GapDrift:
    """A gap between two groups in both windows: drift of fairness.

    ``change`` is after minus before (for ``mean_score`` as a part of the score's range, as all else from 0
    to 1); ``low`` to ``high`` hold it (MOVER). ``before``, ``after`` and the change are None, with the
    reason in ``undefined``, where a group has too few leads. ``series`` is the gap of each period.
    """

    metric: str
    attribute: str
    group: str
    reference: str
    special: bool
    before: Gap | None
    after: Gap | None
    change: float | None
    low: float | None
    high: float | None
    p_value: float | None
    p_adjusted: float | None
    verdict: Verdict
    undefined: str | None
    series: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """A column that tells the windows apart: ``loss`` is how much AUC goes when its values are shuffled."""

    name: str
    role: Role
    loss: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Multivariate:
    """How well a classifier tells leads of both windows apart: AUC 0.5 not at all, 1 perfectly.

    ``reference`` and ``newest`` are the leads drawn for it; ``drivers`` are the columns that tell most.
    """

    auc: float
    low: float
    high: float
    p_value: float
    p_adjusted: float | None
    verdict: Verdict
    reference: int
    newest: int
    drivers: tuple[Driver, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """How far the score moved (``psi`` beyond chance), and how far among leads that are alike (``left``).

    ``leads`` is how many leads the weighted later ones are worth.
    """

    psi: float
    left: float
    leads: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupScore:
    """A group's mean score before and after a change."""

    attribute: str
    group: str
    special: bool
    before: float
    after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreChange:
    """A day on which the score's distribution changed, such as by a new version of the model.

    The new distribution begins on ``day``, or else between ``earliest`` and ``latest`` (at the report's
    confidence). ``p_value`` is that of the whole scan, ``psi`` that of the stretches on both sides
    less what chance gives, and
    ``before`` and ``after`` are their mean scores (None where no lead has one). ``alike`` compares leads that
    are alike (None where that cannot be told), and ``cause`` is "model" where their scores moved too, "mix"
    where only other leads came, else "unclear". ``groups`` are those with enough leads on both sides.
    """

    day: date
    earliest: date
    latest: date
    psi: float
    p_value: float
    before: float | None
    after: float | None
    verdict: Verdict
    alike: Alike | None
    cause: Cause
    groups: tuple[GroupScore, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """What was not compared, and why, in plain words."""

    what: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftReport:
    """Everything that is said about drift of one stream.

    All p-values of ``columns`` (with their missing and unseen shares), ``gaps`` and ``multivariate`` are
    one family of ``tested`` (Holm), with a fifth of the error kept for ``changes``. ``tolerance`` is that of
    the change of a gap, ``by_account`` says whether the stream names accounts, whose leads are alike.
    ``alike`` tells of the score in both windows whether leads that are alike moved too.
    """

    stream: str
    windows: Windows
    period: PeriodKind | None
    periods: tuple[Span, ...]
    columns: tuple[ColumnDrift, ...]
    gaps: tuple[GapDrift, ...]
    multivariate: Multivariate | None
    changes: tuple[ScoreChange, ...]
    alike: Alike | None
    left_out: tuple[LeftOut, ...]
    tested: int
    confidence: float
    tolerance: float
    seed: int
    by_account: bool
