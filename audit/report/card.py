"""The model card of the audited score: data, groups, numbers with ranges, limits (Mitchell et al. 2019).

As Markdown it begins with YAML front matter, so that registries of models can read the numbers.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

from audit.finding.words import plain, quoted
from audit.report.model import Report
from audit.report.packs.told import (
    accuracy_told,
    attributes_of,
    data_told,
    findings_told,
    groups_told,
    logic_told,
    origin,
    overall,
    proxies_told,
    unknown_told,
    verdicts_told,
    warnings_told,
)
from audit.report.paper import Paper, Section, Table, to_html, to_markdown
from audit.report.rounding import rounded
from audit.report.views.view import COLUMNS, sections
from audit.report.views.view import Section as Shown

SCHEMA = "fairlead.card/1"
NOT_ASKED = (
    "What the score was made for, by whom, and from which data: only its maker can say. Fairlead saw "
    "scores and "
    "not the model behind them."
)
CLOSE = "This card describes associations in the data of one audit. It is not legal advice."


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A model card: ``front`` for programs, ``paper`` for people."""

    front: tuple[tuple[str, Any], ...]
    paper: Paper


def model_card(report: Report) -> Card:
    """The card of the score that was audited, from the report and nothing else."""
    return Card(front=_front(report), paper=_paper(report))


def card_html(card: Card) -> str:
    """The card as a page of its own."""
    return to_html(card.paper)


def card_markdown(card: Card) -> str:
    """The card as Markdown with YAML front matter; each value is JSON, which is YAML 1.2 too."""
    lines = [f"{name}: {json.dumps(rounded(value))}" for name, value in card.front]
    return "\n".join(["---", *lines, "---", "", to_markdown(card.paper)])


def _front(report: Report) -> tuple[tuple[str, Any], ...]:
    verdicts = Counter(one.verdict for one in report.disparities)
    return (
        ("schema", SCHEMA),
        ("model_name", report.stream),
        ("tags", ["lead-scoring", "fairness-audit"]),
        ("leads", report.kept),
        ("groups", list(attributes_of(report))),
        ("special_categories", list(report.settings.special_categories)),
        ("confidence", report.settings.confidence),
        ("metrics", [_metric(one.metric, one.estimate) for one in overall(report) if one.metric in COLUMNS]),
        ("comparisons", {name: verdicts[name] for name in ("pass", "fail", "insufficient")}),
        ("data_sha256", report.digests.data),
        ("stream_sha256", report.digests.stream),
        ("policy_sha256", report.digests.policy),
        ("seed", report.seed),
        ("audited_with", f"Fairlead {report.version}"),
    )


def _metric(name: str, one: Any) -> dict[str, Any]:  # noqa: ANN401 - an Estimate
    return {"name": name, "value": one.value, "low": one.low, "high": one.high, "n": one.n}


def _paper(report: Report) -> Paper:
    return Paper(
        title=f"Model card of the score {quoted(report.stream)}",
        lead=("A score of sales leads, as an audit from outside saw it.",),
        sections=(
            Section(heading="What the score is", text=(NOT_ASKED,), points=logic_told(report)),
            Section(heading="Data", points=(*data_told(report), *groups_told(report), *unknown_told(report))),
            Section(heading="How good the score is over all leads", points=accuracy_told(report)),
            *(_group_section(one) for one in sections(report)),
            Section(heading="How it treats groups", points=(*verdicts_told(report), *findings_told(report))),
            Section(heading="Fields that stand in for a group", points=proxies_told(report)),
            Section(heading="Limits", text=_limits(report), points=warnings_told(report)),
        ),
        stamp=origin(report),
        close=CLOSE,
    )


def _group_section(shown: Shown) -> Section:
    rows = tuple(
        (plain(row.name), f"{row.n:,}", row.verdict, *(_said(one.value, one.interval) for one in row.cells))
        for row in shown.rows
    )
    special = "Special category of personal data" if shown.special_category else ""
    more = f"{shown.hidden} more in metrics.csv." if shown.hidden else ""
    return Section(
        heading=f"Numbers by {plain(shown.attribute)}",
        mark=special,
        tables=(
            Table(
                caption=f"Each group of {plain(shown.attribute)}, with plausible ranges",
                head=("Group", "Leads", f"Verdict on {shown.metric_label}", *shown.labels),
                rows=rows,
                notes=tuple(one for one in (more, _dashes(shown)) if one),
            ),
        ),
    )


def _dashes(shown: Shown) -> str:
    reasons = dict.fromkeys(one.reason for row in shown.rows for one in row.cells if one.reason)
    return f"A dash means no value: {'; '.join(reasons)}." if reasons else ""


def _said(value: str, interval: str) -> str:
    return f"{value} ({interval})" if interval else value


def _limits(report: Report) -> tuple[str, ...]:
    asked = report.settings
    return (
        f"Ranges are such that {asked.confidence * 100:.3g} % of them hold the true value.",
        f"Groups under {asked.minimum_group:,} leads are not judged; not enough data is a verdict too.",
        "Associations are no proof of a cause.",
    )
