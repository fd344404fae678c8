"""Alerts: what somebody should know of, open ones first, and what is done about each."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from math import ceil

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from audit.finding import SEVERITIES
from audit.schema import BadInput
from webapp.alerts.change import KINDS, Kind
from webapp.alerts.message import is_withheld
from webapp.auth import may
from webapp.language import gettext
from webapp.services import services
from webapp.special_names import marked as special_names
from webapp.store.alert_acts import NO_DAY, Actor, Wish
from webapp.store.alert_rows import STATES, AlertRow
from webapp.store.alerts import PAGE, Looking
from webapp.store.rows import ConnectionRow
from webapp.viewmodels.alerts import AlertCard, card, step_lines
from webapp.viewmodels.words import organisation_labels

blueprint = Blueprint("alerts", __name__)
FOR_VIEWERS: tuple[Kind, ...] = ("finding", "gap", "drift", "outcome")
"""What a viewer may see of: what audits found, as on the dashboard."""
FILTERS = ("state", "severity", "connection", "mine")
LONGEST = 40


@blueprint.get("/alerts")
def index() -> str:
    """One page of the alerts that fit the filter."""
    opened, asked = services(), _asked()
    number = _number()
    rows, whole = opened.alerting.alerts.page(_wanted(asked), number)
    connections = opened.repository.connections()
    return render_template(
        "alerts.html",
        cards=_cards(rows, connections),
        asked=asked,
        labels=organisation_labels(connections),
        whole=whole,
        number=number,
        pages=max(1, ceil(whole / PAGE)),
        any=bool(opened.alerting.alerts.page(_wanted({}), 1)[1]),
        channels=len(opened.alerting.channels.all()),
    )


@blueprint.get("/alerts/<alert_id>")
def show(alert_id: str) -> Response:
    """One alert with its history, and what can be done about it."""
    return _page(_row_or_404(alert_id), "")


@blueprint.post("/alerts/<alert_id>/<any(acknowledge, assign):act>")
def take(alert_id: str, act: str) -> AnyResponse:
    """Acknowledge it, or give it to somebody."""
    acts, row = services().alerting.acts, _row_or_404(alert_id)
    try:
        if act == "acknowledge":
            acts.acknowledge(row.id, _actor(), _shown())
        else:
            acts.assign(row.id, request.form.get("person", ""), _actor(), _shown())
    except BadInput as problem:
        return _page(row, str(problem))
    done = gettext("It is acknowledged: it is not escalated any more.")
    flash(done if act == "acknowledge" else gettext("It is assigned."), "success")
    back = url_for("alerts.index") if request.form.get("back") == "list" else _at(row)
    return redirect(back, 303)


@blueprint.post("/alerts/<alert_id>/<any(waive, agree, decline, close, open):act>")
def decide(alert_id: str, act: str) -> AnyResponse:
    """Waive it, agree to that as a second admin or not, close it, or open it again."""
    row = _row_or_404(alert_id)
    try:
        flash(_decided(row, act), "success")
    except BadInput as problem:
        return _page(row, str(problem))
    return redirect(_at(row), 303)


def _decided(row: AlertRow, act: str) -> str:
    acts, who, shown = services().alerting.acts, _actor(), _shown()
    reason = request.form.get("reason", "")
    if act == "waive":
        state = acts.waive(row.id, Wish(reason=reason, until=_until()), who, shown)
        asked = gettext("A second administrator has to agree; until then it stays open.")
        return gettext("It is waived until that day.") if state == "waived" else asked
    if act == "close":
        acts.close(row.id, reason, who, shown)
        return gettext("It is closed. It comes back where it gets worse, or ends and comes again.")
    if act == "agree":
        acts.agree(row.id, who, shown, _wish())
        return gettext("You agreed; it is waived until that day.")
    if act == "decline":
        acts.decline(row.id, who, shown)
        return gettext("The waiver is declined; the alert stays open.")
    acts.open_again(row.id, who, shown)
    return gettext("It is open again.")


def _until() -> date:
    try:
        return date.fromisoformat(request.form.get("until", ""))
    except ValueError:
        raise BadInput(gettext(NO_DAY)) from None


def _page(row: AlertRow, wrong: str) -> Response:
    opened = services()
    found = opened.alerting.alerts.one(row.id) or abort(404)
    (shown,) = _cards((found,), opened.repository.connections()) or abort(404)
    page = render_template(
        "alert.html",
        alert=shown,
        steps=tuple(step_lines(opened.alerting.alerts.steps(row.id))),
        people=[one for one in opened.accounts.people() if one.role != "viewer" and not one.locked],
        two_needed=opened.proposals.two_needed(found.connection_id),
        mine=found.asked_by_id == current_user.user.id,
        typed=request.form,
        wrong=wrong,
    )
    return make_response(page, 422 if wrong else 200)


def _cards(rows: Collection[AlertRow], connections: tuple[ConnectionRow, ...]) -> list[AlertCard]:
    """What this person may see of some alerts; viewers see nothing that is about special categories."""
    labels, special = organisation_labels(connections), may("special")
    hidden = {row.connection_id: special_names(services(), row.connection_id, ()) for row in rows}
    marks = [(row, is_withheld(row, hidden[row.connection_id])) for row in rows]
    return [
        card(row, labels.get(row.connection_id, row.connection_id), special=about)
        for row, about in marks
        if special or not about
    ]


def _row_or_404(alert_id: str) -> AlertRow:
    row = services().alerting.alerts.one(alert_id)
    if row is None or row.kind not in kinds_seen():
        abort(404)
    return row


def kinds_seen() -> tuple[Kind, ...]:
    """The kinds of alerts that this person may see."""
    return KINDS if may("rules") else FOR_VIEWERS


def _wanted(asked: dict[str, str]) -> Looking:
    state = asked.get("state", "")
    return Looking(
        connection_id=asked.get("connection", ""),
        state=state if state in (*STATES, "live") else "",
        severity=asked.get("severity", "") if asked.get("severity") in SEVERITIES else "",
        holder_id=current_user.user.id if asked.get("mine") else "",
        kinds=kinds_seen(),
        special=may("special"),
    )


def _asked() -> dict[str, str]:
    texts = {name: request.args.get(name, "").replace("\0", "")[:LONGEST] for name in FILTERS}
    return {**texts, "state": texts["state"] if "state" in request.args else "live"}


def _number() -> int:
    asked = request.args.get("page", "1")
    return max(1, int(asked)) if asked.isdecimal() and len(asked) < 8 else 1


def _actor() -> Actor:
    return Actor(id=current_user.user.id, name=current_user.user.name)


def _wish() -> datetime | None:
    """When the waiver was asked for that the page showed."""
    try:
        return datetime.fromisoformat(request.form.get("wish", ""))
    except ValueError:
        return None


def _shown() -> int | None:
    shown = request.form.get("shown", "")
    return int(shown) if shown.isdecimal() and len(shown) < 9 else None


def _at(row: AlertRow) -> str:
    return url_for("alerts.show", alert_id=row.id)


@blueprint.app_context_processor
def waiting() -> dict[str, int]:
    """How many alerts are open, for the page head; nothing for who is not signed in."""
    if not getattr(current_user, "is_authenticated", False):
        return {"nav_alerts": 0}
    wanted = Looking(kinds=kinds_seen(), special=may("special"))
    return {"nav_alerts": services().alerting.alerts.waiting(wanted)}
