"""What the registry says of a metric."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "count",
    "rate",
    "composite",
    "cells",
    "mean",
    "quantile",
    "score_rate",
    "auc",
    "ranking",
    "promise",
    "calibration",
    "band",
    "conditional",
    "distance",
    "span",
    "option",
    "queue",
    "exposure",
    "cross",
    "relative",
    "roc",
    "recalibration",
    "tenth",
    "together",
    "labels",
    "treatment",
    "equal_score",
]
Family = Literal["confirmatory", "exploratory"]
Chapter = Literal[
    "composition",
    "decisions",
    "errors",
    "agreement",
    "inequality",
    "score",
    "calibration",
    "across",
    "queue",
    "together",
    "treatment",
]
Range = Literal["share", "gap", "positive", "line"]
"""Where values lie: 0 to 1, -1 to 1, 0 and above, anywhere."""
Margin = Literal["positive", "negative", "selected", "rejected", "false_positive", "false_negative"]

_ABOUT_SCORES = frozenset({"count", "mean", "quantile", "score_rate", "treatment", "equal_score"})
_ON_ALL_LEADS = (("leads",), ("decided",), ("work_known",), ("all_leads",), ("all_selected",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric of a group of leads.

    ``numerator`` and ``denominator`` name the counts (`audit.metrics.confusion.Counts`) whose sums make a
    rate. ``needs`` names the margins of decision by outcome without which a function of the four cells has
    no value. ``range`` says where its values lie, and so the scale on which its interval grows where leads
    come in accounts. ``empty`` says in plain words why a group has no value. ``sign`` says what a positive
    difference, group minus reference, means. ``aliases`` are (library, name). ``complement_of`` names the
    metric that is one minus this one: both state the same hypothesis. ``family`` is the family of
    comparisons (`audit.disparity`) that it belongs to, None when it is not compared: a count, a number
    without a tolerance in common (odds, a ratio of counts), and what moves with the base rate alone have
    intervals and no verdict. ``chapter`` is where people find it. Metrics that are not ``crossed`` are left
    out for crossings of attributes, whose groups are too small for them. ``ratio_only`` metrics have no
    tolerance for a difference, so their ratio alone is compared.
    """

    id: str
    kind: Kind
    range: Range = "share"
    chapter: Chapter
    definition: str
    sign: str
    source: str
    aliases: tuple[tuple[str, str], ...] = ()
    numerator: tuple[str, ...] = ()
    denominator: tuple[str, ...] = ()
    empty: str = ""
    complement_of: str | None = None
    family: Family | None = "confirmatory"
    needs: tuple[Margin, ...] = ()
    crossed: bool = True
    ratio_only: bool = False

    @property
    def on_outcomes(self) -> bool:
        """Whether it looks only at leads with a known outcome (and worked, where that is known)."""
        return self.kind not in _ABOUT_SCORES and self.denominator not in _ON_ALL_LEADS

    @property
    def has_ratio(self) -> bool:
        """Whether groups are also compared by ratio: rates of an event, not of agreement."""
        return self.kind in {"rate", "score_rate", "option"} and self.id not in {"accuracy", "error_rate"}
