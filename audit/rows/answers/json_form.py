"""What answers tell as JSON, to be kept beside an audit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from audit.estimate import Estimate
from audit.rows.answers.model import Answered, AnswerGap, AnswerRate, Overridden

_RATES = ("overall", "rates")


def answered_record(found: Answered) -> dict[str, Any]:
    """The record of what answers tell: plain values only."""
    return asdict(found)


def read_answered(record: Mapping[str, Any]) -> Answered:
    """What answers tell, from its record. KeyError or TypeError where it is none."""
    made = {
        **{name: tuple(_rate(one) for one in record[name]) for name in _RATES},
        "gaps": tuple(AnswerGap(**one) for one in record["gaps"]),
        "overridden": tuple(_overridden(one) for one in record["overridden"]),
    }
    return Answered(**{**record, **made})


def _rate(record: Mapping[str, Any]) -> AnswerRate:
    return AnswerRate(**{**record, "estimate": Estimate(**record["estimate"])})


def _overridden(record: Mapping[str, Any]) -> Overridden:
    return Overridden(**{**record, "converted": Estimate(**record["converted"])})
