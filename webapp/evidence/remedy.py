"""What would change a finding: more leads, another tolerance, another threshold, outcomes nobody has seen."""

from __future__ import annotations

from collections.abc import Iterator

from audit.disparity import Disparity
from audit.finding import Finding
from audit.thresholds import MEASURED, OUTSIDE, reads, series
from webapp.evidence.sheet import in_words, ranged
from webapp.evidence.source import Source, gap_kind, joined
from webapp.language import decimal, gettext, marked, ngettext, pointed, shortest
from webapp.viewmodels.words import NBSP, metric_inside

NO_OUTCOME = marked(
    "Leads nobody sees: %(n)s without a usable outcome could put this gap anywhere from %(low)s to %(high)s."
)
NO_GROUP = marked(
    "Leads nobody sees: %(n)s whose group is not known could put this gap anywhere from %(low)s to %(high)s."
)


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
        yield gettext(
            "This finding rests on no single comparison; the figures below are all of its evidence."
        )
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
        yield ngettext(
            "More leads: %(group)s comes nearest, with %(n)s\N{NO-BREAK SPACE}lead needed and %(there)s "
            "there. With that many, four of five audits would reach a verdict, were the rates to stay as "
            "they are.",
            "More leads: %(group)s comes nearest, with %(n)s\N{NO-BREAK SPACE}leads needed and %(there)s "
            "there. With that many, four of five audits would reach a verdict, were the rates to stay as "
            "they are.",
            least.n_needed or 0,
            group=joined(least.group),
            there=decimal(least.n),
        )
    elif any(one.verdict == "insufficient" for one in gaps):
        yield gettext(
            "No number of further leads in these groups is enough: their reference group is too small."
        )


def _one(source: Source, one: Disparity) -> Iterator[str]:
    told = ranged(one, gap_kind(one.metric, one.kind))
    ratio = one.kind == "ratio"
    said = gettext("Ratio: %(told)s.", told=told) if ratio else gettext("Difference: %(told)s.", told=told)
    if one.verdict == "insufficient":
        yield f"{said} {_needed(one)}"
        return
    edge = _edge(one)
    if one.value is not None and edge is not None:
        yield f"{said} {_beyond(source, one, edge)}"


def _needed(one: Disparity) -> str:
    if one.n_needed is None:
        return gettext("No number of leads of this group alone brings a verdict.")
    return ngettext(
        "A verdict needs about %(n)s\N{NO-BREAK SPACE}lead of this group.",
        "A verdict needs about %(n)s\N{NO-BREAK SPACE}leads of this group.",
        one.n_needed,
    )


def _beyond(source: Source, one: Disparity, edge: float) -> str:
    """From which tolerance on the verdict would no longer hold."""
    asked, unit = source.report.settings, gap_kind(one.metric, one.kind)
    if one.kind == "ratio":
        return gettext(
            "The tolerance is %(low)s to %(high)s times. The verdict would no longer hold once the tolerance "
            "reached %(edge)s times.",
            low=shortest(asked.tolerance_ratio),
            high=shortest(1 / asked.tolerance_ratio, ".3g"),
            edge=pointed(f"{edge:.2f}"),
        )
    return gettext(
        "The tolerance is %(here)s either way. The verdict would no longer hold once the tolerance reached "
        "%(edge)s.",
        here=in_words(asked.tolerated(one.metric), unit).removeprefix("+"),
        edge=in_words(abs(edge), unit).removeprefix("+"),
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
    yield _reach(outside, len(found), metric_inside(finding.metric))


def _reach(outside: list[float], all_of: int, name: str) -> str:
    """At how many thresholds a gap lies outside the tolerance, and between which."""
    if not outside:
        return gettext(
            "Threshold: at none of %(all)s thresholds is the whole range of this gap (%(metric)s) outside.",
            all=decimal(all_of),
            metric=name,
        )
    reach = gettext(
        "Threshold: at %(n)s of %(all)s thresholds, between %(first)s and %(last)s, the whole range of this "
        "gap (%(metric)s) lies outside the tolerance.",
        n=decimal(len(outside)),
        all=decimal(all_of),
        first=shortest(outside[0]),
        last=shortest(outside[-1]),
        metric=name,
    )
    little = marked("Where the threshold stands matters little.")
    much = marked("Where the threshold stands matters much.")
    return f"{reach} {gettext(little if len(outside) > all_of / 2 else much)}"


def _unseen(source: Source, finding: Finding) -> Iterator[str]:
    """What leads that the audit cannot see could make of it."""
    for one in source.report.bounds:
        same = (one.attribute, one.group, one.metric) == (finding.attribute, finding.group, finding.metric)
        if same and one.reference is not None and one.method == "worst_case" and one.lower is not None:
            unit = gap_kind(one.metric)
            why = NO_OUTCOME if one.cause == "selective_labels" else NO_GROUP
            told = gettext(why) % {
                "n": decimal(one.missing),
                "low": in_words(one.lower, unit),
                "high": in_words(one.upper, unit),
            }
            yield told.replace(f"{NBSP}{NBSP}", NBSP)
