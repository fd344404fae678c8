"""Conversion by band of the score, a small chart a group over that of the reference."""

from __future__ import annotations

from collections.abc import Iterator

from audit.estimate import Estimate
from audit.finding.reading import BAND
from audit.report.charts import low_end
from webapp.charts.curves import Curve, Dot, Frame, curves, panels
from webapp.evidence.figure import Figure, nothing
from webapp.evidence.groups import main_metric
from webapp.evidence.sheet import Column, Sheet, ends, reasons
from webapp.evidence.source import UNKNOWN, Names, Source, joined
from webapp.language import decimal, gettext, marked
from webapp.viewmodels.words import named, tick

MOST = 12
NO_OUTCOME = marked(
    "No outcome is known yet, so nobody can tell what a score comes to. Once leads have an outcome, and are "
    "old enough, the next audit draws this."
)
NO_SCORE = marked("There is no score.")


def calibration_figure(source: Source, attribute: Names) -> Figure:
    """Conversion at equal score by group; only for attributes alone, whose groups are large enough."""
    title = gettext("Conversion at equal score by %(attribute)s", attribute=named(attribute))
    bands = [metric for metric in source.metrics(attribute) if metric.startswith(BAND)]
    if not bands:
        why = NO_OUTCOME if "mean_score" in source.metrics(attribute) else NO_SCORE
        return nothing(title, gettext(why))
    rows = [
        (group, dict(_bands(source, attribute, group, bands))) for group in _groups(source, attribute, bands)
    ]
    drawn = [(group, found) for group, found in rows if any(o.value is not None for o in found.values())]
    sheet = _sheet(rows, attribute)
    if not drawn:
        return Figure(title=title, lead="", sheet=sheet, lacking=gettext(NO_OUTCOME))
    reference = source.reference(attribute, bands[0]) or source.reference(
        attribute, main_metric(source, attribute) or ""
    )
    drawn.sort(
        key=lambda row: (row[0] != reference, row[0] == (UNKNOWN,), -sum(o.n for o in row[1].values()))
    )
    shown = [_curve(group, found) for group, found in drawn[:MOST]]
    frame = _frame(next((_curve(g, f) for g, f in drawn if g == reference), None), bands)
    return Figure(
        title=title,
        lead=gettext(
            "Where a group converts more often than the reference at the same score, its leads are better "
            "than their scores say. Each dot is the share that converts within a band of the score, with its "
            "plausible range. The dashed line is the reference group."
        ),
        sheet=sheet,
        drawing=curves(shown, frame, title, _text(len(drawn), len(shown))),
        panels=panels(shown, frame, title),
        notes=_notes(len(drawn), len(shown)),
        special_category=source.special(attribute),
    )


def _groups(source: Source, attribute: Names, bands: list[str]) -> tuple[Names, ...]:
    return tuple(
        dict.fromkeys(group for band in bands for group in source.estimates[attribute, band] if group)
    )


def _bands(
    source: Source, attribute: Names, group: Names, bands: list[str]
) -> Iterator[tuple[str, Estimate]]:
    for band in bands:
        found = source.estimates[attribute, band].get(group)
        if found is not None:
            yield band.removeprefix(BAND), found


def _curve(group: Names, found: dict[str, Estimate]) -> Curve:
    dots = [
        Dot(at=low_end(band), value=one.value, low=one.low, high=one.high)
        for band, one in found.items()
        if one.value is not None and one.low is not None and one.high is not None
    ]
    leads = decimal(sum(o.n for o in found.values()))
    return Curve(name=f"{joined(group)} (n {leads})", dots=tuple(dots))


def _frame(reference: Curve | None, bands: list[str]) -> Frame:
    ends = [low_end(band.removeprefix(BAND)) for band in bands]
    last = ends[-1] + (ends[1] - ends[0] if len(ends) > 1 else 1.0)
    return Frame(
        reference=reference,
        x_words=gettext("Score, low end of each band"),
        x_tick=lambda value: tick(value, share=False),
        y_tick=lambda value: tick(value, share=True),
        span=(ends[0], max(last, ends[0] + 1e-9)),
        within=(0.0, 1.0),
    )


def _text(drawn: int, shown: int) -> str:
    return gettext(
        "%(shown)s of %(drawn)s groups, each a curve over the bands of the score. Every value is in the "
        "table.",
        shown=decimal(shown),
        drawn=decimal(drawn),
    )


def _notes(drawn: int, shown: int) -> tuple[str, ...]:
    if drawn == shown:
        return ()
    words = gettext("The %(shown)s groups with most leads are drawn; the table has all %(drawn)s.")
    return (words % {"shown": decimal(shown), "drawn": decimal(drawn)},)


def _sheet(rows: list[tuple[Names, dict[str, Estimate]]], attribute: Names) -> Sheet:
    columns = (
        Column(head=gettext("Group"), name="group"),
        Column(head=gettext("Score"), name="band"),
        Column(head=gettext("Leads with an outcome (n)"), name="n", kind="count"),
        Column(head=gettext("Conversion rate"), name="outcome_rate", kind="share"),
        *ends("share"),
        reasons(),
    )
    return Sheet(
        caption=gettext(
            "Conversion rate within each band of the score, by %(attribute)s", attribute=named(attribute)
        ),
        columns=columns,
        rows=tuple(
            (joined(group), band, one.n, one.value, one.low, one.high, one.undefined or "")
            for group, found in rows
            for band, one in found.items()
        ),
    )
