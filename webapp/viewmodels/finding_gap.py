"""The gap that a finding is about, as a small picture with the tolerance around no gap."""

from __future__ import annotations

from dataclasses import dataclass

from audit.disparity import Disparity
from audit.finding import Finding
from audit.report.model import Report
from webapp.language import gettext
from webapp.viewmodels.groups import compared_words, group_name, range_said
from webapp.viewmodels.picture import Picture, scale_of
from webapp.viewmodels.words import metric_label, quoted_here


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingGap:
    """One gap in words (``title``, ``value``, ``interval``) and as a picture.

    ``band`` is where the tolerance starts and how wide it is, in the units of the picture.
    """

    title: str
    value: str
    interval: str
    picture: Picture
    band: tuple[float, float]


def finding_gap(finding: Finding, report: Report) -> FindingGap | None:
    """The picture of a finding's own gap; None where it is about no single gap, or has no range."""
    kind = dict(finding.evidence).get("kind")
    for one in report.disparities:
        same = (one.attribute, one.group, one.metric) == (finding.attribute, finding.group, finding.metric)
        if same and one.kind == kind:
            return _drawn(one, _tolerated(one, report))
    return None


def _tolerated(one: Disparity, report: Report) -> tuple[float, float, float]:
    """The tolerance's ends, and no gap between them."""
    asked = report.settings
    if one.kind == "ratio":
        return asked.tolerance_ratio, 1.0, 1 / asked.tolerance_ratio
    tolerance = asked.tolerated(one.metric)
    return -tolerance, 0.0, tolerance


def _drawn(one: Disparity, tolerated: tuple[float, float, float]) -> FindingGap | None:
    if one.value is None or one.low is None or one.high is None:
        return None
    scale = scale_of([one.low, one.value, one.high, *tolerated], share=False)
    low, none, high = (scale.x(value) for value in tolerated)
    words = compared_words(one, small=False)
    return FindingGap(
        title=_title(one),
        value=words.value,
        interval=words.interval,
        picture=Picture(
            low=scale.x(one.low),
            high=scale.x(one.high),
            dot=scale.x(one.value),
            goal=none,
            text=range_said(words.value, words.interval),
        ),
        band=(low, round(high - low, 1)),
    )


def _title(one: Disparity) -> str:
    return gettext(
        "%(metric)s, compared with %(reference)s",
        metric=metric_label(one.metric),
        reference=quoted_here(group_name(one.reference)),
    )
