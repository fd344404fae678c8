"""Rates and gaps as figures: a number, or bounds where something is hidden, or the reason for neither."""

from __future__ import annotations

from audit.arrays import FloatArray
from audit.disparity import Disparity, Kind
from audit.federation.model import Figure
from audit.federation.pairs import gap_interval, known_gap
from audit.federation.rates import Rates, taken
from audit.release.figures import FEW, HIDDEN, NO_LEADS

ZERO = "the rate of the reference group is 0, or may be, so there is no ratio to it"


def missing(reason: str, n: int = 0) -> Figure:
    """No number, for this reason."""
    return Figure(value=None, least=None, most=None, low=None, high=None, n=n, undefined=reason)


def plain_figure(value: float, ends: tuple[float, float], n: int) -> Figure:
    """A number of which nothing is hidden."""
    return Figure(value=value, least=value, most=value, low=ends[0], high=ends[1], n=n)


def figure_of(one: Disparity) -> Figure:
    """The figure of a comparison of counts that are all known."""
    if one.value is None or one.low is None or one.high is None:
        return missing(one.undefined or NO_LEADS, one.n)
    return plain_figure(one.value, (one.low, one.high), one.n)


def rate_figures(rates: Rates, alpha: float) -> tuple[Figure, ...]:
    """The rate of every group."""
    ends = rates.interval(alpha)
    known = rates.known(ends)
    reasons, n = undefined_rates(rates, known), rates.n(most=False)
    return tuple(
        missing(reason, max(int(n[i]), 0))
        if reason
        else _figure((known[0][i], known[1][i]), (ends[0][i], ends[1][i]), int(n[i]), bool(rates.noisy[i]))
        for i, reason in enumerate(reasons)
    )


def gap_figures(rates: Rates, reference: int, kind: Kind, alpha: float) -> tuple[Figure, ...]:
    """The gap of every group to the reference; of the reference itself it means nothing."""
    low, high = gap_interval(rates, reference, kind, alpha)
    least, most = known_gap(rates, reference, kind, alpha)
    reasons, n = undefined_gaps(rates, reference, kind, alpha), rates.n(most=False)
    noisy = rates.noisy | rates.noisy[reference]
    return tuple(
        missing(reason, max(int(n[i]), 0))
        if reason
        else _figure((least[i], most[i]), (low[i], high[i]), int(n[i]), bool(noisy[i]))
        for i, reason in enumerate(reasons)
    )


def undefined_rates(rates: Rates, known: tuple[FloatArray, FloatArray]) -> tuple[str | None, ...]:
    """Why a rate has neither number nor bounds."""
    most, noisy, hidden = rates.n(most=True), rates.noisy, rates.hidden
    return tuple(
        FEW.format(k=rates.k)
        if noisy[i] and most[i] < rates.k
        else NO_LEADS
        if most[i] <= 0
        else HIDDEN.format(k=rates.k)
        if hidden[i] and known[0][i] <= 0 and known[1][i] >= 1
        else None
        for i in range(len(most))
    )


def undefined_gaps(rates: Rates, reference: int, kind: Kind, alpha: float) -> tuple[str | None, ...]:
    """Why a gap has neither number nor bounds."""
    known = rates.known(rates.interval(alpha))
    own = undefined_rates(rates, known)
    other = own[reference]
    other = other and other.replace("this group", "the reference group")
    base = taken(rates, reference)
    zero = kind == "ratio" and float(base.known(base.interval(alpha))[0][0]) <= 0
    return tuple(reason or other or (ZERO if zero else None) for reason in own)


def _figure(known: tuple[float, float], ends: tuple[float, float], n: int, noisy: bool) -> Figure:
    least, most, low, high = (float(part) for part in (*known, *ends))
    value = least if least == most else None
    return Figure(value=value, least=least, most=most, low=low, high=high, n=max(n, 0), noisy=noisy)
