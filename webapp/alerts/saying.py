"""The sentences of alerts, as text in the language of who reads them."""

from __future__ import annotations

from collections.abc import Mapping

from audit.history import Point
from webapp.alerts.change import Kind, Said, Value
from webapp.evidence.sheet import ranged
from webapp.evidence.source import gap_kind
from webapp.language import decimal, gettext, marked
from webapp.store.alert_rows import State

STATE_WORDS: Mapping[State, str] = {
    "open": marked("Open"),
    "acknowledged": marked("Acknowledged"),
    "assigned": marked("Assigned"),
    "waived": marked("Waived"),
    "closed": marked("Closed"),
}
KIND_WORDS: Mapping[Kind, str] = {
    "finding": marked("Finding"),
    "gap": marked("Watched gap"),
    "drift": marked("Drift"),
    "outcome": marked("Outcome audit"),
    "job": marked("Job"),
    "late": marked("Late pull"),
    "log": marked("Decision log"),
    "grant": marked("Consent of the CRM"),
}
WITHHELD = marked("It is about a special category. Sign in to read it.")


def said(one: Said) -> str:
    """A sentence with its values filled in."""
    if not one.text:
        return ""
    return gettext(one.text, **{name: _filled(value) for name, value in one.values.items()})


def _filled(value: Value) -> str:
    if isinstance(value, Point):
        return ranged(value, gap_kind(value.metric, value.kind))
    if isinstance(value, str):
        return value
    return decimal(value, 0 if isinstance(value, int) else 1)
