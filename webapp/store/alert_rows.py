"""The values of alerts that the store hands out, and how sentences are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal, cast, get_args

from audit.finding import Severity
from audit.history import Point
from webapp.alerts.change import Change, Kind, Said, Value
from webapp.store.alert_tables import Alert, AlertStep

State = Literal["open", "acknowledged", "assigned", "waived", "closed"]
STATES: tuple[State, ...] = get_args(State)
LIVE: tuple[State, ...] = ("open", "acknowledged", "assigned")
"""The states of an alert whose cause still holds and that nobody has waived."""
Waiver = Literal["", "asked", "given"]
NAMES = ("attribute", "group", "reference")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The sentences of an alert."""

    what: Said
    sure: Said
    todo: Said
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow:
    """One alert, as `webapp.store.alert_tables.Alert` says of each field."""

    id: str
    connection_id: str
    subject: str
    kind: Kind
    severity: Severity
    special_category: bool
    about: tuple[str, ...]
    told: Told
    page: str
    state: State
    opening: int
    revision: int
    opened_at: datetime
    changed_at: datetime
    closed_at: datetime | None
    closed_by: str
    holder_id: str
    holder: str
    waiver: Waiver
    waived_until: datetime | None
    waived_reason: str
    asked_by_id: str
    asked_by: str
    asked_at: datetime | None
    agreed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """One thing that became of an alert; ``who`` is "" where nobody did it."""

    at: datetime
    who: str
    action: str
    detail: str


def alert_row(row: Alert) -> AlertRow:
    """The value of a row."""
    values = {name: getattr(row, name) for name in AlertRow.__slots__}
    return AlertRow(**{**values, "about": tuple(row.about), "told": _told(row.told)})


def step_row(row: AlertStep) -> StepRow:
    """The value of a row."""
    return StepRow(at=row.at, who=row.who, action=row.action, detail=row.detail)


def told_record(change: Change) -> dict[str, Any]:
    """The sentences of a change as JSON."""
    record: dict[str, Any] = {name: _record(getattr(change, name)) for name in ("what", "sure", "todo")}
    return {**record, "quote": change.quote}


def _record(said: Said) -> dict[str, Any]:
    values = {
        name: {"point": asdict(value)} if isinstance(value, Point) else value
        for name, value in said.values.items()
    }
    return {"text": said.text, "values": values}


def _told(record: Mapping[str, Any]) -> Told:
    sentences = {name: _said(record[name]) for name in ("what", "sure", "todo")}
    return Told(**sentences, quote=record["quote"])


def _said(record: Mapping[str, Any]) -> Said:
    return Said(text=record["text"], values={name: _value(value) for name, value in record["values"].items()})


def _value(value: object) -> Value:
    if not isinstance(value, dict):
        return cast("Value", value)
    point: dict[str, Any] = {
        name: tuple(one) if name in NAMES else one for name, one in value["point"].items()
    }
    return Point(**point)
