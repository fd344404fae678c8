"""The first lines of a joint audit: who takes part, what was found, what cannot be told."""

from __future__ import annotations

from audit.federation import Joint, Party
from audit.federation.caution import hidden_counts
from audit.federation.model import JointGap
from audit.finding.overview import worst
from audit.finding.words import count, points

MAIN = ("selection_rate", "base_rate", "true_positive_rate", "false_positive_rate", "precision")
"""The rates that the page tells; all are in the JSON."""


def headline(made: Joint) -> str:
    """The worst finding in one sentence, or that there is none."""
    failed = [one for one in made.findings if one.verdict == "fail"]
    leading = worst(failed)
    if leading is not None:
        return leading.headline
    open_gaps = told_open(made)
    tolerance = points(made.stream.audit.tolerance_difference)
    if open_gaps:
        return (
            f"No gap is surely outside the tolerance of {tolerance}, but {open_gaps[0]:,} of "
            f"{open_gaps[1]:,} comparisons cannot be told from these releases."
        )
    return f"No gap is outside the tolerance of {tolerance}."


def told_open(made: Joint) -> tuple[int, int] | None:
    """How many of the comparisons that the page tells have no verdict; None where all have one."""
    shown = shown_gaps(made)
    left = sum(one.verdict == "insufficient" for one in shown)
    return (left, len(shown)) if left else None


def shown_gaps(made: Joint) -> tuple[JointGap, ...]:
    """The comparisons of the main rates: differences, and the ratio of those selected (four fifths)."""
    found = [
        one
        for one in made.gaps
        if one.metric in MAIN and (one.kind == "difference" or one.metric == "selection_rate")
    ]
    order = ("fail", "insufficient", "pass")

    def place(one: JointGap) -> tuple[object, ...]:
        kinds = one.kind == "ratio"
        return len(one.attribute), order.index(one.verdict), one.attribute, one.group, one.metric, kinds

    return tuple(sorted(found, key=place))


def party_words(one: Party) -> str:
    """An organisation in one line: its leads, and how its counts are protected."""
    leads = one.release.groups[0].counts[0]
    told = "leads: hidden" if leads is None else count(max(leads, 0))
    if one.release.noise is not None:
        return f"about {told}, noise in every count (epsilon {one.release.noise.epsilon:g})"
    hidden, counts = hidden_counts(one)
    return f"{told}, {hidden:,} of {counts:,} counts hidden (k = {one.release.k})"
