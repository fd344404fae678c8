"""What every resource of the REST data API shares: admission, error bodies, limits, compression."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterable, Iterator

from flask import Blueprint, Response, g, request

from connectors.salesforce.ids import full_id
from connectors.sandbox.salesforce.errors import ApiError, expired_session, not_found
from connectors.sandbox.salesforce.faults import FAULT
from connectors.sandbox.salesforce.identity_routes import bearer
from connectors.sandbox.salesforce.schema import ObjectDef
from connectors.sandbox.salesforce.soql_run import Json
from connectors.sandbox.salesforce.state import state
from connectors.sandbox.salesforce.tables import Record
from connectors.sandbox.salesforce.users import API_ENABLED, User

OLDEST, NEWEST = 50, 68
CONTENT_TYPE = "application/json;charset=UTF-8"


def api_blueprint(name: str, below: str = "") -> Blueprint:
    """Routes under one API version, with admission before them and the limit header after them."""
    made = Blueprint(name, __name__, url_prefix=f"/services/data/<version>{below}")
    made.before_request(_admit)
    made.after_request(_finished)
    made.register_error_handler(ApiError, _failed)
    return made


def _failed(error: ApiError) -> Response:
    answer = answered(error.body, error.status)
    if error.status == 401:
        answer.headers["WWW-Authenticate"] = "Token"
    return answer


def _admit() -> None:
    """Version, token and the day's calls, in the platform's order."""
    state().asked.append(request.full_path)
    if request.method != "GET":
        state().received.append((request.path, request.get_data()))
    match = re.fullmatch(r"v(\d\d)\.0", str((request.view_args or {}).get("version")))
    if match is None or not OLDEST <= int(match[1]) <= NEWEST:
        raise not_found()
    held = state().grants.holder(bearer())
    if held is None:
        raise expired_session()
    user = held.family.user
    if not user.active:
        raise expired_session()
    if API_ENABLED not in user.permissions:
        raise ApiError(401, "INVALID_SESSION_ID", "This session is not valid for use with the REST API")
    if "api" not in held.family.scopes:
        raise ApiError(403, "INSUFFICIENT_ACCESS", "the token has no scope for the API")
    state().count_call()
    g.user = user


def _finished(answer: Response) -> Response:
    answer.headers["Sforce-Limit-Info"] = state().usage
    if "gzip" not in request.headers.get("Accept-Encoding", ""):
        return answer
    if answer.is_streamed:
        answer.response = _zipped(answer.iter_encoded())
        answer.headers.pop("Content-Length", None)
        answer.headers["Content-Encoding"] = "gzip"
    elif (answer.content_length or 0) > 1000:
        answer.set_data(gzip.compress(answer.get_data(), compresslevel=1))
        answer.headers["Content-Encoding"] = "gzip"
    return answer


def _zipped(parts: Iterable[bytes]) -> Iterator[bytes]:
    """A body compressed as it comes, so that a large one is never whole in memory."""
    packer = zlib.compressobj(1, wbits=31)
    for part in parts:
        yield packer.compress(part)
    yield packer.flush()


def answered(body: object, status: int = 200) -> Response:
    """A JSON answer with the platform's content type."""
    pretty = request.headers.get("X-PrettyPrint") == "1"
    text = json.dumps(body, indent=2 if pretty else None)
    return Response(text, status=status, content_type=CONTENT_TYPE)


def json_body() -> Json:
    """The JSON object in the request. Raises ApiError 400."""
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        raise ApiError(400, "JSON_PARSER_ERROR", "The HTTP entity body is required to be a JSON object")
    return body


def struck(*kinds: str) -> str:
    """The planned fault of one of these kinds that strikes this call; empty where none does."""
    fault = str(request.environ.get(FAULT, ""))
    return fault if fault in kinds else ""


def viewer() -> User:
    """The user behind the request's token."""
    user: User = g.user
    return user


def find(definition: ObjectDef, record_id: str) -> Record:
    """A record that the user may see. Raises ApiError 404."""
    try:
        wanted = full_id(record_id)
    except ValueError:
        raise _absent() from None
    state().org.commit_due()
    row = state().org.records[definition.name].get(wanted)
    if row is None or wanted in viewer().hidden_records:
        raise _absent()
    if row.get("IsDeleted"):
        raise ApiError(404, "ENTITY_IS_DELETED", "entity is deleted")
    return row


def _absent() -> ApiError:
    return ApiError(404, "NOT_FOUND", "Provided external ID field does not exist or is not accessible: Id")
