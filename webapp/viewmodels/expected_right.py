"""How right our own estimates were: each as it was said, beside what became true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from audit.expected import Expected
from webapp.charts import Drawing
from webapp.charts.foretold import Foretold, foretold
from webapp.expected_told import Told
from webapp.language import day, decimal, gettext, iso_day
from webapp.viewmodels.expected import DASH, is_share, known_from, span_words, whose
from webapp.viewmodels.words import amount, between, metric_label, tick
from webapp.viewmodels.words import gap as signed

LISTED = 200
DRAWN = 6
SHORTEST = 8
"""Days to ripen below which no whole week is over before its first outcomes are known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RightLine:
    """One estimate and its truth."""

    span: str
    whose: str
    special: bool
    said: str
    value: str
    range: str
    n: str
    became: str
    became_n: str
    error: str
    badge: tuple[str, str]


def summary(told: Sequence[Told], metric: str) -> list[str]:
    """How many intervals held, and how far off we were; empty where nothing is ripe."""
    every = [one for one in told if one.became is not None]
    own = [one for one in every if one.metric == metric]
    return [
        *([_record(own, metric)] if own else []),
        *([_together(every)] if len(every) > len(own) else []),
    ]


def _record(own: Sequence[Told], metric: str) -> str:
    errors = [one.error for one in own if one.error is not None]
    share = is_share(metric)
    return gettext(
        "Of %(n)s published estimates of this measure whose outcomes have come, %(held)s (%(share)s) held "
        "what became true; they were meant to hold it in %(meant)s. They were off by %(size)s on average; "
        "the mean error is %(bias)s.",
        n=decimal(len(own)),
        held=decimal(sum(one.held is True for one in own)),
        share=amount(fmean(one.held is True for one in own), share=True),
        meant=amount(fmean(one.confidence for one in own), share=True),
        size=signed(fmean(map(abs, errors)), share=share).lstrip("+"),
        bias=signed(fmean(errors), share=share),
    )


def _together(every: Sequence[Told]) -> str:
    return gettext(
        "All measures together: %(held)s of %(n)s held (%(share)s).",
        held=decimal(sum(one.held is True for one in every)),
        n=decimal(len(every)),
        share=amount(fmean(one.held is True for one in every), share=True),
    )


def nothing_yet(told: Sequence[Told], found: Expected | None) -> str:
    """Why no published estimate could be checked yet, and when one can."""
    if told:
        first = min(told, key=lambda one: (one.said_at, one.cohort))
        known = known_from(first.cohort, found.maturity_days if found else None)
        said = gettext("The first estimate that is kept was said on %(day)s.", day=day(first.said_at))
        more = gettext("What becomes of those leads is known from about %(day)s on.", day=known)
        return said if known == DASH else f"{said} {more}"
    if found is None or found.maturity_days is None:
        return gettext(
            "The stream does not say after how many days an outcome is ripe, so nobody could check an "
            "estimate, and none is kept."
        )
    if found.maturity_days < SHORTEST:
        return gettext(
            "Outcomes are ripe after %(days)s days already. A week of leads is not over by then, so no "
            "estimate of it could be published before its first outcomes, and none is kept.",
            days=decimal(found.maturity_days),
        )
    if found.period == "week":
        return gettext("The first estimate is kept when a whole week of leads is over.")
    return gettext("The first estimate is kept when a whole month of leads is over.")


def recomputed(found: Expected, metric: str) -> str:
    """How estimates did that were made afterwards, from what was known then; empty where none could be."""
    of = [one for one in found.records if not one.attribute and one.metric == metric and not one.gaps]
    if not of or not of[0].compared:
        return ""
    return gettext(
        "Made again for earlier leads, from what was known before the first of them: %(held)s of %(n)s such "
        "estimates would have held. Nobody was told these; they widen or withhold what is said now where "
        "too few held.",
        held=decimal(of[0].held),
        n=decimal(of[0].compared),
    )


def right_lines(told: Sequence[Told], metric: str) -> list[RightLine]:
    """Every published estimate of a measure, the newest leads first."""
    kept = [one for one in told if one.metric == metric]
    kept.sort(key=lambda one: one.cohort, reverse=True)
    return [_line(one) for one in kept[:LISTED]]


def _line(one: Told) -> RightLine:
    share = is_share(one.metric)
    return RightLine(
        span=span_words(one.cohort),
        whose=whose(one.attribute, one.group),
        special=one.special,
        said=iso_day(one.said_at.date()),
        value=amount(one.value, share=share),
        range=between(one.low, one.high, share=share),
        n=decimal(one.n),
        became=DASH if one.became is None else amount(one.became, share=share),
        became_n="" if one.became is None else decimal(one.became_n),
        error=DASH if one.error is None else signed(one.error, share=share),
        badge=_badge(one),
    )


def _badge(one: Told) -> tuple[str, str]:
    if one.ripe_at is None:
        return "waiting", gettext("Not known yet")
    if one.held is None:
        return "not_enough_data", gettext("No outcome to compare")
    return ("pass", gettext("Held")) if one.held else ("failed", gettext("Missed"))


def drawings(told: Sequence[Told], metric: str) -> list[tuple[str, Drawing]]:
    """A chart for each group of which several cohorts were told, all leads first, then the largest groups."""
    of: dict[tuple[str, str], list[Told]] = {}
    for one in sorted(told, key=lambda each: each.cohort):
        if one.metric == metric:
            of.setdefault((one.attribute, one.group), []).append(one)
    several = [(key, found) for key, found in of.items() if len(found) > 1]
    several.sort(key=lambda pair: (pair[0][0] != "", -sum(one.n for one in pair[1])))
    return [(whose(*key), _drawing(whose(*key), found, metric)) for key, found in several[:DRAWN]]


def _drawing(name: str, found: Sequence[Told], metric: str) -> Drawing:
    share = is_share(metric)
    seen = [
        Foretold(
            day=span_words(one.cohort)[:10], value=one.value, low=one.low, high=one.high, became=one.became
        )
        for one in found
    ]
    title = gettext("%(metric)s of %(name)s: expected and become", metric=metric_label(metric), name=name)
    said = "; ".join(f"{line.span}: {line.value} ({line.range}), {line.became}" for line in map(_line, found))
    return foretold(seen, lambda at: tick(at, share=share), (title, said))
