"""Two attributes crossed, as a heat map: a number in every tile, and a hatch where leads are too few."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from audit.estimate import Estimate
from webapp.charts.heat import Sides, Tile, heat
from webapp.evidence.figure import Figure, nothing
from webapp.evidence.groups import LOOKS, main_metric
from webapp.evidence.sheet import Column, Kind, Sheet, ends, in_words
from webapp.evidence.source import Names, Source, gap_kind, value_kind
from webapp.language import decimal, gettext, ngettext
from webapp.viewmodels.words import VERDICT_WORDS, metric_label, named

MOST_COLUMNS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class _Crossed:
    """The tiles of one crossing; ``turned`` says that the second attribute runs down the side."""

    source: Source
    attribute: Names
    metric: str
    found: Mapping[Names, Estimate]
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    turned: bool

    def group(self, row: str, column: str) -> Names:
        """The group of a tile, as the report names it."""
        return (column, row) if self.turned else (row, column)


def crossing_figure(source: Source, attribute: Names) -> Figure:
    """The heat map of two attributes by the main metric."""
    metric = main_metric(source, attribute)
    title = gettext(
        "%(metric)s by %(attributes)s together",
        metric=metric_label(metric or "count"),
        attributes=named(attribute),
    )
    if metric is None:
        return nothing(title, gettext("This audit has no number for these attributes together."))
    crossed = _crossed(source, attribute, metric)
    if not crossed.found:
        why = gettext("No lead has both attributes known, so there is nothing to cross.")
        return nothing(title, why)
    minimum = source.report.settings.minimum_group
    tiles = [
        [_tile(crossed, crossed.group(row, column)) for column in crossed.columns] for row in crossed.rows
    ]
    titles = reversed(attribute) if crossed.turned else attribute
    row_title, column_title = titles
    sides = Sides(rows=crossed.rows, columns=crossed.columns, row_title=row_title, column_title=column_title)
    return Figure(
        title=title,
        lead=gettext(
            "A darker tile is a larger value; the number says the same. A hatched tile is suppressed: fewer "
            "than %(minimum)s leads are too few to read a number from. An empty tile has no lead. The tile "
            "with a thick edge is the reference.",
            minimum=decimal(minimum),
        ),
        sheet=_sheet(crossed, minimum),
        drawing=heat(sides, tiles, title, _text(crossed, minimum)),
        special_category=source.special(attribute),
    )


def _crossed(source: Source, attribute: Names, metric: str) -> _Crossed:
    found = {group: one for group, one in source.estimates[attribute, metric].items() if group}
    first, second = ({group[side] for group in found} for side in (0, 1))
    turned = len(second) > len(first)
    down, across = (second, first) if turned else (first, second)
    return _Crossed(
        source=source,
        attribute=attribute,
        metric=metric,
        found=found,
        rows=tuple(sorted(down)),
        columns=tuple(sorted(across)),
        turned=turned,
    )


def suppressed(estimate: Estimate, minimum: int) -> bool:
    """Whether a tile stays shut: there are leads, and too few of them."""
    return estimate.n < minimum


def _tile(crossed: _Crossed, group: Names) -> Tile:
    one, minimum = crossed.found.get(group), crossed.source.report.settings.minimum_group
    if one is None:
        return Tile(shade=None, lines=(gettext("no lead"),), empty=True)
    if suppressed(one, minimum):
        return Tile(
            shade=None,
            lines=(gettext("suppressed"), gettext("fewer than %(minimum)s", minimum=decimal(minimum))),
        )
    if one.value is None:
        return Tile(shade=None, lines=(gettext("no value"), f"n {decimal(one.n)}"))
    kind = value_kind(crossed.metric)
    return Tile(
        shade=_shade(crossed, one.value),
        lines=(
            in_words(one.value, kind),
            _span(one, kind),
            f"n {decimal(one.n)}",
        ),
        reference=group == crossed.source.reference(crossed.attribute, crossed.metric),
    )


def _span(one: Estimate, kind: Kind) -> str:
    """The range as short as it goes, since a tile is narrow."""
    if one.low is None or one.high is None:
        return ""
    low, high = (in_words(end, kind).replace("\N{NO-BREAK SPACE}%", "%") for end in (one.low, one.high))
    return gettext("%(least)s to %(most)s", least=low, most=high)


def _shade(crossed: _Crossed, value: float) -> float:
    seen = _open(crossed)
    low, high = min(seen), max(seen)
    return 0.5 if high == low else (value - low) / (high - low)


def _open(crossed: _Crossed) -> Sequence[float]:
    minimum = crossed.source.report.settings.minimum_group
    return [o.value for o in crossed.found.values() if o.value is not None and not suppressed(o, minimum)]


def _text(crossed: _Crossed, minimum: int) -> str:
    shut = sum(suppressed(one, minimum) for one in crossed.found.values())
    empty = len(crossed.rows) * len(crossed.columns) - len(crossed.found)
    seen, kind = _open(crossed), value_kind(crossed.metric)
    return gettext(
        "%(known)s; %(shut)s suppressed with fewer than %(minimum)s leads, %(empty)s without a lead. "
        "All are in the table.",
        known=_known([in_words(end, kind) for end in (min(seen), max(seen))] if seen else [], len(seen)),
        shut=decimal(shut),
        minimum=decimal(minimum),
        empty=decimal(empty),
    )


def _known(ends: Sequence[str], n: int) -> str:
    """How many tiles have a value, and between which the values lie."""
    if not ends:
        return ngettext(
            "%(n)s\N{NO-BREAK SPACE}pair of groups has a value",
            "%(n)s\N{NO-BREAK SPACE}pairs of groups have a value",
            n,
        )
    return ngettext(
        "%(n)s\N{NO-BREAK SPACE}pair of groups has a value from %(low)s to %(high)s",
        "%(n)s\N{NO-BREAK SPACE}pairs of groups have a value from %(low)s to %(high)s",
        n,
        low=ends[0],
        high=ends[1],
    )


def _sheet(crossed: _Crossed, minimum: int) -> Sheet:
    value, kind = value_kind(crossed.metric), gap_kind(crossed.metric)
    columns = (
        *(Column(head=name, name=name) for name in crossed.attribute),
        Column(head=gettext("Leads (n)"), name="n", kind="count"),
        Column(head=metric_label(crossed.metric), name=crossed.metric, kind=value),
        *ends(value),
        Column(head=gettext("Difference from the reference"), name="difference", kind=kind),
        *ends(kind, "difference_"),
        Column(head=gettext("Verdict"), name="verdict"),
        Column(head=gettext("Note"), name="note"),
    )
    return Sheet(
        caption=gettext(
            "%(metric)s by %(attributes)s, each with its range",
            metric=metric_label(crossed.metric),
            attributes=named(crossed.attribute),
        ),
        columns=columns,
        rows=tuple(_cells(crossed, group, minimum) for group in sorted(crossed.found)),
    )


def _cells(crossed: _Crossed, group: Names, minimum: int) -> tuple[str | int | float | None, ...]:
    one = crossed.found[group]
    if suppressed(one, minimum):
        shut = gettext("suppressed: fewer than %(minimum)s leads", minimum=decimal(minimum))
        return (*group, None, None, None, None, None, None, None, "", shut)
    gap = crossed.source.gaps(crossed.attribute, crossed.metric, "difference").get(group)
    span = (None, None, None) if gap is None else (gap.value, gap.low, gap.high)
    judged = "" if gap is None or gap.verdict not in LOOKS else gettext(VERDICT_WORDS[gap.verdict])
    if group == crossed.source.reference(crossed.attribute, crossed.metric):
        judged = gettext("reference group")
    return (*group, one.n, one.value, one.low, one.high, *span, judged, one.undefined or "")
