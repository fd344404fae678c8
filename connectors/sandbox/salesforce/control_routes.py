"""What a test in another process turns: faults, time and visibility. Not a Salesforce resource."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, jsonify, request

from connectors.sandbox.salesforce.faults import Fault
from connectors.sandbox.salesforce.state import state

routes = Blueprint("control", __name__, url_prefix="/__control")


@routes.errorhandler(ValueError)
@routes.errorhandler(TypeError)
@routes.errorhandler(KeyError)
def _wrong(error: Exception) -> tuple[Response, int]:
    return jsonify(error=str(error)), 400


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
    """Plan a fault: ``{"kind", "at", "times", "path", "method", "retry_after"}``."""
    state().faults.plan(Fault(**_json()))
    return show()


@routes.delete("/faults")
def clear() -> Response:
    """Forget the planned faults."""
    state().faults.clear()
    return show()


@routes.post("/clock")
def advance() -> Response:
    """Let time pass: ``{"seconds"}``."""
    state().org.clock.advance(float(_json()["seconds"]))
    return show()


@routes.post("/bulk")
def bulk() -> Response:
    """How bulk jobs behave: ``{"delay", "polls", "page", "daily_jobs"}``, each optional."""
    state().jobs.settings = replace(state().jobs.settings, **_json())
    return show()


@routes.post("/limits")
def limit() -> Response:
    """Set the day's calls: ``{"daily_calls"}``."""
    state().daily_calls = int(_json()["daily_calls"])
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
    state().org.switches.locked[record_id] = int(_json().get("times", 1))
    return show()


def _json() -> dict[str, Any]:
    body = request.get_json(force=True)
    if not isinstance(body, dict):
        msg = "a JSON object is needed"
        raise TypeError(msg)
    return body
