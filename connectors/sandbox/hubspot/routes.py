"""Every address of the stand-in: its handler, the scopes it wants and the budget it uses.

Dated and undated paths lead to the same handlers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Response

from connectors.sandbox.hubspot import (
    association_routes,
    authorize,
    batches,
    card,
    export_routes,
    objects,
    pages,
    remote,
    schemas,
    search,
    settings_routes,
)

Handler = Callable[..., Response]
Budget = Literal["none", "calls", "search"]
# Every one of these groups must be met, each by any one of its scopes.
Scopes = tuple[tuple[str, ...], ...]
READ: Scopes = (("crm.objects.{kind}.read",),)
WRITE: Scopes = (("crm.objects.{kind}.write",),)
SEE: Scopes = (("crm.schemas.{kind}.read",),)
SHAPE: Scopes = (("crm.schemas.{kind}.write",),)
_READ_BOTH: Scopes = (("crm.objects.{kind}.read",), ("crm.objects.{other}.read",))
_WRITE_BOTH: Scopes = (("crm.objects.{kind}.write",), ("crm.objects.{other}.write",))
_SEE_ANY: Scopes = (("crm.schemas.{kind}.read", "crm.objects.{kind}.read"),)
_OBJECTS = ("/crm/objects/2026-09", "/crm/v3/objects")
_LINKED = ("/crm/objects/2026-09", "/crm/v4/objects")
_LINKS = ("/crm/associations/2026-09", "/crm/v4/associations")
_PROPERTIES = ("/crm/properties/2026-09", "/crm/v3/properties")
_PIPELINES = ("/crm/pipelines/2026-09", "/crm/v3/pipelines")
_RULES = ("/crm/property-validations/2026-09", "/crm/v3/property-validations")
_SCORING = "/marketing/lead-scoring/2026-09-beta"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """``scopes`` None: no token is wanted. ``locked``: runs alone on the portal's data."""

    handler: Handler
    scopes: Scopes | None = None
    budget: Budget = "none"
    locked: bool = True


@cache
def routes() -> Map:
    """The map of all addresses, made once: to compile it takes longer than to start a portal."""
    tables = (_objects(), _links(), _properties(), _settings(), _platform(), _pages(), _control())
    return Map([rule for table in tables for rule in table], strict_slashes=False)


def _objects() -> Iterator[Rule]:
    for path, method, handler, scopes in (
        ("", "GET", objects.list_objects, READ),
        ("", "POST", objects.create_object, WRITE),
        ("/batch/read", "POST", batches.read_batch, READ),
        ("/batch/create", "POST", batches.create_batch, WRITE),
        ("/batch/update", "POST", batches.update_batch, WRITE),
        ("/batch/upsert", "POST", batches.upsert_batch, WRITE),
        ("/batch/archive", "POST", batches.archive_batch, WRITE),
        ("/merge", "POST", objects.merge_objects, WRITE),
        ("/<name>", "GET", objects.read_object, READ),
        ("/<name>", "PATCH", objects.update_object, WRITE),
        ("/<name>", "DELETE", objects.archive_object, WRITE),
    ):
        yield from _both(_OBJECTS, f"/<kind>{path}", method, _counted(handler, scopes))
    found = Endpoint(handler=search.search_objects, scopes=READ, budget="search")
    yield from _both(_OBJECTS, "/<kind>/search", "POST", found)
    erase = _counted(objects.erase_contact, (("crm.objects.contacts.write",),))
    yield from _both(_OBJECTS, "/contacts/gdpr-delete", "POST", erase)


def _links() -> Iterator[Rule]:
    many: tuple[tuple[str, str, Handler, Scopes], ...] = (
        ("/batch/read", "POST", association_routes.read_associations, _READ_BOTH),
        ("/batch/create", "POST", association_routes.join_many, _WRITE_BOTH),
        ("/batch/associate/default", "POST", association_routes.join_many_plainly, _WRITE_BOTH),
        ("/batch/archive", "POST", association_routes.part_many, _WRITE_BOTH),
    )
    for path, method, handler, scopes in many:
        yield from _both(_LINKS, f"/<kind>/<other>{path}", method, _counted(handler, scopes))
    one: tuple[tuple[str, str, Handler, Scopes], ...] = (
        ("/associations/<other>", "GET", association_routes.list_associations, _READ_BOTH),
        ("/associations/<other>/<target>", "PUT", association_routes.join_one, _WRITE_BOTH),
        ("/associations/<other>/<target>", "DELETE", association_routes.part_one, _WRITE_BOTH),
        ("/associations/default/<other>/<target>", "PUT", association_routes.join_one_plainly, _WRITE_BOTH),
    )
    for path, method, handler, scopes in one:
        yield from _both(_LINKED, f"/<kind>/<name>{path}", method, _counted(handler, scopes))


def _properties() -> Iterator[Rule]:
    for path, method, handler, scopes in (
        ("", "GET", schemas.list_properties, SEE),
        ("", "POST", schemas.create_property, SHAPE),
        ("/batch/create", "POST", schemas.create_properties, SHAPE),
        ("/batch/read", "POST", schemas.read_properties, SEE),
        ("/groups", "GET", schemas.list_groups, SEE),
        ("/groups", "POST", schemas.create_group, SHAPE),
        ("/groups/<name>", "GET", schemas.read_group, SEE),
        ("/<name>", "GET", schemas.read_property, SEE),
        ("/<name>", "PATCH", schemas.update_property, SHAPE),
        ("/<name>", "DELETE", schemas.archive_property, SHAPE),
    ):
        yield from _both(_PROPERTIES, f"/<kind>{path}", method, _counted(handler, scopes))


