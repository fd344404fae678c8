"""How a figure was computed, in words: the metric's definition and source, and the methods behind it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from audit.disparity.multiplicity import CONFIRMATORY
from audit.registry import METRICS, Metric, metric
from audit.registry.model import Kind
from audit.report.model import Report
from webapp.language import current, english, gettext, marked
from webapp.translations.metrics import explanation
from webapp.viewmodels.words import amount

Facts = tuple[tuple[str, str], ...]
_DELTA = marked(
    "the delta method over the four cells of decision and outcome (Agresti 2013), with Student's quantile"
)
INTERVALS: Mapping[Kind, str] = MappingProxyType(
    {
        "count": marked("counted, not estimated"),
        "rate": "Wilson (1927)",
        "score_rate": "Wilson (1927)",
        "option": "Wilson (1927)",
        "band": "Wilson (1927)",
        "tenth": "Wilson (1927)",
        "treatment": marked("as the metric's source says"),
        "composite": marked("combined from the Wilson intervals of its parts (MOVER, Zou and Donner 2008)"),
        "cells": _DELTA,
        "mean": marked("Student's t"),
        "quantile": marked("order statistics, without an assumption on the shape of the scores"),
        "auc": marked("DeLong (1988) on the logit scale"),
        "calibration": marked("bootstrap of the cells, 1,000 draws (200 with more than 100 groups)"),
        "promise": marked("Student's t on the logit scale"),
    }
)
"""By kind of metric; other kinds say it in their source."""
_NEWCOMBE = marked("Newcombe (1998), method 10")
DIFFERENCES: Mapping[Kind, str] = MappingProxyType(
    {
        "mean": "Welch (1947)",
        "rate": _NEWCOMBE,
        "score_rate": _NEWCOMBE,
        "option": _NEWCOMBE,
        "band": _NEWCOMBE,
    }
)
OTHER = marked("MOVER (Zou and Donner 2008), from the ranges of both groups")
ELSE = marked("as the source says")
CLUSTERED = marked(
    "leads of one account are not independent: every range and test is that of whole accounts "
    "(delete-a-group jackknife, Kott 2001)"
)
INDEPENDENT = marked("leads were taken as independent: the stream names no account")
OF_SOURCE = marked("by the method of its source")
JOINT: frozenset[Kind] = frozenset(
    {"conditional", "distance", "span", "roc", "cross", "exposure", "equal_score", "queue", "ranking"}
)
"""Kinds that are compared as a whole, by the method of their source."""


def how_computed(report: Report, metric_id: str) -> Facts:
    """Definition, sign, source, n, ranges, test and correction of a metric in this audit."""
    name = metric_id.partition("@")[0]
    if name not in METRICS:
        return _of_audit(report)
    what, said, rows = metric(metric_id), explanation(name, current()), [(gettext("Metric"), metric_id)]
    rows += [
        (gettext("Definition"), f"{_sentence(said.definition)}."),
        (gettext("A positive difference"), said.sign),
        (gettext("Source"), english(what.source)),
        (gettext("Leads behind it (n)"), _leads(what)),
        (gettext("Range of a group's value"), gettext(INTERVALS.get(what.kind, ELSE))),
        (gettext("Range of a difference"), gettext(_difference(what))),
    ]
    if what.has_ratio:
        rows.append((gettext("Range of a ratio"), "Koopman (1984)"))
    rows.append((gettext("Test"), gettext(_test(what))))
    rows.append((gettext("Correction for many comparisons"), _correction(what)))
    return (*rows, *_of_audit(report))


def _of_audit(report: Report) -> Facts:
    clustered = gettext(CLUSTERED if report.regulation.clustered else INDEPENDENT)
    made = gettext(
        "%(seed)s, %(engine)s, version %(version)s",
        seed=report.seed,
        engine=report.engine,
        version=report.version,
    )
    return (
        (gettext("Confidence"), amount(report.settings.confidence, share=True)),
        (gettext("Accounts"), clustered),
        (gettext("Seed and engine"), made),
    )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _leads(what: Metric) -> str:
    if what.on_outcomes:
        return gettext(
            "leads with a known outcome, and only worked ones where the stream says who was worked; of a "
            "rate, its denominator"
        )
    return gettext("the leads of the group that it is counted from; of a rate, its denominator")


def _difference(what: Metric) -> str:
    if what.kind in JOINT:
        return OF_SOURCE
    return DIFFERENCES.get(what.kind, OTHER)


def _test(what: Metric) -> str:
    if what.kind in JOINT:
        return OF_SOURCE
    if what.kind in DIFFERENCES and what.kind != "mean":
        return marked("pooled z; Fisher's exact test where a cell expects fewer than 30 leads")
    return marked("Welch's t")


def _correction(what: Metric) -> str:
    if what.family is None:
        return gettext("not compared, so no verdict")
    search = gettext("Benjamini and Hochberg, with the rest of the error probability")
    if what.family == "exploratory":
        return gettext("%(search)s (an exploratory metric)", search=search)
    return gettext(
        "Holm, with %(share)s\N{NO-BREAK SPACE}%% of the error probability for attributes alone; %(search)s "
        "for attributes together",
        share=f"{CONFIRMATORY * 100:.0f}",
        search=search,
    )
