"""Counts between thresholds as compact JSON: for the store, and for the page's own reckoning."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from audit.arrays import FloatArray, IntArray
from audit.thresholds.model import GroupCounts, Stretch, ThresholdCounts

_DIGITS = 7
_TABLES = ("leads", "positives", "negatives", "funnel")


def counts_text(counts: ThresholdCounts) -> str:
    """The counts as JSON, without a space; the same counts give the same text."""
    record = {
        "thresholds": list(counts.thresholds),
        "own": counts.own,
        "higher_is_better": counts.higher_is_better,
        "confidence": counts.confidence,
        "outcomes": counts.outcomes,
        "groups": [group_record(one) for one in counts.groups],
    }
    return json.dumps(record, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def group_record(one: GroupCounts) -> dict[str, Any]:
    """The counts of one attribute as plain values."""
    return {
        "attribute": one.attribute,
        "groups": list(one.groups),
        "reference": one.reference,
        "special_category": one.special_category,
        **{name: getattr(one, name).tolist() for name in _TABLES},
        "stretched": [
            {"metric": each.metric, "alone": _short(each.alone), "apart": _short(each.apart)}
            for each in one.stretched
        ],
        "steady": None if one.steady is None else list(one.steady),
    }


def read_counts(text: str) -> ThresholdCounts:
    """Counts from their text. ValueError or KeyError where it is none."""
    record = json.loads(text)
    return ThresholdCounts(
        thresholds=tuple(record["thresholds"]),
        own=record["own"],
        higher_is_better=record["higher_is_better"],
        confidence=record["confidence"],
        outcomes=record["outcomes"],
        groups=tuple(_group(one) for one in record["groups"]),
    )


def _group(record: dict[str, Any]) -> GroupCounts:
    rows = len(record["groups"])
    return GroupCounts(
        attribute=record["attribute"],
        groups=tuple(record["groups"]),
        reference=record["reference"],
        special_category=record["special_category"],
        **{name: _table(record[name], rows) for name in _TABLES},
        stretched=tuple(
            Stretch(metric=one["metric"], alone=np.array(one["alone"]), apart=np.array(one["apart"]))
            for one in record["stretched"]
        ),
        steady=None if record["steady"] is None else tuple(record["steady"]),
    )


def _table(rows: list[list[int]], groups: int) -> IntArray:
    return np.array(rows, dtype=np.int64).reshape(groups, -1)


def _short(times: FloatArray) -> list[list[float]]:
    """Seven digits are more than the jackknife knows; a stretch is finite, and at least 1."""
    return [[float(f"{one:.{_DIGITS}g}") for one in row] for row in times.tolist()]
