"""What a test in another process turns: faults, time and visibility. Not a Salesforce resource."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, jsonify, request

from connectors.sandbox.salesforce.faults import Fault
from connectors.sandbox.salesforce.state import state
from connectors.sandbox.salesforce.values import RowError


def control_blueprint(name: str) -> Blueprint:
    """Routes below ``/__control``, where what is not understood answers 400 with the reason."""
    made = Blueprint(name, __name__, url_prefix="/__control")
    for kind in (ValueError, TypeError, KeyError, RowError):
        made.register_error_handler(kind, _wrong)
    return made


def _wrong(error: Exception) -> tuple[Response, int]:
    return jsonify(error=str(error)), 400


routes = control_blueprint("control")


@routes.get("/")
def show() -> Response:
    """What is planned, and what was asked for."""
    here = state()
    return jsonify(
        faults=[f"{fault.kind} at {fault.at}" for fault in here.faults.planned],
        now=here.org.clock.now().isoformat(),
        calls=here.calls,
        daily_calls=here.daily_calls,
        requested=sorted(here.org.requested),
    )


@routes.post("/faults")
def plan() -> Response:
    """Plan a fault: ``{"kind", "at", "times", "path", "method", ...}``."""
    state().faults.plan(Fault(**json_object()))
    return show()


@routes.delete("/faults")
def clear() -> Response:
    """Forget the planned faults."""
    state().faults.clear()
    return show()


@routes.post("/clock")
def advance() -> Response:
    """Let time pass: ``{"seconds"}``."""
    state().org.clock.advance(float(json_object()["seconds"]))
    return show()


@routes.post("/bulk")
def bulk() -> Response:
    """How bulk jobs behave: ``{"delay", "polls", "page", "daily_jobs"}``, each optional."""
    state().jobs.settings = replace(state().jobs.settings, **json_object())
    return show()


@routes.post("/limits")
def limit() -> Response:
    """Set the day's calls, and those of the app: ``{"daily_calls", "app_calls"}``."""
    asked = json_object()
    state().daily_calls = int(asked.get("daily_calls", state().daily_calls))
    state().app_calls = int(asked["app_calls"]) if asked.get("app_calls") is not None else None
    return show()


@routes.delete("/fields/<name>")
def hide(name: str) -> Response:
    """A field disappears for everyone."""
    state().org.hide_field(name)
    return show()


@routes.delete("/records/<record_id>")
def withdraw(record_id: str) -> Response:
    """A lead is no longer shared with the rep."""
    state().org.rep.hidden_records.add(record_id)
    return show()


@routes.post("/locks/<record_id>")
def lock(record_id: str) -> Response:
    """The next ``{"times"}`` writes of a lead find it locked."""
    state().org.switches.locked[record_id] = int(json_object().get("times", 1))
    return show()


def json_object() -> dict[str, Any]:
    """The JSON object in the request; nothing at all is an empty one. Raises TypeError."""
    if not request.get_data():
        return {}
    body = request.get_json(force=True)
    if not isinstance(body, dict):
        msg = "a JSON object is needed"
        raise TypeError(msg)
    return body
