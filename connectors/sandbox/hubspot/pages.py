"""The pages that people open: a list of contacts and one contact, laid out the way a CRM does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from werkzeug.utils import send_from_directory
from werkzeug.wrappers import Request, Response

from connectors.sandbox.hubspot.clock import moment
from connectors.sandbox.hubspot.replies import Problem, page
from connectors.sandbox.hubspot.world import World

Values = Mapping[str, str]
HERE = Path(__file__).parent
ROWS = 50
CHECK = "fairscore_status"
_ABOUT = ("email", "phone", "company", "jobtitle", "zip", "city", "state", "country")
_SALES = ("lifecyclestage", "hs_lead_status", "hs_analytics_source", "createdate", "notes_last_contacted")
_WRITTEN = (
    "fairscore_status",
    "fairscore_reason",
    "fairscore_audit_id",
    "fairscore_audited_at",
    "fairscore_calibrated_score",
)


def render(template: str, **values: object) -> str:
    """One template with everything escaped."""
    return _templates().get_template(template).render(**values)


def contact_list(world: World, request: Request, portal: str) -> Response:
    """The first contacts from an id on, with the written-back status as a column."""
    _check(world, portal)
    start = request.args.get("after", "0")
    found = list(islice(world.contacts.live(int(start) if start.isdecimal() else 0), ROWS + 1))
    rows = [
        {
            "href": f"/contacts/{portal}/record/0-1/{number}",
            "name": full_name(number, values),
            "company": values.get("company", ""),
            "stage": option_label(world, values, "lifecyclestage"),
            "status": values.get(CHECK, ""),
            "status_label": option_label(world, values, CHECK) or "—",
        }
        for number, values in ((number, world.contacts.values(number)) for number in found[:ROWS])
    ]
    following = found[ROWS] if len(found) > ROWS else None
    return page(render("list.html", portal=portal, rows=rows, following=following))


def contact_page(world: World, request: Request, portal: str, name: str) -> Response:
    """One contact: details left, activity in the middle, our card right."""
    del request
    _check(world, portal)
    number = world.contacts.find(name)
    if number is None:
        raise Problem(page(render("error.html", sentence="This contact does not exist."), 404))
    values = world.contacts.values(number)
    sections = {
        "About this contact": details(world, values, _ABOUT),
        "Sales": details(world, values, _SALES),
        "Custom properties": details(world, values, _custom(world)),
    }
    return page(
        render(
            "contact.html",
            portal=portal,
            name=full_name(number, values),
            number=number,
            values=values,
            sections=sections,
            written=details(world, values, _WRITTEN),
            card_url=world.card_url or "",
        )
    )


def settings_page(world: World, request: Request, portal: str) -> Response:
    """The settings page of the app, as an admin opens it among the connected apps."""
    del request
    _check(world, portal)
    return page(render("settings.html", portal=portal, card_url=world.card_url or ""))


def static_file(world: World, request: Request, name: str) -> Response:
    """Style and script of the pages."""
    del world
    return send_from_directory(HERE / "static", name, request.environ)


def details(world: World, values: Values, names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Label and shown value of each property that the portal has."""
    return [
        (world.contacts.definitions[name].label, option_label(world, values, name) or "—")
        for name in names
        if name in world.contacts.definitions
    ]


def option_label(world: World, values: Values, name: str) -> str:
    """A value as people read it: an option's label, a date in words."""
    value = values.get(name, "")
    definition = world.contacts.definitions.get(name)
    if definition is None or not value:
        return value
    if definition.type in {"date", "datetime"}:
        return _date(value)
    return next((str(one["label"]) for one in definition.options if one["value"] == value), value)


def full_name(number: int, values: Values) -> str:
    """First and last name, or the e-mail where there is none."""
    parts = (values.get("firstname"), values.get("lastname"))
    return " ".join(part for part in parts if part) or values.get("email") or f"Contact {number}"


def _date(value: str) -> str:
    when = moment(value)
    return value if when is None else datetime.fromtimestamp(when, UTC).strftime("%d %b %Y")


def _custom(world: World) -> tuple[str, ...]:
    return tuple(
        one.name for one in world.contacts.definitions.values() if not one.native and one.name not in _WRITTEN
    )


def _check(world: World, portal: str) -> None:
    if portal != world.portal:
        raise Problem(page(render("error.html", sentence="This account does not exist."), 404))


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined
    )
