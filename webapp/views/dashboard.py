"""The dashboard, and the words that every template may use."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import Blueprint, render_template
from flask_login import current_user

from audit.finding.words import capitalized, nobreak
from webapp.crms import NAMES
from webapp.services import services
from webapp.store.repository import Repository
from webapp.store.rows import ConnectionRow, Crm
from webapp.viewmodels import words
from webapp.viewmodels.dashboard import Status, Tile, status_of, tile
from webapp.viewmodels.synced import sentences

blueprint = Blueprint("dashboard", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class NavItem:
    """One connection in the page head."""

    id: str
    label: str


@blueprint.get("/")
def index() -> str:
    """Every connection with its newest audit."""
    repository = services().repository
    return render_template(
        "dashboard.html", tiles=[_tile(repository, row) for row in repository.connections()]
    )


def _tile(repository: Repository, row: ConnectionRow) -> Tile:
    ready = repository.policy(row.id) is not None and repository.stream(row.id) is not None
    newest = services().slices.audits(row.id, None, 1)
    made = tile(row, newest[0] if newest else None, ready=ready)
    done = services().syncs.latest(row.id)
    return replace(made, sync=sentences(done.synced)) if done and made.account else made


@blueprint.app_context_processor
def navigation() -> dict[str, tuple[NavItem, ...]]:
    """The connections for the page head; nothing for who is not signed in."""
    if not getattr(current_user, "is_authenticated", False):
        return {"nav_connections": ()}
    rows = services().repository.connections()
    return {"nav_connections": tuple(NavItem(id=row.id, label=connection_label(row)) for row in rows)}


@blueprint.app_template_filter()
def connection_label(row: ConnectionRow) -> str:
    """A connection's name."""
    return words.organisation_label(row.crm, row.organisation)


@blueprint.app_template_filter()
def connection_status(row: ConnectionRow) -> Status:
    """A connection's state in words."""
    return status_of(row, audited=True)


@blueprint.app_template_filter()
def crm_name(crm: Crm) -> str:
    """A CRM's name as its maker writes it."""
    return NAMES[crm]


blueprint.add_app_template_filter(words.moment, "moment")
blueprint.add_app_template_filter(nobreak, "nobreak")
blueprint.add_app_template_filter(capitalized, "capitalized")
