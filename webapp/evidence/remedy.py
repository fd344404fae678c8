"""What would change a finding: more leads, another tolerance, another threshold, outcomes nobody has seen."""

from __future__ import annotations

from collections.abc import Iterator

from audit.disparity import Disparity
from audit.finding import Finding
from audit.thresholds import MEASURED, OUTSIDE, reads, series
from webapp.evidence.sheet import in_words, ranged
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
    said = f"{one.kind.capitalize()}: {ranged(one, unit)}."
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
    here = in_words(asked.tolerated(one.metric), unit).removeprefix("+")
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
    asked, place = source.report.settings, groups.groups.index(finding.group[0])
    made = series(counts, groups, finding.metric)
    found = reads(made, groups, asked.tolerance_difference, asked.minimum_group)
    outside = [at for at, row in zip(counts.thresholds, found, strict=True) if row[place] == OUTSIDE]
    yield _reach(outside, len(found), metric_label(finding.metric).lower())


def _reach(outside: list[float], all_of: int, name: str) -> str:
    """At how many thresholds a gap lies outside the tolerance, and between which."""
    if not outside:
        return f"Threshold: at none of {all_of:,} thresholds is the whole range of this gap ({name}) outside."
    matters = "little" if len(outside) > all_of / 2 else "much"
    return (
        f"Threshold: at {len(outside):,} of {all_of:,} thresholds, between {outside[0]:g} and "
        f"{outside[-1]:g}, the whole range of this gap ({name}) lies outside the tolerance. Where the "
        f"threshold stands matters {matters}."
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
