"""The shares of each group with their intervals, and how far each is from the reference group's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from audit.arrays import BoolArray, FloatArray, sum_by
from audit.clustering.effect import FEWEST_EFFECTIVE, moved
from audit.disparity.contrast import Contrast
from audit.disparity.verdict import leads_needed, verdicts
from audit.estimate import Estimate
from audit.inference import holm, student_p, two_proportion_p
from audit.intervals import Interval, mover, wider, wilson
from audit.rows.answers.model import AnswerGap, AnswerRate, Share
from audit.rows.answers.spread import Rows, Spread, spread
from audit.schema import Tolerance

NOUNS: Mapping[Share, str] = MappingProxyType(
    {"answered": "leads", "disagreed": "leads with an answer", "reviewed": "leads with an answer"}
)
NO_REFERENCE = "nothing is told of the reference group"
FEWEST_PEOPLE = 3
"""Of two people each could take away what they said themselves, and know what the other did. A verdict needs
more (`FEWEST_EFFECTIVE`), as it also has to tell a group from the habits of who works it."""
FEW_PEOPLE = f"fewer than {FEWEST_PEOPLE} people answered"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Side:
    """One attribute: its groups, the one the others are compared with (None: none), and what is known."""

    attribute: str
    groups: tuple[str, ...]
    known: BoolArray
    reference: int | None
    special_category: bool = False


ALL = Side(attribute="", groups=("",), known=np.ones(1, dtype=np.bool_), reference=None)
"""All leads together."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Counted:
    """One share of all groups of an attribute: hits of n, its interval, and how much people widen it.

    ``hidden`` says why nothing is told of a group; it is "" where its share is told.
    """

    side: Side
    share: Share
    hits: FloatArray
    n: FloatArray
    low: FloatArray
    high: FloatArray
    spread: Spread
    hidden: tuple[str, ...]

    @property
    def value(self) -> FloatArray:
        """The shares; NaN where nothing is counted."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.hits / self.n

    @property
    def drawn(self) -> tuple[FloatArray, FloatArray]:
        """Hits and rows as intervals and tests count them, `Spread.trials`."""
        whole = self.spread.trials == self.n
        return np.where(whole, self.hits, self.value * self.spread.trials), self.spread.trials


def counted(side: Side, share: Share, rows: Rows, confidence: float, minimum: int) -> Counted:
    """Count one share of all groups, with Wilson's intervals, widened by what one person's answers share.

    Hidden are groups with less than the minimum of leads behind the share, or too few people.
    """
    groups = len(side.groups)
    n = sum_by(rows.group, np.ones(len(rows.group)), groups)
    hits = sum_by(rows.group, rows.hit.astype(np.float64), groups)
    found = spread(rows, groups, side.reference or 0)
    low, high = _wilson(hits, n, found, confidence)
    hidden = _few(n < minimum, found, f"fewer than {minimum} {NOUNS[share]}")
    return Counted(side=side, share=share, hits=hits, n=n, low=low, high=high, spread=found, hidden=hidden)


def _few(small: BoolArray, found: Spread, reason: str) -> tuple[str, ...]:
    alone = found.people.sum(axis=1) < FEWEST_PEOPLE
    return tuple(
        reason if less else FEW_PEOPLE if few else "" for less, few in zip(small, alone, strict=True)
    )


def _wilson(hits: FloatArray, n: FloatArray, found: Spread, confidence: float) -> Interval:
    with np.errstate(invalid="ignore", divide="ignore"):
        value = hits / n
        low, high = wilson(value * found.trials, found.trials, confidence)
        ends = moved((low, value, high), np.sqrt(found.own) * wider(found.df, confidence))
    return np.maximum(ends[0], 0.0), np.minimum(ends[1], 1.0)


def rates(one: Counted) -> Iterator[AnswerRate]:
    """The share of each group; missing where it is hidden."""
    rows = zip(one.side.groups, one.hidden, one.n.tolist(), one.value, one.low, one.high, strict=True)
    for group, hidden, n, *ends in rows:
        yield AnswerRate(
            attribute=one.side.attribute,
            group=group,
            share=one.share,
            estimate=Estimate.missing(hidden) if hidden else _estimate(n, *ends),
            special_category=one.side.special_category,
        )


def _estimate(n: float, value: float, low: float, high: float) -> Estimate:
    return Estimate(value=float(value), low=float(low), high=float(high), n=int(n))


def gaps(every: tuple[Counted, ...], audit: Tolerance) -> tuple[AnswerGap, ...]:
    """Every known group against its reference, all corrected together by Holm."""
    compared = [one for one in every if one.side.reference is not None]
    contrasts = [_contrast(one, audit) for one in compared]
    tested = [_tested(one) & contrast.enough for one, contrast in zip(compared, contrasts, strict=True)]
    p = np.concatenate([np.zeros(0), *(c.p[some] for c, some in zip(contrasts, tested, strict=True))])
    corrected = iter(np.split(holm(p), np.cumsum([some.sum() for some in tested])[:-1]))
    told: list[AnswerGap] = []
    for one, contrast, some in zip(compared, contrasts, tested, strict=True):
        adjusted = np.full(len(some), np.nan)
        adjusted[some] = next(corrected)
        told += _gaps(one, contrast, adjusted, (audit, len(p)))
    return tuple(told)


def _tested(one: Counted) -> BoolArray:
    """Known groups but the reference."""
    return np.asarray(one.side.known & (np.arange(len(one.n)) != one.side.reference), dtype=np.bool_)


def _contrast(one: Counted, audit: Tolerance) -> Contrast:
    """The differences to the reference: Newcombe's interval and the test of two shares, both of people."""
    reference = one.side.reference or 0
    stretch = one.spread.gap * np.maximum(wider(_df(one), audit.confidence), 1.0) ** 2
    with np.errstate(invalid="ignore", divide="ignore"):
        low, high = _newcombe(one, reference, audit.confidence, np.sqrt(stretch))
        hits, trials = one.drawn
        padded = (hits + 2) / (trials + 4)
        variance = padded * (1 - padded) * stretch * one.n / trials
    enough = np.array([not hidden for hidden in one.hidden]) & (one.spread.units >= FEWEST_EFFECTIVE)
    return Contrast(
        metric=one.share,
        kind="difference",
        value=one.value - one.value[reference],
        low=low,
        high=high,
        p=_p(one, reference),
        n=one.n.astype(np.int64),
        smallest=np.full(len(one.n), float(audit.minimum_group)),
        undefined=_undefined(one),
        enough=enough & enough[reference],
        reference_enough=bool(enough[reference]),
        tolerance=(-audit.tolerance_difference, audit.tolerance_difference),
        spread=variance,
        noise=float(variance[reference] / max(one.n[reference], 1.0)),
    )