def _settings() -> Iterator[Rule]:
    for prefixes, path, handler in (
        (_PIPELINES, "/<kind>", settings_routes.list_pipelines),
        (_PIPELINES, "/<kind>/<name>", settings_routes.read_pipeline),
        (_PIPELINES, "/<kind>/<name>/stages", settings_routes.list_stages),
        (_RULES, "/<kind>", settings_routes.list_validations),
        (_RULES, "/<kind>/<name>", settings_routes.list_validations_of),
    ):
        yield from _both(prefixes, path, "GET", _counted(handler, _SEE_ANY))
    scoring: tuple[tuple[str, Handler, str], ...] = (
        ("/scores", settings_routes.list_scores, settings_routes.SCORING_SCOPE),
        ("/scores/<name>", settings_routes.read_score, settings_routes.SCORING_SCOPE),
        ("/score-values/object-history", settings_routes.read_score_history, settings_routes.SCORING_SCOPE),
    )
    for path, handler, scope in scoring:
        yield _rule(f"{_SCORING}{path}", "GET", _counted(handler, ((scope,),)))


def _platform() -> Iterator[Rule]:
    for path in ("/oauth/authorize", "/oauth/<portal>/authorize"):
        yield _rule(path, "GET", Endpoint(handler=authorize.show_consent))
    yield _rule("/oauth/authorize", "POST", Endpoint(handler=authorize.decide))
    for prefix in ("/oauth/2026-09", "/oauth/v1"):
        yield _rule(f"{prefix}/token", "POST", Endpoint(handler=authorize.token))
        yield _rule(f"{prefix}/token/introspect", "POST", Endpoint(handler=authorize.introspect))
        yield _rule(f"{prefix}/token/revoke", "POST", Endpoint(handler=authorize.revoke))
    yield _rule("/oauth/v1/access-tokens/<name>", "GET", Endpoint(handler=authorize.look_up_access))
    yield _rule("/oauth/v1/refresh-tokens/<name>", "GET", Endpoint(handler=authorize.look_up_refresh))
    yield _rule("/oauth/v1/refresh-tokens/<name>", "DELETE", Endpoint(handler=authorize.forget_refresh))
    installed: Scopes = (("oauth",),)
    for version in ("2026-09", "v3"):
        gone = Endpoint(handler=authorize.uninstall, scopes=installed)
        yield _rule(f"/appinstalls/{version}/external-install", "DELETE", gone)
        yield _rule(f"/account-info/{version}/details", "GET", _counted(authorize.account_details, installed))
    wanted: Scopes = ((export_routes.SCOPE,),)
    for base in ("/crm/exports/2026-09/export", "/crm/v3/exports/export"):
        yield _rule(f"{base}/async", "POST", _counted(export_routes.begin_export, wanted))
        yield _rule(f"{base}/async/tasks/<name>/status", "GET", _counted(export_routes.export_status, wanted))
        yield _rule(f"{base}/<name>", "GET", _counted(export_routes.read_export, wanted))
    yield _rule("/exported/<ticket>", "GET", Endpoint(handler=export_routes.exported_file))
    yield _rule("/__card/fetch", "POST", Endpoint(handler=card.fetch, locked=False))


def _pages() -> Iterator[Rule]:
    shown = Endpoint(handler=pages.contact_page)
    yield _rule("/contacts/<portal>/objects/0-1/views/all/list", "GET", Endpoint(handler=pages.contact_list))
    yield _rule("/contacts/<portal>/record/0-1/<name>", "GET", shown)
    settings = Endpoint(handler=pages.settings_page)
    yield _rule("/connected-apps/<portal>/app/settings", "GET", settings)
    yield _rule("/static/<name>", "GET", Endpoint(handler=pages.static_file))


def _control() -> Iterator[Rule]:
    handlers: tuple[tuple[str, str, Handler], ...] = (
        ("", "GET", remote.show),
        ("/knobs", "POST", remote.turn),
        ("/faults", "POST", remote.plan_fault),
        ("/faults", "DELETE", remote.forget_faults),
        ("/clock", "POST", remote.advance_clock),
        ("/do/<name>", "POST", remote.act),
        ("/records/<name>", "GET", remote.show_records),
        ("/tokens", "POST", remote.give_token),
        ("/app", "POST", remote.set_app),
        ("/webhooks", "GET", remote.show_webhooks),
        ("/webhooks", "POST", remote.set_webhooks),
    )
    for path, method, handler in handlers:
        yield _rule(f"/__control{path}", method, Endpoint(handler=handler))
    # The app that is told may call back before it answers.
    sending = Endpoint(handler=remote.deliver_webhooks, locked=False)
    yield _rule("/__control/webhooks/deliver", "POST", sending)


def _counted(handler: Handler, scopes: Scopes) -> Endpoint:
    return Endpoint(handler=handler, scopes=scopes, budget="calls")


def _both(prefixes: tuple[str, ...], path: str, method: str, endpoint: Endpoint) -> Iterator[Rule]:
    for prefix in prefixes:
        yield _rule(prefix + path, method, endpoint)


def _rule(path: str, method: str, endpoint: Endpoint) -> Rule:
    return Rule(path, methods=[method], endpoint=endpoint)
