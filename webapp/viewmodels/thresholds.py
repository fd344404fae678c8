"""The groups at one threshold, as the page shows them with and without its script."""

from __future__ import annotations

from dataclasses import dataclass

from audit.thresholds import MEASURED
from webapp.evidence.source import Source
from webapp.evidence.thresholds import AtThreshold, at_threshold, available, lacking, place_of
from webapp.language import decimal, gettext, shortest
from webapp.viewmodels.groups import range_said
from webapp.viewmodels.picture import Picture, Scale
from webapp.viewmodels.words import amount, between, gap, low_to_high, metric_label

WHOLE = Scale(low=0.0, high=1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdRow:
    """One group at the threshold, in words. ``verdict`` is the look of its picture."""

    group: str
    is_reference: bool
    n: str
    value: str
    interval: str
    gap: str
    gap_interval: str
    reads: str
    picture: Picture | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """The threshold in force or asked for, and every group at it; ``lacking`` says why there is none."""

    place: int
    step: int
    last: int
    threshold: str
    own: str
    side: str
    metric: str
    metrics: tuple[tuple[str, str], ...]
    rows: tuple[ThresholdRow, ...]
    lacking: str = ""


def sensitivity(source: Source, place: int, metric: str, step: int | None) -> Sensitivity | None:
    """The groups of the attribute in this place; None where there is no such attribute."""
    if not 1 <= place <= len(source.attributes):
        return None
    attribute, known = source.attributes[place - 1], available(source)
    metric = metric if metric in known else MEASURED[0]
    why, counts = lacking(source, attribute), source.counts
    if counts is None or why:
        return _none(place, metric, why)
    last = len(counts.thresholds) - 1
    step = place_of(counts, None) if step is None else min(max(step, 0), last)
    return Sensitivity(
        place=place,
        step=step,
        last=last,
        threshold=shortest(counts.thresholds[step]),
        own="" if counts.own is None else shortest(counts.own),
        side=gettext("at least") if counts.higher_is_better else gettext("at most"),
        metric=metric,
        metrics=tuple((one, metric_label(one)) for one in known),
        rows=tuple(_row(one) for one in at_threshold(source, attribute, metric, step)),
    )


def _none(place: int, metric: str, why: str) -> Sensitivity:
    return Sensitivity(
        place=place,
        step=0,
        last=0,
        threshold="",
        own="",
        side="",
        metric=metric,
        metrics=(),
        rows=(),
        lacking=why,
    )


def _row(one: AtThreshold) -> ThresholdRow:
    known = one.value is not None
    return ThresholdRow(
        group=one.group,
        is_reference=one.is_reference,
        n=decimal(one.n),
        value=amount(one.value, share=True) if one.value is not None else gettext("no value"),
        interval=between(one.low, one.high, share=True),
        gap=gap(one.gap, share=True) if one.gap is not None else "",
        gap_interval=_ends(one),
        reads=one.reads,
        picture=_picture(one) if known else None,
    )


def _ends(one: AtThreshold) -> str:
    if one.gap_low is None or one.gap_high is None:
        return ""
    return low_to_high(gap(one.gap_low, share=True), gap(one.gap_high, share=True))


def _picture(one: AtThreshold) -> Picture | None:
    if one.value is None or one.low is None or one.high is None:
        return None
    interval = between(one.low, one.high, share=True)
    return Picture(
        low=WHOLE.x(one.low),
        high=WHOLE.x(one.high),
        dot=WHOLE.x(one.value),
        goal=None,
        text=range_said(amount(one.value, share=True), interval),
    )