def _df(one: Counted) -> FloatArray:
    """Of a difference those of the side with fewer people."""
    return np.asarray(np.minimum(one.spread.df, one.spread.df[one.side.reference or 0]), dtype=np.float64)


def _newcombe(one: Counted, reference: int, confidence: float, times: FloatArray) -> Interval:
    ends = wilson(*one.drawn, confidence)
    low, high = mover(one.value, ends, one.value[reference], (ends[0][reference], ends[1][reference]))
    low, high = moved((low, one.value - one.value[reference], high), times)
    return np.maximum(low, -1.0), np.minimum(high, 1.0)


def _p(one: Counted, reference: int) -> FloatArray:
    """The test of two shares, shrunk by what one person's answers share, and read off Student's t."""
    from scipy.special import ndtri  # noqa: PLC0415 - keeps scipy out of the start of the web process

    usable = (one.n > 0) & bool(one.n[reference] > 0)
    p = np.full(len(one.n), np.nan)
    sides = (np.full(usable.sum(), part[reference]) for part in one.drawn)
    p[usable] = two_proportion_p(*(part[usable] for part in one.drawn), *sides)
    z = -ndtri(np.clip(p, 1e-300, 1.0) / 2) / np.sqrt(one.spread.gap)
    return student_p(z, _df(one))


def _undefined(one: Counted) -> tuple[str | None, ...]:
    base = NO_REFERENCE if one.hidden[one.side.reference or 0] else None
    return tuple(hidden or base for hidden in one.hidden)


def _gaps(
    one: Counted, contrast: Contrast, adjusted: FloatArray, of: tuple[Tolerance, int]
) -> Iterator[AnswerGap]:
    audit, family = of
    level, reference = 1 - audit.confidence, one.side.reference or 0
    found = verdicts(contrast, adjusted, level)
    needed = leads_needed(contrast, audit, level, np.full(len(found), max(family, 1), dtype=np.int64))
    for place in np.flatnonzero(_tested(one)).tolist():
        made = AnswerGap(
            attribute=one.side.attribute,
            group=one.side.groups[place],
            reference=one.side.groups[reference],
            share=one.share,
            value=float(contrast.value[place]),
            low=float(contrast.low[place]),
            high=float(contrast.high[place]),
            n=int(contrast.n[place]),
            p=float(contrast.p[place]),
            p_adjusted=None if np.isnan(adjusted[place]) else float(adjusted[place]),
            verdict=found[place],
            n_needed=needed[place] if found[place] == "insufficient" else None,
            special_category=one.side.special_category,
        )
        reason, enough = contrast.undefined[place], bool(contrast.enough[place])
        yield _hidden(made, reason) if reason else made if enough else _of_few(made)


def _hidden(made: AnswerGap, reason: str) -> AnswerGap:
    """Without the numbers of a group that is not told of."""
    return replace(made, value=None, low=None, high=None, n=0, p=None, n_needed=None, undefined=reason)


def _of_few(made: AnswerGap) -> AnswerGap:
    """More leads of the same people would not help."""
    return replace(made, n_needed=None, few_people=True)
