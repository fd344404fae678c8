"""An audit at a glance: its verdict in a few words, and one gap over the audits before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from audit.history import Overview, Point
from webapp.charts import Drawing
from webapp.charts.trend import Seen, trend
from webapp.evidence.gaps import signed
from webapp.evidence.sheet import ranged
from webapp.evidence.source import gap_kind, joined
from webapp.language import day, decimal, gettext, ngettext
from webapp.store.evidence import KeptAudit
from webapp.viewmodels.words import metric_label, quoted_here, tick

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
    compared = gettext(
        "%(passed)s comparisons within tolerance, %(failed)s outside, %(unsure)s without enough data.",
        passed=decimal(overview.passed),
        failed=decimal(overview.failed),
        unsure=decimal(overview.unsure),
    )
    if failing:
        words = ngettext(
            "Unequal: %(n)s\N{NO-BREAK SPACE}finding",
            "Unequal: %(n)s\N{NO-BREAK SPACE}findings",
            len(failing),
        )
        return Glance(kind="failed", words=words, sentence=compared)
    if not overview.passed + overview.failed + overview.unsure:
        none = gettext("There was no second group.")
        return Glance(kind="insufficient", words=gettext("Nothing compared"), sentence=none)
    if not judged:
        return Glance(kind="insufficient", words=gettext("Not enough data"), sentence=compared)
    return Glance(kind="pass", words=gettext("Nothing outside tolerance"), sentence=compared)


def trend_of(audits: Sequence[KeptAudit]) -> Trend:
    """The gap that leads the newest audit, over the audits up to it. ``audits`` are newest first."""
    newest = audits[0].overview
    like = None if newest is None else _leading(newest)
    if like is None:
        why = gettext("This audit compared no groups.")
        return Trend(title=gettext("Trend"), drawing=None, lines=(), lacking=why)
    title = _title(like)
    seen = [(one, one.overview.point(like) if one.overview else None) for one in reversed(audits)]
    if sum(point is not None for _, point in seen) < 2:
        why = gettext(
            "There is one audit with this gap so far; from the next one on a picture shows how it moves."
        )
        return Trend(title=title, drawing=None, lines=(), lacking=why)
    kind = gap_kind(like.metric, like.kind)
    none_said = gettext("not compared")
    lines = tuple(f"{day(one.made_at)}: {ranged(point, kind) if point else none_said}" for one, point in seen)
    points = [_seen(one, point) for one, point in seen]
    share, none = kind == "points", 1.0 if like.kind == "ratio" else 0.0
    drawing = trend(
        points,
        lambda value: (
            tick(value, share=False) if like.kind == "ratio" else signed(value * 100 if share else value)
        ),
        none,
        (title, "; ".join(lines)),
    )
    return Trend(title=title, drawing=drawing, lines=tuple(reversed(lines)))


def _title(like: Point) -> str:
    group, reference = (quoted_here(joined(names)) for names in (like.group, like.reference))
    words = {"metric": metric_label(like.metric), "group": group, "reference": reference}
    return gettext("%(metric)s: gap of %(group)s to %(reference)s", **words)


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


def _seen(one: KeptAudit, point: Point | None) -> Seen:
    if point is None:
        return Seen(day=day(one.made_at))
    return Seen(day=day(one.made_at), value=point.value, low=point.low, high=point.high)
