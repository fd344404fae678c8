"""One metric by group: each with its interval, the reference, the tolerance and the verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from audit.disparity import Disparity
from audit.estimate import Estimate
from audit.report.einstein import METRIC
from webapp.charts.intervals import ALONE, OPEN, OUTSIDE, REFERENCE, WITHIN, Axis, Bar, Look, intervals
from webapp.evidence.einstein import einstein_rate, notes_beside
from webapp.evidence.figure import Figure, nothing
from webapp.evidence.sheet import Column, Sheet, ends, in_words, ranged, reasons
from webapp.evidence.source import Names, Source, gap_kind, joined, value_kind
from webapp.language import gettext, ngettext, shortest
from webapp.viewmodels.words import VERDICT_WORDS, metric_label, named, quoted_here, tick

MAIN = ("selection_rate", "true_positive_rate", "mean_score", "contact_rate")
LOOKS: dict[str, Look] = {"fail": OUTSIDE, "pass": WITHIN, "insufficient": OPEN}
ORDER = {"fail": 0, "insufficient": 1, "pass": 2, "": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A group with its estimate and its comparisons."""

    group: Names
    estimate: Estimate
    difference: Disparity | None
    ratio: Disparity | None
    is_reference: bool

    @property
    def verdict(self) -> str:
        """The worse verdict of the two; empty where nothing was compared."""
        seen = [one.verdict for one in (self.difference, self.ratio) if one is not None]
        return min(seen, key=ORDER.__getitem__, default="")


def main_metric(source: Source, attribute: Names) -> str | None:
    """What the groups of an attribute are told by first; None where they have no number at all."""
    present = source.metrics(attribute)
    return next((one for one in MAIN if one in present), next(iter(present), None))


def groups_figure(source: Source, attribute: Names, metric: str | None = None) -> Figure:
    """The groups of an attribute by a metric, else by the main one that the audit has."""
    metric = metric or main_metric(source, attribute)
    title = gettext(
        "%(metric)s by %(attribute)s", metric=metric_label(metric or "count"), attribute=named(attribute)
    )
    found = source.estimates.get((attribute, metric or ""), {})
    if metric is None or not found:
        return nothing(title, gettext("This audit has no estimate of this metric for single groups."))
    rows = sorted(_rows(source, attribute, metric), key=_order)
    sheet = _sheet(rows, attribute, metric)
    if all(row.estimate.value is None for row in rows):
        return Figure(title=title, lead="", sheet=sheet, lacking=_why(rows))
    axis = _axis(source, rows, attribute, metric)
    drawing = intervals([_bar(row, metric) for row in rows], axis, title, _text(rows, metric))
    return Figure(
        title=title,
        lead=_lead(source, rows, attribute, metric),
        sheet=sheet,
        drawing=drawing,
        notes=notes_beside(axis.beside),
        special_category=source.special(attribute),
    )


def _rows(source: Source, attribute: Names, metric: str) -> Iterator[_Row]:
    differences = source.gaps(attribute, metric, "difference")
    ratios = source.gaps(attribute, metric, "ratio")
    reference = source.reference(attribute, metric)
    for group, estimate in source.estimates[attribute, metric].items():
        if group:
            yield _Row(
                group=group,
                estimate=estimate,
                difference=differences.get(group),
                ratio=ratios.get(group),
                is_reference=group == reference,
            )


def _order(row: _Row) -> tuple[int, int, float]:
    """The reference first, then what is outside, then what is open."""
    return (0 if row.is_reference else 1, ORDER[row.verdict], row.estimate.value or 0.0)


def _bar(row: _Row, metric: str) -> Bar:
    one = row.estimate
    return Bar(
        name=joined(row.group),
        value=one.value,
        low=one.low,
        high=one.high,
        said=ranged(one, value_kind(metric)),
        look=REFERENCE if row.is_reference else LOOKS.get(row.verdict, ALONE),
    )


def _axis(source: Source, rows: Sequence[_Row], attribute: Names, metric: str) -> Axis:
    share = value_kind(metric) == "share"
    goal = next((row.estimate.value for row in rows if row.is_reference), None)
    tolerance = source.report.settings.tolerance_difference
    return Axis(
        words=metric_label(metric),
        tick=lambda value: tick(value, share=share),
        within=(0.0, 1.0) if share else None,
        goal=goal,
        band=(max(goal - tolerance, 0.0), min(goal + tolerance, 1.0)) if share and goal is not None else None,
        beside=einstein_rate(source, attribute) if metric == METRIC else None,
    )


