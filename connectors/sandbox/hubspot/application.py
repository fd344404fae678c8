"""The stand-in as a WSGI application: fault, token, scope, budget, then the handler."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException
from werkzeug.http import http_date
from werkzeug.wrappers import Request, Response

from connectors.sandbox.hubspot.accounts import terse_refusal
from connectors.sandbox.hubspot.asking import SCOPES, named_kind
from connectors.sandbox.hubspot.desk import Desk
from connectors.sandbox.hubspot.faults import Fault, broken_off, canned, damaged, hinted
from connectors.sandbox.hubspot.kinds import Kind
from connectors.sandbox.hubspot.repeated import Repeated
from connectors.sandbox.hubspot.replies import CORRELATION, Problem, gateway_page, missing_scopes, problem
from connectors.sandbox.hubspot.routes import Endpoint, Scopes, routes
from connectors.sandbox.hubspot.world import World

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

LONGEST_REQUEST_LINE = 16_200
_CONTROL = "/__control"


class Application:
    """Answers one portal's requests."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._routes = routes()
        self._pages = Repeated()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """One request."""
        request = Request(environ)
        # A body that was not read would be taken for the next request of a kept connection.
        request.get_data()
        # Whoever plans faults must be able to end them.
        controlling = request.path.startswith(_CONTROL)
        response = self._handled(request) if controlling else self._answer(request)
        response.headers.setdefault(CORRELATION, str(uuid.uuid4()))
        response.headers["Date"] = http_date(self._world.clock.now())
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if len(request.environ.get("RAW_URI", "")) > LONGEST_REQUEST_LINE:
            return gateway_page(414)
        fault = self._world.control.strike(request.method, request.path)
        if fault is None:
            return self._handled(request)
        if fault.kind in {"deed", "expire"}:
            self._meddle(fault)
            return self._handled(request)
        if fault.kind == "duplicate_page":
            return self._pages.before(request) or self._handled(request)
        if fault.kind in {"status", "limit", "reset_before"}:
            self._count(request)
            return self._refused(fault, request)
        return damaged(fault, self._handled(request), request)

    def _meddle(self, fault: Fault) -> None:
        with self._world.lock:
            if fault.kind == "expire":
                self._world.accounts.expire_access()
            else:
                Desk(self._world).do(fault)

    def _refused(self, fault: Fault, request: Request) -> Response:
        world = self._world
        if fault.kind == "reset_before":
            return Response(broken_off(request))
        if fault.kind == "status":
            return canned(fault)
        found = world.limits.refused(fault.policy, world.accounts.app_id, world.portal)
        return hinted(found.response, fault.retry_after)

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
        self._pages.keep(request, response)
        return response

    def _admitted(self, endpoint: Endpoint, request: Request, arguments: Mapping[str, str]) -> Response:
        world, search, static = self._world, endpoint.budget == "search", False
        named = {name: named_kind(arguments[name]) for name in ("kind", "other") if name in arguments}
        if endpoint.scopes is not None:
            static = self._check_scopes(endpoint.scopes, request, named)
        if endpoint.budget != "none":
            world.limits.count(world.accounts.app_id, world.portal, search=search)
        with world.lock if endpoint.locked else contextlib.nullcontext():
            response = endpoint.handler(world, request, **{**arguments, **named})
        if endpoint.budget != "none":
            world.limits.describe(response, search=search, static=static)
        return response

    def _check_scopes(self, wanted: Scopes, request: Request, named: Mapping[str, Kind]) -> bool:
        """Every group must be met by the token's scopes; whether it is static. Raises Problem (401, 403)."""
        authorization = request.headers.get("Authorization", "")
        access = self._world.accounts.access_of(authorization)
        request.environ[SCOPES] = access.scopes
        names = {"kind": "", "other": "", **{place: kind.scope for place, kind in named.items()}}
        groups = [[scope.format(**names) for scope in group] for group in wanted]
        lacking = [scope for group in groups if not set(group) & set(access.scopes) for scope in group]
        too_dear = [kind for kind in named.values() if not self._world.has(kind)]
        if not lacking and not too_dear:
            return access.static
        if self._world.control.terse_scope_errors:
            raise terse_refusal(authorization)
        raise missing_scopes(lacking or [scope for group in groups for scope in group])

    def _count(self, request: Request) -> None:
        if not request.path.startswith(_CONTROL):
            self._world.control.calls[f"{request.method} {request.path}"] += 1
