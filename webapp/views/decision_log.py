"""The decision log of one connection: how it stands, and its entries under pseudonyms.

The pseudonym of a lead comes in the body of a form: it stands in no address and no log of a server.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, make_response, render_template, request

from audit.schema import BadInput
from connectors.decisions.look import Asked, Part
from webapp.auth import may
from webapp.decision_look import Look, look
from webapp.drift_watch.models import models_of
from webapp.explained_lead import lead_why
from webapp.explanations import newest
from webapp.plain_explanations import hidden_for
from webapp.services import Services, services
from webapp.store.rows import ConnectionRow
from webapp.viewmodels import decision_entries as words
from webapp.viewmodels.decision_log import log_facts
from webapp.viewmodels.explained_lead import LeadShown, lead_shown
from webapp.viewmodels.explanation_form import names_for
from webapp.views.drafting import connection_or_404

PAGE = "/connections/<connection_id>/log"
DAYS = 14

blueprint = Blueprint("decision_log", __name__)


@blueprint.get(PAGE)
def show(connection_id: str) -> Response:
    """The newest entries, or those of one day."""
    return _page(connection_or_404(connection_id), request.args, "")


@blueprint.post(PAGE)
def of_lead(connection_id: str) -> Response:
    """The entries of one lead, and why it has its score."""
    return _page(connection_or_404(connection_id), request.form, request.form.get("lead", ""))


def _page(connection: ConnectionRow, given: Mapping[str, str], lead: str) -> Response:
    opened = services()
    asked, wrong = _asked(given.get("day", ""), lead, given.get("before", ""))
    found, trouble = _found(opened, connection, asked)
    row, models = opened.decision_logs.get(connection.id), models_of(opened, connection)
    page = render_template(
        "decision_log.html",
        connection=connection,
        facts=log_facts(row),
        row=row,
        begun=words.begun(found.records),
        newest=words.newest(found.records),
        happened=words.happenings(found.records),
        days=found.days[:DAYS],
        whole=len(found.days),
        lines=[words.entry_line(one, models) for one in found.part.entries],
        before=found.part.before,
        asked=asked,
        wrong=wrong,
        trouble=trouble,
        verifies=opened.work.is_open(connection.id, "log"),
        may_change=may("change"),
        why=_why(opened, connection, asked),
    )
    return make_response(page, 422 if wrong else 200)


def _why(opened: Services, connection: ConnectionRow, asked: Asked) -> LeadShown | None:
    """Why the lead that is asked for has its score; not again with each older page of its entries."""
    if asked.lead is None or asked.before is not None:
        return None
    found = newest(opened, connection)
    hidden = frozenset[str]() if may("special") or found is None else hidden_for(opened, found)
    why = lead_why(opened, connection, asked.lead, found)
    return lead_shown(why, hidden, names_for(opened, connection))


def _asked(day: str, lead: str, before: str) -> tuple[Asked, str]:
    """What is asked for, and what is wrong with it."""
    try:
        return words.typed(day, lead, before), ""
    except BadInput as problem:
        return Asked(), str(problem)


def _found(opened: Services, connection: ConnectionRow, asked: Asked) -> tuple[Look, str]:
    """What there is, and why it cannot be shown."""
    try:
        return look(opened, connection, asked), ""
    except BadInput as problem:
        return Look(part=Part(entries=())), str(problem).rstrip(".")
