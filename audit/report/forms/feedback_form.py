"""The feedback loop as JSON, and back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from audit.estimate import Estimate
from audit.rows.feedback import Channel, Effect, Experiment, Feedback, ScoreBand

Record = dict[str, Any]
_EFFECTS = ("trend", "contact_jump", "conversion_jump", "contact_effect")
_OF_RATE = ("value", "low", "high", "n", "undefined")
_OF_CHANNEL = ("contact_gap", "gap", "gap_at_equal_contact", "through_contact")


def feedback_record(found: Feedback | None) -> Record | None:
    """The block ``feedback`` of audit.json; null where there is no score, outcome or contact."""
    if found is None:
        return None
    rates = ("contact", "conversion")
    bands = [{**asdict(one), **{name: _rate(getattr(one, name)) for name in rates}} for one in found.bands]
    return {**asdict(found), "bands": bands}


def _rate(estimate: Estimate) -> Record:
    return {name: getattr(estimate, name) for name in _OF_RATE}


def read_feedback(record: Record | None) -> Feedback | None:
    """The value that `feedback_record` wrote."""
    if record is None:
        return None
    plan = record["experiment"]
    made = {
        **{name: Effect(**record[name]) for name in _EFFECTS},
        "bands": tuple(_band(one) for one in record["bands"]),
        "channels": tuple(_channel(one) for one in record["channels"]),
        "experiment": None if plan is None else Experiment(**plan),
    }
    return Feedback(**{**record, **made})


def _band(record: Record) -> ScoreBand:
    rates = {name: Estimate(**record[name]) for name in ("contact", "conversion")}
    return ScoreBand(**{**record, **rates})


def _channel(record: Record) -> Channel:
    return Channel(**{**record, **{name: Effect(**record[name]) for name in _OF_CHANNEL}})
