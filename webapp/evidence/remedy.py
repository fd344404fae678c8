"""What would change a finding: more leads, another tolerance, another threshold, outcomes nobody has seen."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from audit.arrays import BoolArray
from audit.disparity import Disparity
from audit.finding import Finding
from audit.finding.reading import reading
from audit.thresholds import MEASURED, ThresholdCounts, series
from webapp.evidence.sheet import in_words
from webapp.evidence.source import Source, gap_kind, joined
from webapp.viewmodels.words import NBSP, counted, metric_label


def what_would_change(source: Source, finding: Finding) -> tuple[str, ...]:
    """Sentences; the first are about the finding's own comparison."""
    return (*_own(source, finding), *_threshold(source, finding), *_unseen(source, finding))


def _own(source: Source, finding: Finding) -> Iterator[str]:
    gaps = [
        one
        for one in source.compared.get((finding.attribute, finding.metric), ())
        if one.group == finding.group or not finding.group
    ]
    if not gaps:
        yield "This finding rests on no single comparison; the figures below are all of its evidence."
        return
    if not finding.group:
        yield from _summary(gaps)
        return
    for one in gaps:
        yield from _one(source, one)


def _summary(gaps: list[Disparity]) -> Iterator[str]:
    """For a finding on all groups of an attribute."""
    needed = [one for one in gaps if one.n_needed]
    if needed:
        least = min(needed, key=lambda one: one.n_needed or 0)
        wanted = counted(least.n_needed or 0, "lead", "leads")
        yield (
            f"More leads: {joined(least.group)} comes nearest, with {wanted} needed and {least.n:,} there. "
            "With that many, four of five audits would reach a verdict, were the rates to stay as they are."
        )
    elif any(one.verdict == "insufficient" for one in gaps):
        yield "No number of further leads in these groups is enough: their reference group is too small."


def _one(source: Source, one: Disparity) -> Iterator[str]:
    asked, unit = source.report.settings, gap_kind(one.metric, one.kind)
    said = (
        f"{one.kind.capitalize()}: {in_words(one.value, unit)} ({in_words(one.low, unit)} to "
        f"{in_words(one.high, unit)}), n {one.n:,}."
    )
    if one.verdict == "insufficient":
        if one.n_needed is None:
            yield f"{said} No number of leads of this group alone brings a verdict."
        else:
            yield f"{said} A verdict needs about {counted(one.n_needed, 'lead', 'leads')} of this group."
        return
    edge = _edge(one)
    if one.value is None or edge is None:
        return
    if one.kind == "ratio":
        yield (
            f"{said} The tolerance is {asked.tolerance_ratio:g} to {1 / asked.tolerance_ratio:.3g} times. "
            f"The verdict would no longer hold once the tolerance reached {edge:.2f} times."
        )
        return
    scale = asked.score_range
    width = (
        1.0
        if unit == "points" or reading(one.metric).unit == "index" or scale is None
        else scale[1] - scale[0]
    )
    here = in_words(asked.tolerance_difference * width, unit).removeprefix("+")
    yield (
        f"{said} The tolerance is {here} either way. The verdict would no longer hold once the tolerance "
        f"reached {in_words(abs(edge), unit).removeprefix('+')}."
    )


def _edge(one: Disparity) -> float | None:
    """The end of the interval that decides: the near one of a fail, the far one of a pass."""
    if one.low is None or one.high is None:
        return None
    equal = 1.0 if one.kind == "ratio" else 0.0
    near, far = sorted((one.low, one.high), key=lambda end: abs(end - equal))
    return near if one.verdict == "fail" else far


def _threshold(source: Source, finding: Finding) -> Iterator[str]:
    """Over which thresholds the same gap would be outside the tolerance, read from the ranges alone."""
    counts = source.counts
    alone = len(finding.attribute) == 1 and finding.metric in MEASURED and finding.group
    groups = counts.of(finding.attribute[0]) if counts is not None and alone else None
    if counts is None or groups is None or not counts.thresholds or finding.group[0] not in groups.groups:
        return
    made, place = series(counts, groups, finding.metric), groups.groups.index(finding.group[0])
    tolerance = source.report.settings.tolerance_difference
    with np.errstate(invalid="ignore"):
        outside = (made.gap_low[:, place] > tolerance) | (made.gap_high[:, place] < -tolerance)
    yield _reach(counts, outside, metric_label(finding.metric).lower())


def _reach(counts: ThresholdCounts, outside: BoolArray, name: str) -> str:
    """At how many thresholds a gap lies outside the tolerance, and between which."""
    share, all_of = int(outside.sum()), len(outside)
    if not share:
        return f"Threshold: at none of {all_of:,} thresholds is the whole range of this gap ({name}) outside."
    places = np.flatnonzero(outside)
    first, last = counts.thresholds[int(places[0])], counts.thresholds[int(places[-1])]
    matters = "little" if share > all_of / 2 else "much"
    return (
        f"Threshold: at {share:,} of {all_of:,} thresholds, between {first:g} and {last:g}, the whole range "
        f"of this gap ({name}) lies outside the tolerance. Where the threshold stands matters {matters}."
    )


def _unseen(source: Source, finding: Finding) -> Iterator[str]:
    """What leads that the audit cannot see could make of it."""
    for one in source.report.bounds:
        same = (one.attribute, one.group, one.metric) == (finding.attribute, finding.group, finding.metric)
        if same and one.reference is not None and one.method == "worst_case" and one.lower is not None:
            unit = gap_kind(one.metric)
            why = (
                "without a usable outcome" if one.cause == "selective_labels" else "whose group is not known"
            )
            yield (
                f"Leads nobody sees: {one.missing:,} {why} could put this gap anywhere from "
                f"{in_words(one.lower, unit)} to {in_words(one.upper, unit)}.".replace(f"{NBSP}{NBSP}", NBSP)
            )
