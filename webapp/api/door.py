"""The routes of the API, made from the table of its operations."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from flask import Blueprint, Flask, Response, current_app, request
from sqlalchemy.exc import OperationalError

from audit.schema import BadInput
from connectors.errors import Busy, ConnectorError
from connectors.locking import Locked
from webapp.api.description import described
from webapp.api.every import OPERATIONS
from webapp.api.gate import caller
from webapp.api.operation import VERSION_PATH, Ask, Operation
from webapp.api.pace import Pace
from webapp.api.problem import PLAIN, Problem, Why, conflict, response
from webapp.api.reading import asked
from webapp.api.sending import refuse_other_types, sent
from webapp.services import services

blueprint = Blueprint("api", __name__, url_prefix=VERSION_PATH)


def install(app: Flask) -> None:
    """Open the door of an application."""
    app.extensions["api_pace"] = Pace()


def _view(operation: Operation) -> Callable[..., Response]:
    def view(**names: str | int) -> Response:
        opened = services()
        grant = caller(opened, operation)
        refuse_other_types(operation)
        ask = Ask(opened=opened, grant=grant, operation=operation.name, names=names, asked=asked(operation))
        return sent(operation, operation.does(ask))

    return view


def _rule(path: str) -> str:
    """Our address with names in braces, as Flask writes it; a version is a number."""
    return re.sub(r"\{(\w+)\}", lambda found: f"<{_KINDS.get(found[1], '')}{found[1]}>", path)


_KINDS = {"version": "int:"}

for _one in OPERATIONS:
    blueprint.add_url_rule(_rule(_one.path), _one.name, _view(_one), methods=[_one.method])


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """The description of the API, for whoever asks: it says nothing of this installation."""
    made = Response(
        json.dumps(described(), indent=1, ensure_ascii=False) + "\n", content_type="application/json"
    )
    made.headers["Cache-Control"] = "public, max-age=300"
    made.add_etag()
    return made.make_conditional(request)  # type: ignore[return-value]  # it is the same response


@blueprint.errorhandler(Problem)
def _told(problem: Problem) -> Response:
    return response(problem.why)


@blueprint.errorhandler(BadInput)
def _unfit(error: BadInput) -> Response:
    return response(conflict(str(error)).why)


@blueprint.errorhandler(Locked)
def _locked(_error: Locked) -> Response:
    return response(conflict("A job of this connection is at work: try again when it is done.").why)


@blueprint.errorhandler(ConnectorError)
def _remote(error: ConnectorError) -> Response:
    busy = isinstance(error, Busy)
    headers = {"Retry-After": str(max(1, round(error.retry_after)))} if isinstance(error, Busy) else {}
    return response(Why(status=503 if busy else 502, name="crm", detail=f"{error}.", headers=headers))


@blueprint.errorhandler(OperationalError)
def _busy(_error: OperationalError) -> Response:
    current_app.logger.warning("The database did not answer a request to the API in time.")
    return response(PLAIN[503])
