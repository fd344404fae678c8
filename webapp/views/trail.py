"""Who did what: the audit trail, for admins and auditors, on pages and as a CSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from math import ceil

from flask import Blueprint, Response, render_template, request

from webapp.services import services
from webapp.store.rows import EventRow
from webapp.store.trail import PAGE, Filter
from webapp.viewmodels.words import organisation_labels

COLUMNS = ("when (UTC)", "who", "what", "which", "detail")
# A spreadsheet takes a cell that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

blueprint = Blueprint("trail", __name__)


@blueprint.get("/trail")
def index() -> str:
    """One page of the trail, newest first."""
    wanted, trail = _wanted(), services().trail
    asked = request.args.get("page", "1")
    number = max(1, int(asked)) if asked.isdecimal() and len(asked) < 8 else 1
    rows, whole = trail.page(wanted, number)
    return render_template(
        "trail.html",
        rows=rows,
        whole=whole,
        number=number,
        pages=max(1, ceil(whole / PAGE)),
        first=(number - 1) * PAGE + 1,
        wanted=wanted,
        choices=trail.choices(),
        labels=_labels(),
    )


@blueprint.get("/trail.csv")
def download() -> Response:
    """Every line that the filter lets through."""
    lines = _csv(services().trail.every(_wanted()))
    answer = Response(lines, mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="trail.csv"'
    return answer


def _wanted() -> Filter:
    args = request.args
    texts = {name: args.get(name, "").replace("\0", "") for name in ("who", "action", "target")}
    return Filter(who=texts["who"], action=texts["action"], target=texts["target"])


def _labels() -> dict[str, str]:
    return organisation_labels(services().repository.connections())


def _csv(events: Iterable[EventRow]) -> Iterator[str]:
    yield _line(COLUMNS)
    for event in events:
        yield _line((event.at.isoformat(), event.who, event.action, event.target, event.detail))


def _line(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells])
    return text.getvalue()
