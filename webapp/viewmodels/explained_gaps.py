"""What drives each gap in mean score, as a page shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from audit.estimate import Estimate
from audit.rows.explaining.model import POINTS, Explained, GapStory
from webapp.charts.drawing import Drawing
from webapp.charts.intervals import Axis
from webapp.evidence.gaps import signed
from webapp.language import gettext
from webapp.viewmodels.agreed import OF_A_GAP, Agreed, Sizes, agreed
from webapp.viewmodels.explained_figures import Names, Row, bar, chart, moved, together
from webapp.viewmodels.words import amount


@dataclass(frozen=True, slots=True, kw_only=True)
class GapShown:
    """One gap: what is known of it, and what carries it. ``asked``: a finding leads here."""

    place: int
    attribute: str
    group: str
    reference: str
    said: str
    most: str
    drawing: Drawing | None
    rows: tuple[Row, ...]
    agreed: Agreed | None
    special: bool
    asked: bool = False


def gap_shown(place: int, one: GapStory, made: Explained, told: tuple[frozenset[str], Names]) -> GapShown:
    """One gap; ``told`` are the names of special categories, and what the CRM calls a field."""
    special, name = told
    share = made.unit != POINTS
    rows = tuple(
        Row(
            name=together(part.fields, name),
            columns=part.fields,
            cells=(moved(part.neutral, share=share), moved(part.shapley, share=share)),
        )
        for part in one.parts
    )
    return GapShown(
        place=place,
        attribute=one.attribute,
        group=one.group,
        reference=one.reference,
        said=_gap_said(one, share=share),
        most=_most(one, rows),
        drawing=_gap_chart(one, rows, share=share),
        rows=rows,
        agreed=_agreed(one, rows),
        special=one.attribute in special,
    )


def _agreed(one: GapStory, rows: Sequence[Row]) -> Agreed | None:
    if one.agreement is None:
        return None
    sizes: Sizes = {
        "permutation": [part.neutral.value for part in one.parts],
        "shapley": [part.shapley.value for part in one.parts],
    }
    return agreed(one.agreement, [row.name for row in rows], sizes, OF_A_GAP)


def _gap_said(one: GapStory, *, share: bool) -> str:
    predicted = moved(one.predicted, share=share)
    words = {
        "group": one.group,
        "reference": one.reference,
        "gap": amount(abs(one.gap), share=share),
        "predicted": predicted.value or gettext("nothing that is known"),
        "range": predicted.range,
    }
    if one.gap < 0:
        return gettext(
            "The mean score of %(group)s is %(gap)s lower than that of %(reference)s. In the imitation, of "
            "the leads that were looked at, the difference is %(predicted)s (%(range)s).",
            **words,
        )
    return gettext(
        "The mean score of %(group)s is %(gap)s higher than that of %(reference)s. In the imitation, of "
        "the leads that were looked at, the difference is %(predicted)s (%(range)s).",
        **words,
    )


def _most(one: GapStory, rows: Sequence[Row]) -> str:
    """The field that surely carries most of it, and in the gap's own direction."""
    for part, row in zip(one.parts, rows, strict=True):
        low, high, value = part.neutral.low, part.neutral.high, part.neutral.value
        sure = low is not None and high is not None and (low > 0 or high < 0)
        if sure and (value or 0.0) * one.gap > 0:
            return gettext(
                "Most of it goes through %(field)s: %(part)s.", field=row.name, part=row.cells[0].value
            )
    return gettext("No single field surely carries a part of it.")


def _gap_chart(one: GapStory, rows: Sequence[Row], *, share: bool) -> Drawing | None:
    bars = [
        bar(row.name, part.neutral, row.cells[0], sure=not _crosses_none(part.neutral))
        for row, part in zip(rows, one.parts, strict=True)
    ]
    axis = Axis(
        words=gettext("points of chance to be selected") if share else gettext("score points of the gap"),
        tick=lambda value: signed(value * 100 if share else value),
        goal=0.0,
    )
    words = {"group": one.group, "reference": one.reference}
    return chart(bars, axis, gettext("What carries the gap between %(group)s and %(reference)s", **words))


def _crosses_none(one: Estimate) -> bool:
    return (one.low or 0.0) <= 0 <= (one.high or 0.0)
