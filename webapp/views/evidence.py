"""The evidence of an audit: a page a finding, a page a figure, and each figure as SVG and as CSV."""

from __future__ import annotations

import json
from contextlib import suppress

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from audit.intervals import quantile
from audit.thresholds import group_record
from webapp.auth import may
from webapp.evidence.catalogue import Asked
from webapp.evidence.figure import Figure
from webapp.open_audits import Opened
from webapp.services import services
from webapp.store.remarks import Wanted
from webapp.viewmodels.finding_page import FindingPage, finding_page
from webapp.viewmodels.thresholds import Sensitivity, sensitivity
from webapp.viewmodels.words import organisation_label
from webapp.views.loading import connection_of, opened

blueprint = Blueprint("evidence", __name__)
# A drawing opened on its own needs nothing, and may do nothing.
ALONE = "default-src 'none'; style-src 'none'; script-src 'none'; frame-ancestors 'none'; sandbox"


@blueprint.get("/audits/<audit_id>/findings/<finding_id>")
def finding(audit_id: str, finding_id: str) -> str:
    """One finding with everything behind it."""
    found = opened(audit_id)
    page = _finding(found, finding_id)
    connection = connection_of(found)
    return render_template(
        "finding.html",
        page=page,
        look=services().evidence.looks(connection.id).get(finding_id),
        sensitivity=_sensitivity(found, page.place, page.metric) if page.at_thresholds else None,
        remarks=services().remarks.count(connection.id, _about(finding_id)),
        audit=found.row,
        label=organisation_label(connection.crm, connection.organisation),
    )


@blueprint.post("/audits/<audit_id>/findings/<finding_id>/looked")
def looked(audit_id: str, finding_id: str) -> AnyResponse:
    """Record that this person looked at a finding."""
    found = opened(audit_id)
    _finding(found, finding_id)
    services().evidence.look(found.row.connection_id, audit_id, finding_id, current_user.name)
    return redirect(
        url_for("evidence.finding", audit_id=audit_id, finding_id=finding_id, _anchor="looked"), 303
    )


@blueprint.get("/audits/<audit_id>/evidence/<kind>/<int:place>")
def page(audit_id: str, kind: str, place: int) -> str:
    """One figure with its table."""
    found = opened(audit_id)
    shown, asked = _figure(found, kind, place)
    connection = connection_of(found)
    return render_template(
        "figure.html",
        figure=shown,
        asked=asked,
        sensitivity=_sensitivity(found, place, asked.metric) if kind == "thresholds" else None,
        audit=found.row,
        label=organisation_label(connection.crm, connection.organisation),
    )


@blueprint.get("/audits/<audit_id>/evidence/<kind>/<int:place>.svg")
def drawing(audit_id: str, kind: str, place: int) -> Response:
    """A figure's chart as a file."""
    shown, _ = _figure(opened(audit_id), kind, place)
    if shown.drawing is None:
        abort(404)
    response = _file(shown.drawing.as_file(), "image/svg+xml", f"{kind}-{place}-{audit_id}.svg")
    response.headers["Content-Security-Policy"] = ALONE
    return response


@blueprint.get("/audits/<audit_id>/evidence/<kind>/<int:place>.csv")
def table(audit_id: str, kind: str, place: int) -> Response:
    """A figure's table as a file."""
    shown, _ = _figure(opened(audit_id), kind, place)
    if shown.sheet is None:
        abort(404)
    return _file(shown.sheet.as_csv(), "text/csv", f"{kind}-{place}-{audit_id}.csv")


@blueprint.get("/audits/<audit_id>/evidence/thresholds/<int:place>.json")
def counts(audit_id: str, place: int) -> Response:
    """The counts between thresholds of one attribute, from which the page reckons every threshold."""
    source = opened(audit_id).source
    names, held = source.attributes, source.counts
    groups = held.of(names[place - 1][0]) if held is not None and 1 <= place <= len(names) else None
    if held is None or groups is None or not held.thresholds:
        abort(404)
    asked = source.report.settings
    record = {
        "said": [f"{one:g}" for one in held.thresholds],
        "higher_is_better": held.higher_is_better,
        "quantile": quantile(held.confidence),
        "tolerance": asked.tolerance_difference,
        "minimum": asked.minimum_group,
        **group_record(groups),
    }
    text = json.dumps(record, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return Response(text, content_type="application/json; charset=utf-8")


def _about(finding_id: str) -> Wanted:
    return Wanted(special=may("special"), reader=current_user.user.name, finding_id=finding_id)


def _finding(found: Opened, finding_id: str) -> FindingPage:
    return finding_page(found.source, found.page, finding_id) or abort(404)


def _figure(found: Opened, kind: str, place: int) -> tuple[Figure, Asked]:
    asked = Asked(
        kind=kind,
        place=place,
        metric=request.args.get("metric", ""),
        ratio=request.args.get("as") == "ratio",
    )
    shown = found.figure(asked)
    return (shown, asked) if shown is not None else abort(404)


def _sensitivity(found: Opened, place: int, metric: str) -> Sensitivity | None:
    """The table of one threshold: the one that the form asks for, else the one in force."""
    step: int | None = None
    with suppress(ValueError):
        step = int(request.args.get("step", ""))
    return sensitivity(found.source, place, metric, step)


def _file(text: str, kind: str, name: str) -> Response:
    response = Response(text, content_type=f"{kind}; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
