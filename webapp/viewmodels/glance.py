"""An audit at a glance: its verdict in a few words, and one gap over the audits before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from audit.finding.words import quoted
from audit.history import Overview, Point
from webapp.charts import Drawing
from webapp.charts.trend import Seen, trend
from webapp.evidence.gaps import signed
from webapp.evidence.sheet import ranged
from webapp.evidence.source import gap_kind, joined
from webapp.store.evidence import KeptAudit
from webapp.viewmodels.words import counted, metric_label

EARLIER = 12
"""Audits that a trend goes back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """The verdict of the newest audit: the badge's kind, its words, and a sentence."""

    kind: str
    words: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """One gap over the audits: what it is, the picture, and the same as lines; or why there is none."""

    title: str
    drawing: Drawing | None
    lines: tuple[str, ...]
    lacking: str = ""


def glance(overview: Overview) -> Glance:
    """The verdict in words. Nothing found is only good news where something was compared."""
    failing = [one for one in overview.findings if one.verdict == "fail"]
    judged = overview.passed + overview.failed
    compared = (
        f"{overview.passed:,} comparisons within tolerance, {overview.failed:,} outside, {overview.unsure:,} "
        "without enough data."
    )
    if failing:
        words = counted(len(failing), "finding", "findings")
        return Glance(kind="failed", words=f"Unequal: {words}", sentence=compared)
    if not overview.passed + overview.failed + overview.unsure:
        return Glance(kind="insufficient", words="Nothing compared", sentence="There was no second group.")
    if not judged:
        return Glance(kind="insufficient", words="Not enough data", sentence=compared)
    return Glance(kind="pass", words="Nothing outside tolerance", sentence=compared)


def trend_of(audits: Sequence[KeptAudit]) -> Trend:
    """The gap that leads the newest audit, over the audits up to it. ``audits`` are newest first."""
    newest = audits[0].overview
    like = None if newest is None else _leading(newest)
    if like is None:
        return Trend(title="Trend", drawing=None, lines=(), lacking="This audit compared no groups.")
    sides = (quoted(joined(names)) for names in (like.group, like.reference))
    title = f"{metric_label(like.metric)}: gap of {' to '.join(sides)}"
    seen = [(one, one.overview.point(like) if one.overview else None) for one in reversed(audits)]
    if sum(point is not None for _, point in seen) < 2:
        why = "There is one audit with this gap so far; from the next one on a picture shows how it moves."
        return Trend(title=title, drawing=None, lines=(), lacking=why)
    kind = gap_kind(like.metric, like.kind)
    lines = tuple(f"{_day(one)}: {ranged(point, kind) if point else 'not compared'}" for one, point in seen)
    points = [_seen(one, point) for one, point in seen]
    share, none = kind == "points", 1.0 if like.kind == "ratio" else 0.0
    drawing = trend(
        points,
        lambda value: f"{value:g}" if like.kind == "ratio" else signed(value * 100 if share else value),
        none,
        (title, "; ".join(lines)),
    )
    return Trend(title=title, drawing=drawing, lines=tuple(reversed(lines)))


def _leading(overview: Overview) -> Point | None:
    """The gap of the worst finding that has one; else the largest one that was measured."""
    failing = [one for one in overview.findings if one.verdict == "fail"]
    for finding in failing:
        for point in overview.points:
            same = (point.attribute, point.group, point.metric)
            if same == (finding.attribute, finding.group, finding.metric):
                return point
    return max(
        (point for point in overview.points if point.metric == overview.points[0].metric),
        key=lambda point: abs(point.value),
        default=None,
    )


def _day(one: KeptAudit) -> str:
    return f"{one.made_at.day} {one.made_at:%b %Y}"


def _seen(one: KeptAudit, point: Point | None) -> Seen:
    if point is None:
        return Seen(day=_day(one))
    return Seen(day=_day(one), value=point.value, low=point.low, high=point.high)
