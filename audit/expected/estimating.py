"""The whole: what is expected of the open leads, checked against every cohort that has ripened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from audit.cube import Cube
from audit.estimate import Estimate
from audit.expected.ahead import Ahead, OpenGap, ahead, forecasts, gaps, judged, unseen
from audit.expected.asked import Asked
from audit.expected.cautions import cautions
from audit.expected.leads import Leads, day_of, large, leads_of, number_of, stacked
from audit.expected.lessons import ripe
from audit.expected.model import METRICS, Expected, ExpectedGap, Forecast, Period, Taught
from audit.expected.reconcile import reconciled
from audit.expected.trust import factors, records
from audit.intake.dates import newest
from audit.schema import Stream
from audit.tally.columns import ATTRIBUTE, OUTCOME, UNKNOWN


def expected(
    days: Mapping[date, Cube],
    stream: Stream,
    *,
    as_of: date | None = None,
    period: Period = "month",
    seed: int = 0,
) -> Expected:
    """What is expected of the leads whose outcome is open, and how such estimates did before.

    Parameters
    ----------
    days
        The leads of each day of creation as a cube (`audit.tally`), all with the same axes and edges.
    stream
        Its roles. ``maturity_days`` says when outcomes are ripe; the interval's confidence, the tolerance and
        the smallest group are those of its ``audit``.
    as_of
        The day on which leads are young or ripe; the newest day where it is None.
    period
        Cohorts are weeks, months or quarters of creation.
    seed
        The same seed and leads give the same figures.

    Raises
    ------
    ValueError
        Where there is no day, or the cubes do not belong together.
    """
    return expected_of(stacked(days), stream, as_of=as_of, period=period, seed=seed)


def expected_of(
    cube: Cube, stream: Stream, *, as_of: date | None = None, period: Period = "month", seed: int = 0
) -> Expected:
    """The same from one cube whose axis ``day`` holds the days (`audit.expected.dated`)."""
    every = leads_of(cube, "")
    asked = Asked(
        as_of=_newest(every) if as_of is None else number_of(as_of),
        maturity_days=stream.maturity_days,
        period=period,
        confidence=stream.audit.confidence,
        minimum_group=stream.audit.minimum_group,
        seed=seed,
        higher_is_better=stream.higher_is_better,
    )
    parts = (every, *(leads_of(cube, name) for name in _attributes(cube)))
    return _made(_Whole(parts=parts, stream=stream, asked=asked, outcomes=OUTCOME in cube.names))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Whole:
    parts: tuple[Leads, ...]
    stream: Stream
    asked: Asked
    outcomes: bool


def _made(whole: _Whole) -> Expected:
    asked, every = whole.asked, whole.parts[0]
    past = tuple(
        row for part in whole.parts for row in reconciled(part, _reference(part, whole.stream), asked)
    )
    found = records(past, asked.confidence)
    decisive = factors(found)
    made = [ahead(part, asked, decisive) for part in whole.parts]
    absent = _absent(whole)
    first = made[0]
    late = _overdue(every, asked)
    warned = () if first is None else cautions(first, tuple(decisive.values()), whole.stream, late)
    waiting = unseen(every, asked)
    return Expected(
        as_of=day_of(asked.as_of),
        maturity_days=asked.maturity_days,
        confidence=asked.confidence,
        period=asked.period,
        seed=asked.seed,
        absent=absent,
        taught=_taught(every, asked),
        open=int(waiting.open.sum()),
        unworked=int(waiting.unworked.sum()),
        overdue=late,
        left_out=sum(_left_out(part, asked) for part in whole.parts[1:]),
        special=tuple(one.name for one in whole.stream.attributes if one.special_category),
        forecasts=tuple(
            one for part, of in zip(whole.parts, made, strict=True) for one in _ahead(part, of, whole)
        ),
        gaps=_gaps(made, whole),
        reconciled=past,
        records=found,
        cautions=warned,
        unreconciled=None if past else _unreconciled(asked),
    )


def _newest(every: Leads) -> int:
    """The newest day; a day long after all others is an error and not the newest."""
    days, place = np.unique(every.day, return_inverse=True)
    n = np.bincount(place, every.known + every.open + every.unworked).astype(np.int64)
    return int(newest(np.repeat(days, n).astype(np.float64)))


def _attributes(cube: Cube) -> tuple[str, ...]:
    return tuple(one.removeprefix(ATTRIBUTE) for one in cube.names if one.startswith(ATTRIBUTE))


def _reference(part: Leads, stream: Stream) -> str | None:
    """The stream's reference, else the largest known group."""
    named = [one.reference for one in stream.attributes if one.name == part.attribute]
    if named and named[0] in part.names:
        return named[0]
    n = np.bincount(part.group, part.known + part.open + part.unworked, minlength=len(part.names))
    known = [place for place, one in enumerate(part.names) if one != UNKNOWN]
    if not part.attribute or not known:
        return None
    return part.names[max(known, key=lambda place: (n[place], -place))]


