"""Try remedies: ask for an experiment, see how far it is, and read what came of it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from flask import (
    Blueprint,
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from audit.finding import Finding
from audit.report.mitigation.json_form import to_json
from audit.rows.mitigation.legal import without_groups
from audit.schema import BadInput
from webapp.auth import may
from webapp.experiments import Found, all_of, ask, open_one
from webapp.open_audits import open_audit
from webapp.services import services
from webapp.store.experiments import KEPT
from webapp.store.rows import ConnectionRow
from webapp.store.work_jobs import OPEN
from webapp.viewmodels.experiment import experiment_page, history_line
from webapp.viewmodels.jobs import line
from webapp.viewmodels.remedy_charts import GOODS, Good, chart
from webapp.viewmodels.remedy_form import (
    AIM_WORDS,
    EFFORTS,
    WHICH,
    Choices,
    Typed,
    choices,
    read,
    typed_for,
)
from webapp.viewmodels.remedy_lines import remedy_lines, sheet
from webapp.viewmodels.words import organisation_label
from webapp.views.drafting import connection_or_404
from webapp.views.evidence import ALONE
from webapp.views.jobs import stop, told

blueprint = Blueprint("remedies", __name__)
PAGE = "/connections/<connection_id>/remedies"
FIELDS = (
    "attribute",
    "aim",
    "effort",
    "calls",
    "which",
    "legal",
    "value",
    "minutes",
    "audit_id",
    "finding_id",
)


@blueprint.get(PAGE)
def show(connection_id: str) -> Response:
    """The form, what is being tried, and what was tried before."""
    connection = connection_or_404(connection_id)
    offered = choices(services(), connection)
    finding = _finding(connection)
    return _page(connection, offered, typed_for(finding, request.args.get("audit", ""), offered), {})


@blueprint.post(PAGE)
def try_them(connection_id: str) -> AnyResponse:
    """Ask for an experiment."""
    connection = connection_or_404(connection_id)
    opened, offered = services(), choices(services(), connection)
    typed = {name: request.form.get(name, "") for name in FIELDS}
    asked, wrong = read(typed, offered)
    if asked is None or offered.lacking:
        return _page(connection, offered, typed, wrong)
    try:
        job = ask(opened, connection, asked, current_user.user.name)
    except BadInput as problem:
        return _page(connection, offered, typed, {"form": str(problem)})
    told(opened, job)
    return redirect(
        url_for("remedies.show", connection_id=connection.id, watch=job.wanted, _anchor="now"), 303
    )


@blueprint.post(f"{PAGE}/cancel")
def cancel(connection_id: str) -> AnyResponse:
    """Let what is being tried stop at its next remedy."""
    connection = connection_or_404(connection_id)
    for job in services().work.of(connection.id, "remedies", 1):
        stop(services(), job.id)
    return redirect(url_for("remedies.show", connection_id=connection.id), 303)


@blueprint.get(f"{PAGE}/<experiment_id>")
def one(connection_id: str, experiment_id: str) -> str:
    """What came of one experiment."""
    connection, found = _found(connection_id, experiment_id)
    return render_template(
        "experiment.html",
        page=experiment_page(found, legal=_legal()),
        made=found.report.experiment,
        asked=found.asked,
        finding_there=_still_there(found),
        connection_id=connection.id,
        label=organisation_label(connection.crm, connection.organisation),
    )


@blueprint.get(f"{PAGE}/<experiment_id>/mitigation.json")
def report_json(connection_id: str, experiment_id: str) -> Response:
    """The report as it is kept, byte for byte; in the legal mode without what needs a new lead's group."""
    _, found = _found(connection_id, experiment_id)
    text = found.text
    if _legal():
        text = to_json(replace(found.report, experiment=without_groups(found.report.experiment)))
    return _file(text, "application/json", f"mitigation-{found.id}.json")


@blueprint.get(f"{PAGE}/<experiment_id>/remedies.csv")
def table(connection_id: str, experiment_id: str) -> Response:
    """Every remedy, for a spreadsheet."""
    _, found = _found(connection_id, experiment_id)
    made = found.report.experiment
    text = sheet(made, remedy_lines(made, legal=_legal())).as_csv()
    return _file(text, "text/csv", f"remedies-{found.id}.csv")


@blueprint.get(f"{PAGE}/<experiment_id>/<any({', '.join(GOODS)}):good>.svg")
def drawing(connection_id: str, experiment_id: str, good: Good) -> Response:
    """A chart as a file."""
    _, found = _found(connection_id, experiment_id)
    made = found.report.experiment
    shown = chart(made, remedy_lines(made, legal=_legal()), good) or abort(404)
    response = _file(shown.drawing.as_file(), "image/svg+xml", f"{good}-{found.id}.svg")
    response.headers["Content-Security-Policy"] = ALONE
    return response


def _page(connection: ConnectionRow, offered: Choices, typed: Typed, wrong: dict[str, str]) -> Response:
    opened, label = services(), organisation_label(connection.crm, connection.organisation)
    jobs = opened.work.of(connection.id, "remedies", 1)
    # The newest, while it has not ended or if it came to nothing.
    shown = [line(one, label, opened.clock()) for one in jobs if one.state != "done"]
    found = all_of(opened, connection)
    watched = next((one.id for one in found if one.id == request.args.get("watch")), "")
    page = render_template(
        "remedies.html",
        connection_id=connection.id,
        label=label,
        offered=offered,
        typed=typed,
        wrong=wrong,
        aims=AIM_WORDS,
        efforts=EFFORTS,
        which={name: words for name, (words, _) in WHICH.items()},
        jobs=shown,
        at_work=any(one.state in OPEN for one in shown),
        watch=request.args.get("watch", ""),
        ready=watched,
        history=[history_line(one) for one in found],
        kept=KEPT,
    )
    return make_response(page, 422 if wrong else 200)


def _finding(connection: ConnectionRow) -> Finding | None:
    """The finding that the address names, where it is one of this connection."""
    row = services().evidence.one(request.args.get("audit", "")[:32])
    if row is None or row.connection_id != connection.id:
        return None
    with suppress(BadInput):  # one of a form that is no longer read
        report = open_audit(services(), row, special=may("special")).source.report
        return next((one for one in report.findings if one.id == request.args.get("finding")), None)
    return None


def _still_there(found: Found) -> bool:
    """Whether the audit of the finding that it is about is still stored."""
    asked = found.asked
    return bool(asked.finding_id and services().evidence.known(found.connection_id, [asked.audit_id]))


def _found(connection_id: str, experiment_id: str) -> tuple[ConnectionRow, Found]:
    connection = connection_or_404(connection_id)
    row = services().experiments.one(experiment_id)
    if row is None or row.connection_id != connection.id:
        abort(404)
    return connection, open_one(services(), connection, row) or abort(404)


def _legal() -> bool:
    return request.args.get("legal") == "yes"


def _file(text: str, kind: str, name: str) -> Response:
    response = Response(text, content_type=f"{kind}; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
