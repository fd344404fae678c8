"""What reps answer to the check: counted, compared by group, and one by one until somebody looked."""

from __future__ import annotations

from math import ceil
from urllib.parse import urlencode

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from audit.schema import BadInput
from webapp.auth import may
from webapp.charts import Drawing
from webapp.open_audits import hidden_in
from webapp.services import services
from webapp.store.answer_counts import AllCounted
from webapp.store.evidence import KeptAudit
from webapp.store.rows import ConnectionRow
from webapp.store.triage import PAGE, STATES, WANTING, Looking, Mark
from webapp.viewmodels.answers_compared import Compared, compared
from webapp.viewmodels.answers_queue import BECAME, BECAUSE, RECORDED, SAID, SEEN, outcomes, queue_lines
from webapp.viewmodels.answers_said import answers_said, months_drawing
from webapp.viewmodels.words import organisation_label
from webapp.views.drafting import connection_or_404

blueprint = Blueprint("answers", __name__)
WHERE = "/connections/<connection_id>/answers"
_FILTERS = ("state", "said", "reason", "seen", "audit", "page")
_LONGEST = 40


@blueprint.get(WHERE)
def show(connection_id: str) -> Response:
    """The counts, the comparison of groups, and one page of the answers that want somebody's eye."""
    return _page(connection_or_404(connection_id))


@blueprint.post(WHERE)
def mark(connection_id: str) -> Response:
    """Say what became of an answer; its key stands in the form and in no address."""
    connection = connection_or_404(connection_id)
    state, _, why = request.form.get("became", "").partition("/")
    try:
        key, shown = request.form.get("key", ""), request.form.get("shown", "")
        wanted = Mark(key=key, state=state, why=why, shown=shown)  # type: ignore[arg-type]  # is checked
        services().triage.mark(connection.id, wanted, current_user.user.name)
    except BadInput as problem:
        return _page(connection, wrong=str(problem))
    flash(RECORDED[wanted.state], "success")
    back = urlencode({name: request.form.get(name, "") for name in _FILTERS})
    return redirect(f"{url_for('answers.show', connection_id=connection_id)}?{back}#queue", 303)


def _page(connection: ConnectionRow, wrong: str = "") -> Response:
    opened, asked = services(), _asked()
    counted = opened.answer_counts.all(connection.id)
    said = answers_said(counted) if counted else None
    entries, whole = opened.triage.page(connection.id, _wanted(), _number())
    newest = next(iter(opened.evidence.behind(connection.id, None, 1)), None)
    page = render_template(
        "answers.html",
        connection=connection,
        label=organisation_label(connection.crm, connection.organisation),
        said=said,
        drawing=_drawing(connection.id, counted) if counted else None,
        known=opened.evidence.known(
            connection.id,
            {*(one.answer.audit_id for one in entries), *(one.key for one in (said.audits if said else ()))},
        ),
        audit=newest,
        compared=_compared(newest) if newest else None,
        lines=queue_lines(entries),
        whole=whole,
        waiting=opened.triage.waiting(connection.id),
        number=_number(),
        pages=max(1, ceil(whole / PAGE)),
        first=(_number() - 1) * PAGE + 1,
        asked=asked,
        choices={
            "state": BECAME,
            "said": {one: SAID[one] for one in WANTING},
            "reason": BECAUSE,
            "seen": SEEN,
        },
        outcomes=outcomes(),
        may_mark=may("looks"),
        wrong=wrong,
    )
    return make_response(page, 422 if wrong else 200)


def _drawing(connection_id: str, counted: AllCounted) -> Drawing | None:
    counts = services().answer_counts
    return months_drawing(counted, counts.newest(connection_id, "month"), counts.newest(connection_id, "all"))


def _compared(newest: KeptAudit) -> Compared | None:
    """What the answers told when the newest audit was made, as far as this person may see it."""
    told = services().triage.told(newest.id)
    hidden = frozenset[str]() if may("special") or told is None else hidden_in(services(), newest)
    return compared(told, hidden) if told else None


def _asked() -> dict[str, str]:
    """The filter, from the address or from the form that was sent on the page."""
    given = request.form if request.method == "POST" else request.args
    texts = {name: given.get(name, "").replace("\0", "")[:_LONGEST] for name in _FILTERS}
    return {**texts, "state": texts["state"] if "state" in given else "open"}


def _wanted() -> Looking:
    asked = _asked()
    return Looking(
        verdicts=(asked["said"],) if asked["said"] in WANTING else WANTING,
        state=asked["state"] if asked["state"] in STATES else "",
        reason=asked["reason"],
        seen=asked["seen"],
        audit_id=asked["audit"],
    )


def _number() -> int:
    asked = _asked()["page"]
    return max(1, int(asked)) if asked.isdecimal() and asked.isascii() and len(asked) < 8 else 1
