"""The trade-off of an experiment as charts: one for each thing that a remedy is good for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from audit.estimate import Estimate
from audit.rows.mitigation import Experiment
from audit.rows.mitigation.frontier import unbeaten
from audit.rows.mitigation.model import Reading
from webapp.charts.drawing import Drawing
from webapp.charts.tradeoff import AWARE, BLIND, CHANCE, TODAY, Axes, Spot, tradeoff
from webapp.language import gettext, marked
from webapp.viewmodels.remedy_lines import AIM_NAMES, RemedyLine, money
from webapp.viewmodels.words import amount, gap, tick

Good = Literal["accuracy", "won", "worth"]
GOODS: Mapping[Good, str] = MappingProxyType(
    {
        "accuracy": marked("Right decisions"),
        "won": marked("Good outcomes per call"),
        "worth": marked("Value per call"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A mark that has a name, in words: the remedy, its gap, and what it is good for."""

    name: str
    title: str
    gap: str
    good: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart, the name of its file, and its named marks as a table."""

    good: Good
    words: str
    drawing: Drawing
    rows: tuple[Row, ...]


def chart(made: Experiment, lines: Sequence[RemedyLine], good: Good) -> Chart | None:
    """The chart of these remedies; None where there is no figure to draw."""
    spots = _spots(made, lines, good)
    if not spots:
        return None
    words, name = gettext(AIM_NAMES[made.request.aim]), gettext(GOODS[good])
    if good == "worth" and made.request.minutes:
        name = gettext("Value per call hour")
    axes = Axes(
        gap_words=gettext("%(gap)s (further left is fairer)", gap=words),
        good_words=name,
        gap_tick=lambda value: tick(value, share=True),
        good_tick=money if good == "worth" else lambda value: tick(value, share=True),
    )
    titles = {str(line.number): line.remedy.title for line in lines}
    rows = tuple(_row(one, titles.get(one.name, ""), good) for one in spots if one.named)
    told = "; ".join(f"{one.name}: {one.gap}, {one.good}" for one in rows)
    return Chart(good=good, words=name, drawing=tradeoff(spots, axes, _title(spots, name), told), rows=rows)


def _row(one: Spot, title: str, good: Good) -> Row:
    said = money(one.good) if good == "worth" else amount(one.good, share=True)
    return Row(name=one.name, title=title, gap=gap(one.gap, share=True).lstrip("+"), good=said)


def _spots(made: Experiment, lines: Sequence[RemedyLine], good: Good) -> list[Spot]:
    """A spot for each remedy, and the one of today; those that no other one beats are marked.

    What a call brings is compared at the same number of calls only: fewer calls reach better leads.
    """
    today = None if made.today is None else _spot(made, made.today, good)
    if today is None:
        return []
    found = [
        (line, spot)
        for line in lines
        if line.trial.after is not None
        and (good == "accuracy" or line.remedy.capacity_kept)
        and (spot := _spot(made, line.trial.after, good)) is not None
    ]
    best = unbeaten([(spot.gap, spot.good) for spot in (today, *(spot for _, spot in found))])
    marked_spots = [
        _named(line, spot, best=mark, smaller=spot.gap < today.gap)
        for (line, spot), mark in zip(found, best[1:], strict=True)
    ]
    return [*marked_spots, _today(today, best=best[0])] if marked_spots else []


def _today(spot: Spot, *, best: bool) -> Spot:
    return Spot(
        name=gettext("today"),
        gap=spot.gap,
        gap_ends=spot.gap_ends,
        good=spot.good,
        good_ends=spot.good_ends,
        look=TODAY,
        named=True,
        best=best,
    )


def _named(line: RemedyLine, spot: Spot, *, best: bool, smaller: bool) -> Spot:
    remedy = line.remedy
    return Spot(
        name=str(line.number),
        gap=spot.gap,
        gap_ends=spot.gap_ends,
        good=spot.good,
        good_ends=spot.good_ends,
        look=CHANCE if remedy.randomised else AWARE if remedy.attribute_at_decision else BLIND,
        named=line.recommended or (best and smaller),
        best=best,
    )


def _spot(made: Experiment, reading: Reading, good: Good) -> Spot | None:
    apart, other = reading.gap(made.request.aim), _good(reading, good)
    if apart.value is None or other is None or other.value is None:
        return None
    ends = sorted(abs(end) for end in (apart.low or 0.0, apart.high or 0.0))
    crosses = (apart.low or 0.0) <= 0 <= (apart.high or 0.0)
    return Spot(
        name="",
        gap=abs(apart.value),
        gap_ends=(0.0 if crosses else ends[0], ends[1]),
        good=other.value,
        good_ends=(other.low or other.value, other.high or other.value),
        look=TODAY,
        named=False,
        best=False,
    )


def _good(reading: Reading, good: Good) -> Estimate | None:
    return {"accuracy": reading.accuracy, "won": reading.won, "worth": reading.worth}[good]


def _title(spots: Sequence[Spot], name: str) -> str:
    today = spots[-1]
    better = sum(one.gap < today.gap and one.good >= today.good for one in spots[:-1])
    if better:
        return gettext(
            "%(name)s against the gap: %(n)s of %(all)s remedies have a smaller gap and no less of it than "
            "today, as measured",
            name=name,
            n=better,
            all=len(spots) - 1,
        )
    return gettext("%(name)s against the gap: no remedy has a smaller gap and no less of it", name=name)
