"""The jobs: what runs, waits and has ended; start one, cancel one."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from audit.schema import BadInput
from webapp import experiments, explanations, kept_papers, release_jobs
from webapp.auth import may
from webapp.jobs import ENDED
from webapp.language import gettext, marked
from webapp.services import Services, services
from webapp.store.rows import ConnectionRow
from webapp.store.work_jobs import JobKind, JobRow, Wanted
from webapp.viewmodels.jobs import NAMES, WANTED, JobLine, line, started
from webapp.viewmodels.words import organisation_labels
from webapp.views.drafting import connection_or_404
from webapp.work.slots import any_alive

blueprint = Blueprint("jobs", __name__)
KINDS = "sync, publish, retention, log, key, release, remedies, alert, explain, paper, outcomes"
NO_WORKER = marked("No worker runs, so it waits. Start fairlead serve again, or fairlead worker.")


@blueprint.get("/jobs")
def index() -> str:
    """The whole page."""
    return render_template("jobs.html", **_shown(services()), connections=_live(services()))


@blueprint.get("/jobs/now")
def now() -> str:
    """The part that changes, for a page that is open."""
    return render_template("_jobs_now.html", **_shown(services()))


@blueprint.post(f"/connections/<connection_id>/jobs/<any({KINDS}):kind>")
def start(connection_id: str, kind: JobKind) -> Response:
    """Ask for a job; the same one that waits or runs already is that one."""
    row = connection_or_404(connection_id)
    try:
        told(services(), _asked(row, kind, request.form.get("wanted", "")))
    except BadInput as problem:
        flash(str(problem), "error")
    return redirect(url_for("jobs.index"), 303)


def _asked(row: ConnectionRow, kind: JobKind, wish: str) -> JobRow:
    opened, who = services(), current_user.user.name
    if kind == "release":
        return release_jobs.ask(opened, row, wish if release_jobs.is_word(wish) else abort(404), who)
    if kind == "remedies":
        return experiments.ask_again(opened, row, wish, who)
    if kind == "explain":
        return explanations.ask_again(opened, row, wish, who)
    if kind == "paper":
        return kept_papers.ask_again(opened, row, wish, who)
    if row.state == "disconnected":
        raise BadInput(gettext(ENDED))
    wanted = wish if kind == "sync" and wish in WANTED else ""
    return opened.work.ask(Wanted(connection_id=row.id, kind=kind, who=who, wanted=wanted))


def told(opened: Services, job: JobRow) -> None:
    """Say on the next page what becomes of a job that was asked for."""
    if job.state == "running":
        name = gettext(NAMES[job.kind])
        flash(gettext("%(name)s runs already; this is how far it is.", name=name), "info")
    elif not any_alive(opened):
        flash(gettext(NO_WORKER), "warning")
    else:
        flash(started(job), "success")


@blueprint.post("/jobs/<job_id>/cancel")
def cancel(job_id: str) -> Response:
    """End a job that waits, or let one that runs stop at its next step."""
    opened = services()
    job = opened.work.get(job_id) or abort(404)
    stop(opened, job_id)
    if request.form.get("back") == "start":
        return redirect(url_for("start.go_on", connection_id=job.connection_id), 303)
    return redirect(url_for("jobs.index"), 303)


def _live(opened: Services) -> tuple[ConnectionRow, ...]:
    return tuple(row for row in opened.repository.connections() if row.state != "disconnected")


def _shown(opened: Services) -> dict[str, object]:
    rows = opened.repository.connections()
    names = organisation_labels(rows)
    lines = [_line(opened, job, names) for job in (*opened.work.open(), *opened.work.ended())]
    return {
        "running": [one for one in lines if one.state == "running"],
        "waiting": [one for one in lines if one.state == "waiting"],
        "ended": [one for one in lines if one.state not in {"running", "waiting"}],
        "worker": any_alive(opened),
        "may_change": may("change"),
    }


def _line(opened: Services, job: JobRow, names: dict[str, str]) -> JobLine:
    return line(job, names.get(job.connection_id, job.connection_id), opened.clock())


def stop(opened: Services, job_id: str) -> None:
    """End a job that waits, or let one that runs stop at its next step, and say on the next page which."""
    row = opened.work.cancel(job_id, current_user.user.name)
    if row is None:
        flash(gettext("It had ended already; nothing was cancelled."), "info")
    elif row.state == "running":
        flash(gettext("It stops at its next step. Nothing half-written stays."), "success")
    else:
        flash(gettext("It is cancelled."), "success")
