"""How a figure was computed, in words: the metric's definition and source, and the methods behind it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from audit.disparity.multiplicity import CONFIRMATORY
from audit.registry import METRICS, Metric, metric
from audit.registry.model import Kind
from audit.report.model import Report
from webapp.language import current
from webapp.translations.metrics import explanation
from webapp.viewmodels.words import amount

Facts = tuple[tuple[str, str], ...]
_DELTA = (
    "the delta method over the four cells of decision and outcome (Agresti 2013), with Student's quantile"
)
INTERVALS: Mapping[Kind, str] = MappingProxyType(
    {
        "count": "counted, not estimated",
        "rate": "Wilson (1927)",
        "score_rate": "Wilson (1927)",
        "option": "Wilson (1927)",
        "band": "Wilson (1927)",
        "tenth": "Wilson (1927)",
        "treatment": "as the metric's source says",
        "composite": "combined from the Wilson intervals of its parts (MOVER, Zou and Donner 2008)",
        "cells": _DELTA,
        "mean": "Student's t",
        "quantile": "order statistics, without an assumption on the shape of the scores",
        "auc": "DeLong (1988) on the logit scale",
        "calibration": "bootstrap of the cells, 1,000 draws (200 with more than 100 groups)",
        "promise": "Student's t on the logit scale",
    }
)
"""By kind of metric; other kinds say it in their source."""
DIFFERENCES: Mapping[Kind, str] = MappingProxyType(
    {
        "mean": "Welch (1947)",
        "rate": "Newcombe (1998), method 10",
        "score_rate": "Newcombe (1998), method 10",
        "option": "Newcombe (1998), method 10",
        "band": "Newcombe (1998), method 10",
    }
)
OTHER = "MOVER (Zou and Donner 2008), from the ranges of both groups"
JOINT: frozenset[Kind] = frozenset(
    {"conditional", "distance", "span", "roc", "cross", "exposure", "equal_score", "queue", "ranking"}
)
"""Kinds that are compared as a whole, by the method of their source."""


def how_computed(report: Report, metric_id: str) -> Facts:
    """Definition, sign, source, n, ranges, test and correction of a metric in this audit."""
    name = metric_id.partition("@")[0]
    if name not in METRICS:
        return _of_audit(report)
    what, said, rows = metric(metric_id), explanation(name, current()), [("Metric", metric_id)]
    rows += [
        ("Definition", f"{_sentence(said.definition)}."),
        ("A positive difference", said.sign),
        ("Source", what.source),
        ("Leads behind it (n)", _leads(what)),
        ("Range of a group's value", INTERVALS.get(what.kind, "as the source says")),
        ("Range of a difference", _difference(what)),
    ]
    if what.has_ratio:
        rows.append(("Range of a ratio", "Koopman (1984)"))
    rows.append(("Test", _test(what)))
    rows.append(("Correction for many comparisons", _correction(what)))
    return (*rows, *_of_audit(report))


def _of_audit(report: Report) -> Facts:
    clustered = (
        "leads of one account are not independent: every range and test is that of whole accounts "
        "(delete-a-group jackknife, Kott 2001)"
        if report.regulation.clustered
        else "leads were taken as independent: the stream names no account"
    )
    return (
        ("Confidence", amount(report.settings.confidence, share=True)),
        ("Accounts", clustered),
        ("Seed and engine", f"{report.seed}, {report.engine}, version {report.version}"),
    )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _leads(what: Metric) -> str:
    if what.on_outcomes:
        return (
            "leads with a known outcome, and only worked ones where the stream says who was worked; of a "
            "rate, its denominator"
        )
    return "the leads of the group that it is counted from; of a rate, its denominator"


def _difference(what: Metric) -> str:
    if what.kind in JOINT:
        return "by the method of its source"
    return DIFFERENCES.get(what.kind, OTHER)


def _test(what: Metric) -> str:
    if what.kind in JOINT:
        return "by the method of its source"
    if what.kind in DIFFERENCES and what.kind != "mean":
        return "pooled z; Fisher's exact test where a cell expects fewer than 30 leads"
    return "Welch's t"


def _correction(what: Metric) -> str:
    if what.family is None:
        return "not compared, so no verdict"
    holm = f"Holm, with {CONFIRMATORY * 100:.0f}\N{NO-BREAK SPACE}% of the error probability"
    search = "Benjamini and Hochberg, with the rest of the error probability"
    if what.family == "exploratory":
        return f"{search} (an exploratory metric)"
    return f"{holm} for attributes alone; {search} for attributes together"
