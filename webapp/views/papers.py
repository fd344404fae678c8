"""The documents of a connection: the record of processing and the data flow, as pages and as files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flask import Blueprint, Response, abort, current_app, make_response, render_template

from webapp.rights import flow as flows
from webapp.rights import record as records
from webapp.rights.flow import Picture
from webapp.rights.paper import Paper, to_json, to_markdown
from webapp.services import Services, services
from webapp.store.rows import ConnectionRow
from webapp.viewmodels.words import organisation_label
from webapp.views.drafting import connection_or_404

PATH = "/connections/<connection_id>/privacy"
KINDS = {"html": "text/html", "md": "text/markdown", "json": "application/json"}
Maker = Callable[[Services, ConnectionRow], Paper]

blueprint = Blueprint("papers", __name__)


@blueprint.get(f"{PATH}/record")
def record(connection_id: str) -> str:
    """The record of processing."""
    return _page(connection_id, records.record, "record", None)


@blueprint.get(f"{PATH}/flow")
def flow(connection_id: str) -> str:
    """The data flow, with its picture."""
    return _page(connection_id, flows.flow, "flow", flows.picture)


@blueprint.get(f"{PATH}/record/<form>")
def record_file(connection_id: str, form: str) -> Response:
    """The record of processing as a file."""
    return _file(records.record(services(), connection_or_404(connection_id)), "record", form, None)


@blueprint.get(f"{PATH}/flow/<form>")
def flow_file(connection_id: str, form: str) -> Response:
    """The data flow as a file."""
    connection = connection_or_404(connection_id)
    drawn = flows.picture(services(), connection) if form == "html" else None
    return _file(flows.flow(services(), connection), "flow", form, drawn)


def _page(
    connection_id: str, make: Maker, name: str, draw: Callable[[Services, ConnectionRow], Picture] | None
) -> str:
    connection = connection_or_404(connection_id)
    return render_template(
        "paper.html",
        connection_id=connection.id,
        label=organisation_label(connection.crm, connection.organisation),
        paper=make(services(), connection),
        picture=draw(services(), connection) if draw else None,
        endpoint=f"papers.{name}_file",
        forms=tuple(KINDS),
    )


def _file(paper: Paper, name: str, form: str, picture: Picture | None) -> Response:
    if form not in KINDS:
        abort(404)
    if form == "html":
        text = render_template("paper_file.html", paper=paper, picture=picture, style=_style())
    else:
        text = to_markdown(paper) if form == "md" else to_json(paper)
    response = make_response(text)
    response.headers["Content-Type"] = f"{KINDS[form]}; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return response


def _style() -> str:
    """Our style sheet, so that the file looks right wherever it is opened."""
    return (Path(str(current_app.static_folder)) / "fairlead.css").read_text()
