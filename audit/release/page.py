"""``release.html``: the release as one public page that needs nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from audit.estimate import Estimate
from audit.finding.reading import reading
from audit.release.figures import disparities, estimates
from audit.release.model import Group, Release
from audit.report.environment import environment
from audit.report.printable import printable

SHOWN = ("selection_rate", "base_rate", "true_positive_rate", "false_positive_rate", "precision")
VERDICTS = {"pass": "within the tolerance", "fail": "outside the tolerance", "insufficient": "not decided"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One group of a table: its name, its leads in words, and each rate in words."""

    name: str
    leads: str
    rates: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The groups of one attribute, or of a crossing."""

    title: str
    heads: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One comparison in words."""

    group: str
    what: str
    value: str
    verdict: str
    words: str


def to_html(release: Release) -> str:
    """The public report: no script, nothing fetched; every name from the data is escaped."""
    page = (
        environment("audit.release")
        .get_template("release.html")
        .render(
            release=release,
            sheets=sheets(release),
            compared=compared(release),
            hidden=hidden_share(release),
        )
    )
    return printable(page)


def sheets(release: Release) -> tuple[Sheet, ...]:
    """One table for all leads, one for each attribute and one for each crossing."""
    found = {(one.attribute, one.group, one.metric): one.estimate for one in estimates(release)}
    metrics = tuple(name for name in SHOWN if any(key[2] == name for key in found))
    heads = tuple(reading(name).label for name in metrics)
    by_attribute: dict[tuple[str, ...], list[Line]] = {}
    for one in release.groups:
        rates = tuple(rate_words(found[one.attribute, one.group, name]) for name in metrics)
        line = Line(name=", ".join(one.group) or "All leads", leads=leads_words(one), rates=rates)
        by_attribute.setdefault(one.attribute, []).append(line)
    return tuple(
        Sheet(title=" and ".join(attribute) or "All leads", heads=heads, lines=tuple(lines))
        for attribute, lines in by_attribute.items()
    )


def compared(release: Release) -> tuple[Compared, ...]:
    """The comparisons with a verdict, those outside the tolerance first."""
    rows = [one for one in disparities(release) if one.kind == "difference" and one.metric in SHOWN]
    rows = [one for one in rows if one.estimate.value is not None]
    rows.sort(key=lambda one: (("fail", "insufficient", "pass").index(one.verdict), one.attribute, one.group))
    return tuple(
        Compared(
            group=f"{', '.join(one.group)} compared with {', '.join(one.reference)}",
            what=reading(one.metric).label,
            value=_points(one.estimate),
            verdict=one.verdict,
            words=VERDICTS[one.verdict],
        )
        for one in rows
    )


def hidden_share(release: Release) -> tuple[int, int]:
    """Hidden counts, and all of them."""
    counts = [count for one in release.groups for count in one.counts]
    return counts.count(None), len(counts)


def leads_words(one: Group) -> str:
    """How many leads, or that this is hidden."""
    return "hidden" if one.counts[0] is None else f"{one.counts[0]:,}"


def rate_words(one: Estimate) -> str:
    """A rate with its interval, or that there is none."""
    if one.value is None or one.low is None or one.high is None:
        return "hidden" if one.undefined and "hidden" in one.undefined else "no figure"
    return f"{one.value:.1%} ({one.low:.1%} to {one.high:.1%})"


def _points(one: Estimate) -> str:
    value, low, high = (100 * (part or 0.0) for part in (one.value, one.low, one.high))
    return f"{value:+.1f} points ({low:+.1f} to {high:+.1f})"
