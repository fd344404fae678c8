"""What drives a score and its gaps, as a page shows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from audit.rows.explaining.model import Explained
from webapp.charts.drawing import Drawing
from webapp.charts.intervals import Axis
from webapp.language import gettext, shortest
from webapp.viewmodels.agreed import Agreed, Sizes, agreed
from webapp.viewmodels.explained_figures import (
    Cell,
    Names,
    Row,
    bar,
    chart,
    moved,
    share_cell,
    size_cell,
    together,
)
from webapp.viewmodels.explained_gaps import GapShown, gap_shown
from webapp.viewmodels.fidelity import Fidelity, fidelity
from webapp.viewmodels.words import tick


@dataclass(frozen=True, slots=True, kw_only=True)
class WayRow:
    """How many of a group have one field's way over the threshold, and how long it is."""

    attribute: str
    group: str
    reference: bool
    under: int
    way: Cell
    way_gap: Cell
    size: Cell
    size_gap: Cell
    special: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationPage:
    """Everything on the page. ``undefined`` says why nothing is explained, in English."""

    verdict: str
    fidelity: Fidelity | None
    undefined: str
    drawing: Drawing | None
    rows: tuple[Row, ...]
    agreed: tuple[Agreed, ...]
    no_shapley: str
    gaps: tuple[GapShown, ...]
    without: tuple[str, ...]
    ways: tuple[WayRow, ...]
    no_ways: str
    free: tuple[str, ...]
    locked: tuple[tuple[str, str], ...]


def explanation_page(made: Explained, special: frozenset[str], name: Names) -> ExplanationPage:
    """The page; ``special`` are names of special categories, ``name`` tells what the CRM calls a field."""
    drivers = [(one.fields, (one.permutation, one.shapley, one.lime)) for one in made.drivers]
    rows = tuple(
        Row(
            name=together(fields, name),
            columns=fields,
            cells=(share_cell(told[0]), *(size_cell(each, made) for each in told[1:])),
        )
        for fields, told in drivers
    )
    gaps = tuple(gap_shown(place, one, made, (special, name)) for place, one in enumerate(made.gaps, start=1))
    return ExplanationPage(
        verdict=_verdict(made, name),
        fidelity=fidelity(made.explainer) if made.explainer else None,
        undefined=made.undefined or "",
        drawing=_drivers_chart(made, rows),
        rows=rows,
        agreed=tuple(_agreed(made, rows)),
        no_shapley=made.no_shapley or "",
        gaps=gaps,
        without=_without(made),
        ways=tuple(_ways(made, special)),
        no_ways=made.no_recourse or "",
        free=tuple(name(one.field) for one in made.searched),
        locked=tuple((name(one.field), one.reason) for one in made.locked),
    )


def pointed_at(page: ExplanationPage, attribute: Sequence[str], group: Sequence[str]) -> ExplanationPage:
    """The page with the gaps first that a finding is about: those of its group, else of its attribute."""
    about = [one for one in page.gaps if one.attribute in attribute]
    exact = [one for one in about if one.group in group]
    chosen = {one.place for one in exact or about}
    first = tuple(replace(one, asked=True) for one in page.gaps if one.place in chosen)
    return replace(page, gaps=(*first, *(one for one in page.gaps if one.place not in chosen)))


def _agreed(made: Explained, rows: Sequence[Row]) -> Iterator[Agreed]:
    sizes: Sizes = {
        "permutation": [one.permutation.value for one in made.drivers],
        "shapley": [one.shapley.value for one in made.drivers],
        "lime": [one.lime.value for one in made.drivers],
    }
    for one in made.agreements:
        yield agreed(one, [row.name for row in rows], sizes)


def _verdict(made: Explained, name: Names) -> str:
    used = [together(one.fields, name) for one in made.drivers if (one.permutation.low or 0.0) > 0]
    if not made.drivers:
        return ""
    if not used:
        return gettext("The score surely goes by none of the fields that are held here.")
    if len(used) == 1:
        return gettext("The score goes by %(one)s; of the other fields none is sure.", one=used[0])
    return gettext("The score goes most by %(one)s, then by %(other)s.", one=used[0], other=used[1])


def _drivers_chart(made: Explained, rows: Sequence[Row]) -> Drawing | None:
    bars = [
        bar(row.name, one.permutation, row.cells[0], sure=(one.permutation.low or 0.0) > 0)
        for row, one in zip(rows, made.drivers, strict=True)
    ]
    axis = Axis(
        words=gettext("share of the spread lost without it"),
        tick=lambda value: tick(value, share=True),
        goal=0.0,
    )
    return chart(bars, axis, gettext("What the score goes by"))


def _without(made: Explained) -> tuple[str, ...]:
    """Attributes of which no gap in mean score is sure."""
    known = dict.fromkeys(each.attribute for one in made.drivers[:1] for each in one.groups)
    explained = {one.attribute for one in made.gaps}
    return tuple(one for one in known if one not in explained)


def _ways(made: Explained, special: frozenset[str]) -> Iterator[WayRow]:
    for one in made.recourse:
        yield WayRow(
            attribute=one.attribute,
            group=one.group,
            reference=one.reference,
            under=one.under,
            way=share_cell(one.way),
            way_gap=moved(one.way_gap, share=True),
            size=share_cell(one.size),
            size_gap=moved(one.size_gap, share=True),
            special=one.attribute in special,
        )


def confidence_words(made: Explained) -> str:
    """How sure the ranges are, in per cent."""
    return shortest(made.confidence * 100)
