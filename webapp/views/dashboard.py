"""The dashboard, and the words that every template may use."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import Blueprint, render_template
from flask_login import current_user

from audit.finding.words import capitalized, nobreak
from webapp.auth import may
from webapp.crms import NAMES
from webapp.deciding import PRESSING, Decision, decisions
from webapp.gap_watch.listing import listing
from webapp.language import pointed
from webapp.services import Services, services
from webapp.store.evidence import KeptAudit
from webapp.store.rows import ConnectionRow, Crm
from webapp.viewmodels import words
from webapp.viewmodels.changed import Changed, changed
from webapp.viewmodels.dashboard import Status, Tile, status_of, tile
from webapp.viewmodels.glance import EARLIER, Glance, Trend, glance, trend_of
from webapp.viewmodels.monitoring import headline
from webapp.viewmodels.synced import beside_account
from webapp.views.loading import overview_of, seen

blueprint = Blueprint("dashboard", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class NavItem:
    """One connection in the page head."""

    id: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One connection on the dashboard: its tile, and what its audits say; None where there is none.

    ``unfinished`` says that the person may go on with its first run.
    """

    tile: Tile
    glance: Glance | None
    trend: Trend | None
    changed: Changed | None
    decisions: tuple[Decision, ...]
    unfinished: bool = False


@blueprint.get("/")
def index() -> str:
    """Every connection with its newest audit, and what waits for somebody."""
    rows = services().repository.connections()
    streams = [_stream(services(), row) for row in rows]
    waiting = [(one.tile.label, decision) for one in streams for decision in one.decisions]
    waiting.sort(key=lambda pair: PRESSING.index(pair[1].kind))
    watched = listing(services(), rows, special=may("special"))
    told = headline(watched) if watched.gaps else None
    return render_template("dashboard.html", streams=streams, waiting=waiting, watched=told)


def _stream(opened: Services, row: ConnectionRow) -> Stream:
    audits = opened.evidence.newest(row.id, EARLIER)
    if audits and audits[0].overview is None:
        audits = (replace(audits[0], overview=overview_of(audits[0])), *audits[1:])
    audits = seen(audits)
    newest = audits[0].overview if audits else None
    return Stream(
        tile=_tile(opened, row, audits[0] if audits else None),
        glance=glance(newest) if newest else None,
        trend=trend_of(audits) if newest else None,
        changed=changed(audits) if newest else None,
        decisions=decisions(opened, row, audits) if may("rules") else (),
        unfinished=not audits and row.state != "disconnected" and may("change"),
    )


def _tile(opened: Services, row: ConnectionRow, audit: KeptAudit | None) -> Tile:
    repository = opened.repository
    ready = repository.policy(row.id) is not None and repository.stream(row.id) is not None
    made = tile(row, audit, ready=ready)
    done = opened.syncs.latest(row.id)
    return replace(made, sync=beside_account(done.synced)) if done and made.account else made


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
blueprint.add_app_template_filter(words.mid_sentence, "mid_sentence")
blueprint.add_app_template_filter(pointed, "pointed")
blueprint.add_app_template_filter(nobreak, "nobreak")
blueprint.add_app_template_filter(capitalized, "capitalized")
