"""Every address of the stand-in: its handler, the scope it wants and the budget it uses.

Dated and undated paths lead to the same handlers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Response

from connectors.sandbox.hubspot import authorize, batches, card, objects, pages, remote, schemas, search
from connectors.sandbox.hubspot.authorize import Consents

Handler = Callable[..., Response]
Budget = Literal["none", "calls", "search"]
READ, WRITE = "crm.objects.contacts.read", "crm.objects.contacts.write"
SEE, SHAPE = "crm.schemas.contacts.read", "crm.schemas.contacts.write"
_OBJECTS = ("/crm/objects/2026-09/contacts", "/crm/v3/objects/contacts")
_PROPERTIES = ("/crm/properties/2026-09/contacts", "/crm/v3/properties/contacts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """``scope`` None: no token is wanted. ``locked``: runs alone on the portal's data."""

    handler: Handler
    scope: str | None = None
    budget: Budget = "none"
    locked: bool = True


def routes(consents: Consents) -> Map:
    """The map of all addresses."""
    tables = (_data(), _platform(consents), _pages(), _control())
    return Map([rule for table in tables for rule in table], strict_slashes=False)


def _data() -> Iterator[Rule]:
    for path, method, handler, scope in (
        ("", "GET", objects.list_contacts, READ),
        ("", "POST", objects.create_contact, WRITE),
        ("/batch/read", "POST", batches.read_batch, READ),
        ("/batch/update", "POST", batches.update_batch, WRITE),
        ("/batch/archive", "POST", batches.archive_batch, WRITE),
        ("/gdpr-delete", "POST", objects.erase_contact, WRITE),
        ("/<name>", "GET", objects.read_contact, READ),
        ("/<name>", "PATCH", objects.update_contact, WRITE),
        ("/<name>", "DELETE", objects.archive_contact, WRITE),
    ):
        yield from _both(_OBJECTS, path, method, Endpoint(handler=handler, scope=scope, budget="calls"))
    found = Endpoint(handler=search.search_contacts, scope=READ, budget="search")
    yield from _both(_OBJECTS, "/search", "POST", found)
    for path, method, handler, scope in (
        ("", "GET", schemas.list_properties, SEE),
        ("", "POST", schemas.create_property, SHAPE),
        ("/groups", "GET", schemas.list_groups, SEE),
        ("/groups", "POST", schemas.create_group, SHAPE),
        ("/<name>", "GET", schemas.read_property, SEE),
        ("/<name>", "PATCH", schemas.update_property, SHAPE),
    ):
        yield from _both(_PROPERTIES, path, method, Endpoint(handler=handler, scope=scope, budget="calls"))


def _platform(consents: Consents) -> Iterator[Rule]:
    for path in ("/oauth/authorize", "/oauth/<portal>/authorize"):
        yield _rule(path, "GET", Endpoint(handler=consents.show))
    yield _rule("/oauth/authorize", "POST", Endpoint(handler=consents.decide))
    for prefix in ("/oauth/2026-09", "/oauth/v1"):
        yield _rule(f"{prefix}/token", "POST", Endpoint(handler=authorize.token))
        yield _rule(f"{prefix}/token/introspect", "POST", Endpoint(handler=authorize.introspect))
        yield _rule(f"{prefix}/token/revoke", "POST", Endpoint(handler=authorize.revoke))
    for version in ("2026-09", "v3"):
        gone = Endpoint(handler=authorize.uninstall, scope="oauth")
        yield _rule(f"/appinstalls/{version}/external-install", "DELETE", gone)
        about = Endpoint(handler=authorize.account_details, scope="oauth", budget="calls")
        yield _rule(f"/account-info/{version}/details", "GET", about)
    yield _rule("/__card/fetch", "POST", Endpoint(handler=card.fetch, locked=False))


def _pages() -> Iterator[Rule]:
    shown = Endpoint(handler=pages.contact_page)
    yield _rule("/contacts/<portal>/objects/0-1/views/all/list", "GET", Endpoint(handler=pages.contact_list))
    yield _rule("/contacts/<portal>/record/0-1/<name>", "GET", shown)
    yield _rule("/static/<name>", "GET", Endpoint(handler=pages.static_file))


def _control() -> Iterator[Rule]:
    for path, method, handler in (
        ("", "GET", remote.show),
        ("/knobs", "POST", remote.turn),
        ("/faults", "POST", remote.plan_fault),
        ("/faults", "DELETE", remote.forget_faults),
        ("/clock", "POST", remote.advance_clock),
        ("/do/<name>", "POST", remote.act),
    ):
        yield _rule(f"/__control{path}", method, Endpoint(handler=handler))


def _both(prefixes: tuple[str, ...], path: str, method: str, endpoint: Endpoint) -> Iterator[Rule]:
    for prefix in prefixes:
        yield _rule(prefix + path, method, endpoint)


def _rule(path: str, method: str, endpoint: Endpoint) -> Rule:
    return Rule(path, methods=[method], endpoint=endpoint)