def _lead(source: Source, rows: Sequence[_Row], attribute: Names, metric: str) -> str:
    reference = next((joined(row.group) for row in rows if row.is_reference), None)
    told = [
        gettext(
            "Each bar is the plausible range (confidence %(confidence)s\N{NO-BREAK SPACE}%%); it is wide "
            "where leads are few.",
            confidence=shortest(source.report.settings.confidence * 100),
        )
    ]
    if reference is None:
        alone = gettext("No group of %(attribute)s was compared with another by this metric.")
        return " ".join([*told, alone % {"attribute": named(attribute)}])
    told.append(gettext("The dashed line is the reference group, %(group)s.", group=quoted_here(reference)))
    if value_kind(metric) == "share":
        told.append(gettext("The dotted lines are the tolerance around it."))
    return " ".join(told)


def _text(rows: Sequence[_Row], metric: str) -> str:
    known = [row for row in rows if row.estimate.value is not None]
    kind = value_kind(metric)
    told = [f"{joined(row.group)} {_bar(row, metric).said}{_judged(row)}" for row in known]
    if len(told) > 8:
        least = min(known, key=lambda row: row.estimate.value or 0.0)
        most = max(known, key=lambda row: row.estimate.value or 0.0)
        low, high = (f"{joined(r.group)} {in_words(r.estimate.value, kind)}" for r in (least, most))
        return ngettext(
            "%(n)s\N{NO-BREAK SPACE}group, from %(low)s to %(high)s. All are in the table.",
            "%(n)s\N{NO-BREAK SPACE}groups, from %(low)s to %(high)s. All are in the table.",
            len(known),
            low=low,
            high=high,
        )
    return "; ".join(told)


def _judged(row: _Row) -> str:
    look = REFERENCE if row.is_reference else LOOKS.get(row.verdict)
    return f", {gettext(look.words)}" if look else ""


def _why(rows: Sequence[_Row]) -> str:
    reason = next((row.estimate.undefined for row in rows if row.estimate.undefined), None)
    if reason is None:
        return gettext("There is nothing to draw: there is no value.")
    return gettext("There is nothing to draw: %(reason)s.", reason=reason)


def _sheet(rows: Sequence[_Row], attribute: Names, metric: str) -> Sheet:
    value, kind = value_kind(metric), gap_kind(metric)
    ratio = any(row.ratio is not None for row in rows)
    columns = (
        Column(head=gettext("Group"), name="group"),
        Column(head=gettext("Leads (n)"), name="n", kind="count"),
        Column(head=metric_label(metric), name=metric, kind=value),
        *ends(value),
        Column(head=gettext("Difference from the reference"), name="difference", kind=kind),
        *ends(kind, "difference_"),
        *(_ratio_columns() if ratio else ()),
        Column(head=gettext("p, corrected"), name="p_adjusted", kind="p"),
        Column(head=gettext("Verdict"), name="verdict"),
        Column(head=gettext("Leads needed"), name="n_needed", kind="count"),
        reasons(),
    )
    return Sheet(
        caption=gettext(
            "%(metric)s by %(attribute)s, with plausible ranges",
            metric=metric_label(metric),
            attribute=named(attribute),
        ),
        columns=columns,
        rows=tuple(_cells(row, ratio=ratio) for row in rows),
    )


def _ratio_columns() -> tuple[Column, ...]:
    return (Column(head=gettext("Ratio"), name="ratio", kind="times"), *ends("times", "ratio_"))


def _cells(row: _Row, *, ratio: bool) -> tuple[str | int | float | None, ...]:
    one, difference = row.estimate, row.difference
    lead = difference or row.ratio
    needed = [gap.n_needed for gap in (difference, row.ratio) if gap is not None and gap.n_needed]
    return (
        joined(row.group),
        one.n,
        one.value,
        one.low,
        one.high,
        *_gap(difference),
        *(_gap(row.ratio) if ratio else ()),
        lead.p_adjusted if lead else None,
        gettext("reference group") if row.is_reference else _verdict(row.verdict),
        max(needed, default=None),
        one.undefined or (difference.undefined if difference else None),
    )


def _gap(one: Disparity | None) -> tuple[float | None, float | None, float | None]:
    return (None, None, None) if one is None else (one.value, one.low, one.high)


def _verdict(verdict: str) -> str:
    return gettext(VERDICT_WORDS[verdict] if verdict in LOOKS else ALONE.words)  # type: ignore[index]
