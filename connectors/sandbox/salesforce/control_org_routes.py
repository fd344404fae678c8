"""What a test in another process lets happen in the org. Not a Salesforce resource."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from connectors.sandbox.salesforce import org_deeds
from connectors.sandbox.salesforce.canvas_variants import signed_variant
from connectors.sandbox.salesforce.control_routes import control_blueprint, json_object
from connectors.sandbox.salesforce.new_org import add, load
from connectors.sandbox.salesforce.org import Org
from connectors.sandbox.salesforce.setup_records import classify
from connectors.sandbox.salesforce.state import state
from connectors.sandbox.salesforce.users import User

routes: Blueprint = control_blueprint("control_org")
OK = {"ok": True}


@routes.get("/records/<name>")
def records(name: str) -> Response:
    """Every record of an object as it stands, deleted ones too; system fields and all."""
    return jsonify(list(_org().records[name].values()))


@routes.post("/records/<name>")
def insert(name: str) -> Response:
    """Make a record as it stands: ``{field: value}``, system fields too; ``late`` seconds hides a lead."""
    values = json_object()
    late = values.pop("late", 0)
    if late:
        return jsonify(id=org_deeds.add_late(_org(), values, float(late)))
    return jsonify(id=load(_org(), values) if name == "Lead" else add(_org(), name, values))


@routes.patch("/records/Lead/<record_id>")
def change(record_id: str) -> Response:
    """Somebody changes a lead: ``{field: value}``; with ``late`` seconds others see it only then."""
    values = json_object()
    late = values.pop("late", 0)
    if late:
        org_deeds.change_late(_org(), record_id, values, float(late))
    else:
        org_deeds.change(_org(), record_id, values)
    return jsonify(OK)


@routes.post("/records/<name>/<record_id>/delete")
def delete(name: str, record_id: str) -> Response:
    """Somebody deletes a record."""
    org_deeds.delete(_org(), name, record_id)
    return jsonify(OK)


@routes.post("/records/<name>/<record_id>/undelete")
def undelete(name: str, record_id: str) -> Response:
    """Somebody takes a record out of the recycle bin."""
    org_deeds.undelete(_org(), name, record_id)
    return jsonify(OK)


@routes.post("/bin/empty")
def empty_bin() -> Response:
    """Somebody empties the recycle bin."""
    _org().empty_bin()
    return jsonify(OK)


@routes.get("/canvas/<record_id>")
def canvas(record_id: str) -> Response:
    """A signed request for a lead, ``?variant=`` one of those of ``canvas_variants``."""
    signed = signed_variant(state(), record_id, request.args.get("variant", "good"))
    return jsonify(signed_request=signed, panel_url=state().panel_url)


@routes.post("/merge")
def merge() -> Response:
    """Merge leads: ``{"master", "losers": [ids]}``."""
    asked = json_object()
    org_deeds.merge(_org(), str(asked["master"]), [str(one) for one in asked["losers"]])
    return jsonify(OK)


@routes.post("/convert/<record_id>")
def convert(record_id: str) -> Response:
    """Convert a lead: ``{"stage", "opportunity"}``, each optional."""
    asked = json_object()
    made = org_deeds.convert(
        _org(), record_id, asked.get("stage", "Prospecting"), opportunity=asked.get("opportunity", True)
    )
    return jsonify(opportunity=made)


@routes.post("/opportunities/<record_id>")
def move(record_id: str) -> Response:
    """Move a deal: ``{"stage"}``."""
    org_deeds.move_opportunity(_org(), record_id, str(json_object()["stage"]))
    return jsonify(OK)


@routes.post("/scores/<record_id>")
def score(record_id: str) -> Response:
    """Einstein scores a lead: ``{"score"}``."""
    return jsonify(id=org_deeds.score(_org(), record_id, int(json_object()["score"])))


@routes.post("/classification/<name>")
def classified(name: str) -> Response:
    """An admin classifies a Lead field: ``{"security", "compliance"}``."""
    asked = json_object()
    classify(_org(), name, asked.get("security"), asked.get("compliance"))
    return jsonify(OK)


@routes.post("/validation")
def validation() -> Response:
    """A validation rule: ``{"field", "values", "message"}`` refuses these values; no field ends it."""
    asked = json_object()
    name, values = asked.get("field"), asked.get("values") or []
    message = str(asked.get("message", "No!"))
    _org().switches.validation = (lambda row: message if row.get(name) in values else None) if name else None
    return jsonify(OK)


@routes.post("/switches")
def switches() -> Response:
    """Set ``{"refuse_converted", "assignment_owner", "tracked", "replication_lag", ...}``."""
    here = _org().switches
    for name, value in json_object().items():
        if name not in SWITCHES:
            msg = f"unknown switch {name!r}; there are: {', '.join(SWITCHES)}"
            raise ValueError(msg)
        setattr(here, name, set(value) if name == "tracked" else value)
    return jsonify(OK)


@routes.delete("/objects/<name>")
def remove(name: str) -> Response:
    """An object goes, as where the org has no licence for it."""
    _org().objects.pop(name)
    return jsonify(OK)


@routes.post("/users/<username>")
def user(username: str) -> Response:
    """What a user may: ``active``, and the lists of ``USER_SETS``, each of which replaces what was there."""
    found = _user(username)
    for name, value in json_object().items():
        if name == "active":
            found.active = bool(value)
        elif name in USER_SETS:
            folded = [one.lower() if name.endswith(("fields", "objects")) else one for one in value]
            setattr(found, name, set(folded))
        else:
            msg = f"unknown setting {name!r}; there are: active, {', '.join(USER_SETS)}"
            raise ValueError(msg)
    return jsonify(OK)


SWITCHES = (
    *("refuse_converted", "assignment_owner", "tracked"),
    *("replication_lag", "replication_ids", "recycle_days"),
)
USER_SETS = ("hidden_fields", "readonly_fields", "hidden_records", "hidden_objects", "permissions")


def _org() -> Org:
    return state().org


def _user(username: str) -> User:
    """A user by name, with or without the domain. Raises KeyError."""
    return {one.username.partition("@")[0]: one for one in _org().users}[username.partition("@")[0]]
