"""Drift for programs: the frozen values of `audit.drift` by their names, days as text."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

from audit.drift import LIMITS, DriftReport, alarms

RENAMED = {"special": "special_category"}


def drift_record(report: DriftReport) -> dict[str, Any]:
    """The report as JSON values, with its alarms and the limits that decide."""
    record = {name: part for name, part in _plain(report).items() if name != "stream"}
    return {**record, "alarms": alarms(report), "limits": dict(LIMITS)}


def _plain(value: Any) -> Any:  # noqa: ANN401 - walks whatever a report holds
    if is_dataclass(value):
        return {RENAMED.get(one.name, one.name): _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return value.isoformat() if isinstance(value, date) else value
