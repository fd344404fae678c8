"""The knobs over HTTP, for tests that run in another process: ``/__control/``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from werkzeug.wrappers import Request, Response

from connectors.sandbox.hubspot import deeds
from connectors.sandbox.hubspot.asking import body_object, not_found
from connectors.sandbox.hubspot.control import Control
from connectors.sandbox.hubspot.faults import Fault
from connectors.sandbox.hubspot.kinds import CONTACTS
from connectors.sandbox.hubspot.replies import invalid, reply
from connectors.sandbox.hubspot.world import World

_KNOBS = frozenset(name for name in Control.__slots__ if not name.startswith("_")) - {
    "clock",
    "requested",
    "calls",
}


def show(world: World, request: Request) -> Response:
    """What the stand-in has seen, and how its knobs stand."""
    del request
    control = world.control
    knobs = {name: getattr(control, name) for name in sorted(_KNOBS)}
    return reply({**knobs, "requested": sorted(control.requested), "calls": dict(control.calls)})


def turn(world: World, request: Request) -> Response:
    """Set knobs by name."""
    body = body_object(request)
    unknown = body.keys() - _KNOBS
    if unknown:
        message = f"no such knob: {', '.join(sorted(unknown))}"
        raise invalid(message)
    for name, value in body.items():
        setattr(world.control, name, tuple(value) if isinstance(value, list) else value)
    return show(world, request)


def plan_fault(world: World, request: Request) -> Response:
    """Add a fault."""
    try:
        fault = Fault(**body_object(request))
    except TypeError:
        message = "a fault takes kind, status, times, path, method, skip and retry_after"
        raise invalid(message) from None
    world.control.plan(fault)
    return reply({"planned": True})


def forget_faults(world: World, request: Request) -> Response:
    """Forget every fault."""
    del request
    world.control.mend()
    return reply({"planned": False})


def advance_clock(world: World, request: Request) -> Response:
    """Let time pass."""
    world.clock.advance(float(body_object(request).get("seconds", 0)))
    return reply({"now": world.clock.now()})


def act(world: World, request: Request, name: str) -> Response:
    """Things that happen in a portal: ``uninstall``, ``expire-tokens``, ``archive``."""
    body: Mapping[str, Any] = body_object(request)
    if name == "uninstall":
        world.accounts.uninstall()
    elif name == "expire-tokens":
        world.accounts.expire_access()
    elif name == "archive" and (number := world.contacts.find(str(body.get("id")))) is not None:
        deeds.archive(world, CONTACTS, number)
    else:
        raise not_found()
    return reply({"done": name})
