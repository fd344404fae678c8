"""The stand-in as a WSGI application: fault, token, scope, budget, then the handler."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from connectors.sandbox.hubspot.asking import SCOPES, named_kind
from connectors.sandbox.hubspot.authorize import Consents
from connectors.sandbox.hubspot.desk import Desk
from connectors.sandbox.hubspot.faults import canned, damaged
from connectors.sandbox.hubspot.kinds import Kind
from connectors.sandbox.hubspot.replies import Problem, gateway_page, missing_scopes, problem
from connectors.sandbox.hubspot.routes import Endpoint, Scopes, routes
from connectors.sandbox.hubspot.world import World

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

LONGEST_REQUEST_LINE = 16_200


class Application:
    """Answers one portal's requests."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._routes = routes(Consents(world))

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """One request."""
        request = Request(environ)
        # A body that was not read would be taken for the next request of a kept connection.
        request.get_data()
        response = self._answer(request)
        response.headers["X-HubSpot-Correlation-Id"] = str(uuid.uuid4())
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if len(request.environ.get("RAW_URI", "")) > LONGEST_REQUEST_LINE:
            return gateway_page(414)
        fault = self._world.control.strike(request.method, request.path)
        if fault is None:
            return self._handled(request)
        if fault.kind == "deed":
            with self._world.lock:
                Desk(self._world).do(fault)
            return self._handled(request)
        if fault.kind == "status":
            self._count(request)
            return canned(fault)
        return damaged(fault, self._handled(request), request)

    def _handled(self, request: Request) -> Response:
        self._count(request)
        try:
            endpoint, arguments = self._routes.bind_to_environ(request.environ).match()
            response = self._admitted(endpoint, request, arguments)
        except Problem as found:
            return found.response
        except HTTPException as found:
            category = "METHOD_NOT_ALLOWED" if found.code == 405 else "NOT_FOUND"
            return problem(found.code or 500, category, "No such address or method.").response
        if endpoint.budget == "calls":
            self._world.limits.describe(response)
        return response

    def _admitted(self, endpoint: Endpoint, request: Request, arguments: Mapping[str, str]) -> Response:
        world = self._world
        named = {name: named_kind(arguments[name]) for name in ("kind", "other") if name in arguments}
        if endpoint.scopes is not None:
            self._check_scopes(endpoint.scopes, request, named)
        if endpoint.budget != "none":
            world.limits.count(world.accounts.app_id, world.portal, search=endpoint.budget == "search")
        with world.lock if endpoint.locked else contextlib.nullcontext():
            return endpoint.handler(world, request, **{**arguments, **named})

    def _check_scopes(self, wanted: Scopes, request: Request, named: Mapping[str, Kind]) -> None:
        """Every group must be met by the token's scopes. Raises Problem (401, 403)."""
        accounts = self._world.accounts
        granted = accounts.scopes_of(request.headers.get("Authorization", ""))
        request.environ[SCOPES] = granted
        names = {"kind": "", "other": "", **{place: kind.name for place, kind in named.items()}}
        groups = [[scope.format(**names) for scope in group] for group in wanted]
        lacking = [scope for group in groups if not set(group) & set(granted) for scope in group]
        too_dear = [kind for kind in named.values() if not self._world.has(kind)]
        if lacking or too_dear:
            raise missing_scopes(lacking or [scope for group in groups for scope in group])

    def _count(self, request: Request) -> None:
        self._world.control.calls[f"{request.method} {request.path}"] += 1
