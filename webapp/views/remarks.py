"""Notes of other teams about scores and findings: written by a form, read, and said what became of each."""

from __future__ import annotations

from math import ceil
from typing import cast
from urllib.parse import urlencode

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

from audit.schema import BadInput
from webapp.auth import may
from webapp.finding_names import findings_of
from webapp.language import gettext
from webapp.services import services
from webapp.store.remarks import LONGEST, PAGE, TEAMS, TOPICS, Became, NewRemark, Wanted
from webapp.store.rows import ConnectionRow
from webapp.store.triage import STATES, State
from webapp.viewmodels.answers_queue import BECAME, outcomes
from webapp.viewmodels.remarks import SHORT_WORDS, TEAM_WORDS, TOPIC_WORDS, months_of, remark_cards
from webapp.viewmodels.words import organisation_label
from webapp.views.drafting import connection_or_404
from webapp.views.reasons import typed_reason

blueprint = Blueprint("remarks", __name__)
WHERE = "/connections/<connection_id>/notes"
_FILTERS = ("state", "team", "topic", "finding", "page")
_LONGEST = 40


@blueprint.get(WHERE)
def show(connection_id: str) -> Response:
    """The form, one page of notes, and how many there were by month."""
    return _page(connection_or_404(connection_id), {}, "")


@blueprint.post(WHERE)
def write(connection_id: str) -> AnyResponse:
    """Keep a note."""
    connection = connection_or_404(connection_id)
    if connection.state == "disconnected":
        abort(409)
    typed = {name: request.form.get(name, "").strip() for name in ("team", "topic", "about", "text")}
    typed["special"] = "1" if request.form.get("special") else ""
    try:
        services().remarks.add(connection.id, _new(connection, typed), current_user.user.name)
    except BadInput as problem:
        return _page(connection, typed, str(problem))
    flash(gettext("Your note is kept. An auditor says here what became of it."), "success")
    return redirect(url_for("remarks.show", connection_id=connection.id, _anchor="notes"), 303)


@blueprint.post(f"{WHERE}/became")
def mark(connection_id: str) -> AnyResponse:
    """Say what became of a note."""
    connection = connection_or_404(connection_id)
    state, _, why = request.form.get("became", "").partition("/")
    try:
        became = Became(state=cast("State", state), why=why, shown=request.form.get("shown", ""))
        services().remarks.mark(connection.id, request.form.get("note", ""), became, current_user.user.name)
    except BadInput as problem:
        return _page(connection, {}, str(problem))
    flash(gettext("Recorded."), "success")
    return _back(connection)


@blueprint.post(f"{WHERE}/delete")
def take_out(connection_id: str) -> AnyResponse:
    """Delete the text of a note: one's own, or any by who may say what became of notes."""
    connection, note = connection_or_404(connection_id), request.form.get("note", "")
    who = current_user.user.name
    if services().remarks.take_out(connection.id, note, who, any_text=may("looks")):
        flash(gettext("The text is deleted. That there was a note stays."), "success")
    else:
        flash(gettext("There is no text of yours to delete; nothing was changed."), "info")
    return _back(connection)


def _new(connection: ConnectionRow, typed: dict[str, str]) -> NewRemark:
    about = {one.id: one for one in findings_of(services(), connection, special=may("special"))}
    found = about.get(typed["about"])
    if typed["about"] and found is None:
        raise BadInput(gettext("That finding is not in the newest audit. Choose one from the list."))
    return NewRemark(
        team=typed["team"],  # type: ignore[arg-type]  # is checked
        topic=typed["topic"],  # type: ignore[arg-type]  # is checked
        text=typed_reason(typed["text"]),
        finding_id=found.id if found else "",
        special=bool(typed["special"]) or bool(found and found.special),
    )


def _back(connection: ConnectionRow) -> AnyResponse:
    kept = urlencode({name: request.form.get(name, "") for name in _FILTERS})
    return redirect(f"{url_for('remarks.show', connection_id=connection.id)}?{kept}#notes", 303)


def _page(connection: ConnectionRow, typed: dict[str, str], wrong: str) -> Response:
    kept, asked = services().remarks, _asked()
    number = _number(asked["page"])
    rows, whole = kept.page(connection.id, _wanted(asked), number)
    every = Wanted(special=may("special"), reader=current_user.user.name)
    found = findings_of(services(), connection, special=may("special"))
    page = render_template(
        "remarks.html",
        connection_id=connection.id,
        label=organisation_label(connection.crm, connection.organisation),
        ended=connection.state == "disconnected",
        typed=typed or {"about": asked["finding"]},
        findings=found,
        cards=remark_cards(rows, found, current_user.user.name, all_texts=may("looks")),
        months=months_of(kept.months(connection.id, every)),
        any=kept.count(connection.id, every) > 0,
        whole=whole,
        number=number,
        pages=max(1, ceil(whole / PAGE)),
        asked=asked,
        choices={
            "state": {one: BECAME[one] for one in STATES},
            "team": TEAM_WORDS,
            "topic": TOPIC_WORDS,
        },
        short=SHORT_WORDS,
        outcomes=outcomes(),
        may_mark=may("looks"),
        longest=LONGEST,
        wrong=wrong,
    )
    return make_response(page, 422 if wrong else 200)


def _number(typed: str) -> int:
    return max(1, int(typed)) if typed.isdecimal() and typed.isascii() and len(typed) < 8 else 1


def _asked() -> dict[str, str]:
    """The filter, from the address or from the form that was sent on the page."""
    given = request.form if request.method == "POST" else request.args
    return {name: given.get(name, "").replace("\0", "")[:_LONGEST] for name in _FILTERS}


def _wanted(asked: dict[str, str]) -> Wanted:
    return Wanted(
        special=may("special"),
        reader=current_user.user.name,
        state=asked["state"] if asked["state"] in STATES else "",
        team=asked["team"] if asked["team"] in TEAMS else "",
        topic=asked["topic"] if asked["topic"] in TOPICS else "",
        finding_id=asked["finding"],
    )
