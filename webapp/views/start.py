"""The guided way to the first audit: where it begins, the first pull, and where it ends."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from webapp.crms import consent_origins
from webapp.language import gettext, marked
from webapp.security import allow_form_targets
from webapp.services import services
from webapp.start.enough import TooLittle, leads_a_week, too_little, what_is_missing
from webapp.start.standing import CUT_OFF, Standing, is_unfinished, standing
from webapp.store.rows import ConnectionRow
from webapp.store.work_jobs import Wanted
from webapp.viewmodels.jobs import JobLine, line
from webapp.viewmodels.words import organisation_label
from webapp.views.drafting import connection_or_404
from webapp.views.jobs import told
from webapp.views.loading import opened as opened_audit
from webapp.views.start_page import on_the_way, page, place_of
from webapp.ways import ways
from webapp.work.slots import any_alive

FIRST = marked("This is your first audit. Its findings come first, in sentences; each opens to its evidence.")
NOT_READY = marked(
    "The policy, or score and groups, is not in force yet, so nothing can be read. Save both first."
)

blueprint = Blueprint("start", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A connection that is on its way already."""

    label: str
    href: str


@blueprint.get("/start")
def begin() -> AnyResponse:
    """The first step: connect a CRM, or go on with one that is connected. Not for who is set up."""
    opened = services()
    rows = [row for row in opened.repository.connections() if row.state != "disconnected"]
    begun = [standing(opened, row) for row in rows if is_unfinished(opened, row)]
    cut_off = [row for row in rows if row.state in CUT_OFF]
    if rows and not begun and not cut_off:
        return redirect("/", 303)
    allow_form_targets(consent_origins(opened.settings))
    return page(
        "start.html",
        None,
        "connect",
        ways=ways(opened.settings),
        begun=[_begun(one) for one in begun if one.now != "connect"],
        cut_off=cut_off,
    )


def _begun(found: Standing) -> Begun:
    row = found.connection
    return Begun(
        label=organisation_label(row.crm, row.organisation),
        href=url_for("start.go_on", connection_id=row.id),
    )


@blueprint.get("/connections/<connection_id>/start")
def go_on(connection_id: str) -> AnyResponse:
    """Where one left it."""
    found = standing(services(), connection_or_404(connection_id))
    if found.connection.state == "disconnected":
        return redirect(url_for("connections.index"), 303)
    return redirect(place_of(found), 303)


@blueprint.get("/connections/<connection_id>/start/pull")
def pull(connection_id: str) -> AnyResponse:
    """The first pull: ask for it, and see how far it is."""
    found = on_the_way(connection_id)
    if not isinstance(found, Standing):
        return found
    if found.now in {"connect", "choose", "keep"}:
        return redirect(place_of(found), 303)
    return page("start_pull.html", found, "pull", 200, **_pulling(found))


@blueprint.get("/connections/<connection_id>/start/pull/now")
def pull_now(connection_id: str) -> Response:
    """The part of it that changes, for a page that is open."""
    found = standing(services(), connection_or_404(connection_id))
    facts = {**_pulling(found), "connection_id": connection_id, "standing": found}
    return make_response(render_template("_start_pull_now.html", **facts))


@blueprint.post("/connections/<connection_id>/start/pull")
def ask(connection_id: str) -> AnyResponse:
    """Ask for the first pull; the one that waits or runs already is that one."""
    found = on_the_way(connection_id)
    if not isinstance(found, Standing):
        return found
    if not found.ready or found.connection.state in CUT_OFF:
        flash(gettext(NOT_READY), "error")
        return redirect(place_of(found), 303)
    opened = services()
    wanted = Wanted(connection_id=connection_id, kind="sync", who=current_user.user.name)
    told(opened, opened.work.ask(wanted))
    return redirect(url_for("start.pull", connection_id=connection_id), 303)


@blueprint.get("/connections/<connection_id>/start/audit")
def landed(connection_id: str) -> AnyResponse:
    """The first audit; where it could judge nothing, what is missing for that."""
    connection = connection_or_404(connection_id)
    found = standing(services(), connection)
    if found.audit is None:
        return redirect(place_of(found), 303)
    missing = _missing(connection, found)
    if missing is None:
        if request.args.get("first"):
            flash(gettext(FIRST), "success")
        return redirect(url_for("audits.show", audit_id=found.audit.id), 303)
    return page("start_audit.html", found, "audit", missing=missing)


def _missing(connection: ConnectionRow, found: Standing) -> TooLittle | None:
    if found.audit is None or not too_little(found.audit.overview) or found.audit.overview is None:
        return None
    report = opened_audit(found.audit.id).source.report
    return what_is_missing(report, found.audit.overview, leads_a_week(services(), connection))


def _pulling(found: Standing) -> dict[str, object]:
    return {
        "job": _line(found),
        "worker": any_alive(services()),
        "audited": found.audit is not None,
        "cut_off": found.connection.state in CUT_OFF,
    }


def _line(found: Standing) -> JobLine | None:
    if found.job is None:
        return None
    row = found.connection
    return line(found.job, organisation_label(row.crm, row.organisation), services().clock())
