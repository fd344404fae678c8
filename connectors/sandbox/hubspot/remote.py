"""The knobs and the portal over HTTP, for tests that run in another process: ``/__control/``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, get_args

from werkzeug.wrappers import Request, Response

from connectors.sandbox.hubspot.asking import body_object, named_kind
from connectors.sandbox.hubspot.control import Control
from connectors.sandbox.hubspot.desk import Desk
from connectors.sandbox.hubspot.events import subscriptions_of
from connectors.sandbox.hubspot.faults import Deed, Fault, Kind
from connectors.sandbox.hubspot.kinds import TIERS
from connectors.sandbox.hubspot.limits import POLICIES
from connectors.sandbox.hubspot.replies import invalid, reply
from connectors.sandbox.hubspot.scoring import ScoringRule
from connectors.sandbox.hubspot.world import World

KNOBS = frozenset(name for name in Control.__slots__ if not name.startswith("_")) - {
    "clock",
    "requested",
    "calls",
}
_ALLOWED: dict[str, tuple[str, ...]] = {"tier": TIERS, "lead_scoring": ("on", "off", "forbidden")}
_BY_DESK = (
    "create", "change", "remember", "archive", "restore", "merge", "erase", "associate", "dissociate",
    "stamp-all", "drop-property",
)  # fmt: skip
_BY_ACCOUNTS = {
    "uninstall": "uninstall",
    "expire-tokens": "expire_access",
    "revoke-tokens": "revoke_all",
    "narrow-scopes": "narrow",
}
_SENDER = frozenset({"target", "duplicates", "order", "batch"})
_APP = frozenset({"required", "conditional", "optional"})


def show(world: World, request: Request) -> Response:
    """What the stand-in has seen, and how its knobs stand."""
    del request
    control = world.control
    knobs = {name: getattr(control, name) for name in sorted(KNOBS)}
    return reply({**knobs, "requested": sorted(control.requested), "calls": dict(control.calls)})


def turn(world: World, request: Request) -> Response:
    """Set knobs by name."""
    body = body_object(request)
    wrong = [name for name, allowed in _ALLOWED.items() if body.get(name, allowed[0]) not in allowed]
    if wrong:
        message = f"{wrong[0]} is one of {', '.join(_ALLOWED[wrong[0]])}"
        raise invalid(message)
    _set(world.control, body, KNOBS)
    return show(world, request)


def plan_fault(world: World, request: Request) -> Response:
    """Add a fault."""
    with _understood():
        world.control.plan(_fault(body_object(request)))
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
    """What somebody does in the portal: a method of the desk by name, its arguments as the body."""
    deeds = _deeds(world)
    if name not in deeds:
        message = f"no such deed: there are {', '.join(sorted(deeds))}"
        raise invalid(message)
    with _understood():
        told = deeds[name](**body_object(request))
    return reply({"done": name, **({"id": told} if isinstance(told, str) else {})})


def show_records(world: World, request: Request, name: str) -> Response:
    """Every record of a type as it stands, archived ones too."""
    del request
    records = world.tables[named_kind(name)]
    found = [records.values(number) for number in records.numbers if number not in records.gone]
    return reply({"results": found})


def give_token(world: World, request: Request) -> Response:
    """An access token with these scopes, past the consent page."""
    body = body_object(request)
    token = world.accounts.open(
        body.get("scopes") or sorted(world.accounts.scopes.required), static=bool(body.get("static"))
    )
    return reply({"access_token": token})


def set_app(world: World, request: Request) -> Response:
    """The scopes in the app's file, its addresses and what its cards may fetch."""
    body, accounts = body_object(request), world.accounts
    lists = {name: frozenset(body.pop(name)) for name in _APP & body.keys()}
    _set(accounts.scopes, lists, _APP)
    accounts.redirect_uris |= set(body.pop("redirect_uris", ()))
    world.permitted |= set(body.pop("permitted", ()))
    _set(accounts, body, frozenset())
    shown = {name: sorted(getattr(accounts.scopes, name)) for name in _APP}
    known = {
        "client_id": accounts.client_id,
        "client_secret": accounts.client_secret,
        "app_id": accounts.app_id,
    }
    return reply(
        {
            **known,
            **shown,
            "redirect_uris": sorted(accounts.redirect_uris),
            "permitted": sorted(world.permitted),
            "installed": accounts.installed,
        }
    )


def set_webhooks(world: World, request: Request) -> Response:
    """Where webhooks go, what the app subscribed to, and how badly the network treats them."""
    body, sender = body_object(request), world.webhooks
    if "subscriptions" in body:
        with _understood():
            sender.subscriptions = subscriptions_of(body.pop("subscriptions"))
    _set(sender, body, _SENDER)
    return show_webhooks(world, request)


def show_webhooks(world: World, request: Request) -> Response:
    """What was sent, by status, and what waits."""
    del request
    sender = world.webhooks
    return reply({"sent": dict(sender.sent), "waiting": sender.waiting, "dropped": sender.dropped})


def deliver_webhooks(world: World, request: Request) -> Response:
    """Send what is due."""
    del request
    return reply({"statuses": world.webhooks.deliver()})


def _fault(body: dict[str, Any]) -> Fault:
    fault = Fault(**body)
    for name, allowed in (("kind", get_args(Kind)), ("deed", get_args(Deed)), ("policy", POLICIES)):
        if getattr(fault, name) not in allowed:
            message = f"{name} is one of {', '.join(allowed)}"
            raise ValueError(message)
    return fault


def deed_names() -> tuple[str, ...]:
    """What ``/do/`` takes."""
    return tuple(sorted((*_BY_DESK, *_BY_ACCOUNTS, "publish-score", "lose-portal")))


def _deeds(world: World) -> dict[str, Callable[..., object]]:
    desk, accounts = Desk(world), world.accounts

    def publish_score(**given: Any) -> None:  # noqa: ANN401 - a JSON body
        rules = [ScoringRule(**one) for one in given.pop("rules", ())]
        desk.publish_score(**given, rules=rules)

    def lose_portal() -> None:
        accounts.portal_gone = True

    by_desk = {name: getattr(desk, name.replace("-", "_")) for name in _BY_DESK}
    by_accounts = {name: getattr(accounts, method) for name, method in _BY_ACCOUNTS.items()}
    return {**by_desk, **by_accounts, "publish-score": publish_score, "lose-portal": lose_portal}


def _set(thing: object, values: Mapping[str, Any], known: frozenset[str]) -> None:
    unknown = values.keys() - known
    if unknown:
        message = f"no such knob: {', '.join(sorted(unknown))}"
        raise invalid(message)
    given = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    wrong = [name for name, value in given.items() if not _alike(value, getattr(thing, name))]
    if wrong:
        message = f"{wrong[0]} takes no such value"
        raise invalid(message)
    for name, value in given.items():
        setattr(thing, name, value)


def _alike(value: object, before: object) -> bool:
    """Whether a knob's new value is of the kind that it had; a whole number will do for a fraction."""
    return type(value) is type(before) or (type(value) is int and type(before) is float)


@contextmanager
def _understood() -> Iterator[None]:
    """What the stand-in cannot do is answered with its reason. Raises Problem (400)."""
    try:
        yield
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        message = f"not understood: {error}"
        raise invalid(message) from None