def _taught(every: Leads, asked: Asked) -> Taught:
    known = ripe(every, asked.as_of - (asked.maturity_days or 0))
    some = len(known.day) > 0
    return Taught(
        leads=int(known.known.sum()),
        won=int(known.won.sum()),
        first=day_of(int(known.day.min())) if some else None,
        last=day_of(int(known.day.max())) if some else None,
    )


def _overdue(every: Leads, asked: Asked) -> int:
    """Worked leads old enough to have an outcome that have none."""
    if asked.maturity_days is None:
        return 0
    return int(every.open[every.day <= asked.as_of - asked.maturity_days].sum())


def _absent(whole: _Whole) -> str | None:
    asked, every = whole.asked, whole.parts[0]
    taught = _taught(every, asked)
    if not whole.outcomes:
        return "The stream names no outcome, so nothing can be learned; set outcome in [stream]."
    if not unseen(every, asked).open.sum():
        return "Every worked lead has an outcome: there is nothing to estimate."
    if not taught.leads:
        return f"No worked lead has a ripe outcome yet{_ripens(every, asked)}."
    if taught.won in {0, taught.leads}:
        return f"All {taught.leads:,} ripe outcomes are the same, so nothing can be learned from them yet."
    return None


def _ripens(every: Leads, asked: Asked) -> str:
    if asked.maturity_days is None or not len(every.day):
        return ""
    first = int(every.day.min()) + asked.maturity_days
    return f"; the first is ripe on {day_of(first)}" if first > asked.as_of else ""


def _left_out(part: Leads, asked: Asked) -> int:
    waiting = unseen(part, asked)
    some = np.bincount(waiting.group, waiting.open, minlength=len(part.names)) > 0
    return int(some.sum()) - len(large(waiting.group, waiting.open, asked.minimum_group))


def _ahead(part: Leads, made: Ahead | None, whole: _Whole) -> tuple[Forecast, ...]:
    waiting, reason = unseen(part, whole.asked), _absent(whole)
    places = large(waiting.group, waiting.open, whole.asked.minimum_group)
    if made is not None and reason is None:
        return tuple(forecasts(made, places))
    n = np.bincount(waiting.group, waiting.open, minlength=len(part.names)).astype(np.int64)
    missing = reason or ""
    return tuple(
        Forecast(
            attribute=part.attribute,
            group=part.names[place],
            cohort="",
            metric=metric,
            estimate=Estimate.missing(missing, int(n[place])),
            all_low=None,
            all_high=None,
            taught=0,
            won=None,
        )
        for place in places
        for metric in METRICS
    )


def _gaps(made: list[Ahead | None], whole: _Whole) -> tuple[ExpectedGap, ...]:
    tolerance, asked = whole.stream.audit.tolerance_difference, whole.asked
    found = tuple(one for part in made if part is not None for one in _gaps_of(part, whole, tolerance))
    return judged(found, tolerance, asked.confidence)


def _gaps_of(part: Ahead, whole: _Whole, tolerance: float) -> tuple[OpenGap, ...]:
    names = part.leads.names
    places = [
        one
        for one in large(part.leads.group, part.leads.open, whole.asked.minimum_group)
        if names[one] != UNKNOWN
    ]
    every = next(one for one in whole.parts if one.attribute == part.leads.attribute)
    return tuple(gaps(part, places, _reference(every, whole.stream), tolerance))


def _unreconciled(asked: Asked) -> str:
    if asked.maturity_days is None:
        return (
            "The stream does not say after how many days an outcome is ripe, so nobody can tell what was"
            " known when; set maturity_days in [stream]."
        )
    return "No cohort is ripe yet before whose first lead others were: none of our estimates can be checked."
