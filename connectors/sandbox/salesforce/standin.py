"""The stand-in org as one object: start it, connect to it, look into it, break it."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from flask import Flask, Response, request
from werkzeug.exceptions import MethodNotAllowed, NotFound

from connectors.sandbox.certificate import Certificate
from connectors.sandbox.fields import OrgContents
from connectors.sandbox.salesforce import (
    bulk_ingest_routes,
    bulk_query_routes,
    collection_routes,
    composite_routes,
    consent,
    control_oauth_routes,
    control_org_routes,
    control_routes,
    data_routes,
    identity_routes,
    limits_routes,
    oauth_routes,
    page_routes,
    replication_routes,
    write_routes,
)
from connectors.sandbox.salesforce.api import answered
from connectors.sandbox.salesforce.bulk_jobs import Jobs
from connectors.sandbox.salesforce.client_app import Client
from connectors.sandbox.salesforce.cursors import Cursors
from connectors.sandbox.salesforce.errors import ApiError, not_found
from connectors.sandbox.salesforce.faults import Fault, Faults
from connectors.sandbox.salesforce.gate import Gate
from connectors.sandbox.salesforce.grants import Grants
from connectors.sandbox.salesforce.new_org import make_org
from connectors.sandbox.salesforce.objects import PACKAGE
from connectors.sandbox.salesforce.org import Org
from connectors.sandbox.salesforce.state import EXTENSION, State, state
from connectors.sandbox.server import LocalServer

BLUEPRINTS = (
    data_routes.listing,
    limits_routes.routes,
    replication_routes.routes,
    bulk_query_routes.routes,
    bulk_ingest_routes.routes,
    collection_routes.routes,
    composite_routes.routes,
    data_routes.routes,
    write_routes.routes,
    oauth_routes.routes,
    identity_routes.routes,
    page_routes.routes,
    control_routes.routes,
    control_org_routes.routes,
    control_oauth_routes.routes,
)


@dataclass(slots=True)
class SalesforceStandIn:
    """One org over TLS (for clients) and over plain HTTP (for browsers), with its state in memory.

    Ports are free ones unless given. ``state`` is what tests look into and turn.
    """

    contents: OrgContents
    certificate: Certificate
    seed: int
    tls_port: int = 0
    page_port: int = 0
    state: State = field(init=False, repr=False)
    _servers: tuple[LocalServer, LocalServer] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Fill the org and bind both ports; nothing is served before ``start``."""
        org = make_org(self.contents, self.seed)
        client = Client(id=_secret(self.seed, "client"), secret=_secret(self.seed, "secret"))
        grants = Grants(client=client, organisation=org.organisation, clock=org.clock)
        self.state = State(
            org=org, grants=grants, cursors=Cursors(org.clock), faults=Faults(), jobs=Jobs(clock=org.clock)
        )
        gate = Gate(_application(self.state).wsgi_app, self.state)
        tls = LocalServer(app=gate, port=self.tls_port, tls=self.certificate.server_context())
        self._servers = (tls, LocalServer(app=gate, port=self.page_port))
        self.state.instance_url, self.state.page_url = (server.url for server in self._servers)

    @property
    def login_url(self) -> str:
        """The https address of OAuth and of the REST API."""
        return self.state.instance_url

    @property
    def page_url(self) -> str:
        """The http address of the pages."""
        return self.state.page_url

    @property
    def organisation(self) -> str:
        """The org's 18-character id."""
        return self.org.organisation

    @property
    def org(self) -> Org:
        """The org's data, users and switches."""
        return self.state.org

    @property
    def faults(self) -> Faults:
        """The faults to plan."""
        return self.state.faults

    @property
    def client_id(self) -> str:
        """The consumer key of the org's External Client App."""
        return self.state.grants.client.id

    @property
    def client_secret(self) -> str:
        """The consumer secret."""
        return self.state.grants.client.secret

    @property
    def redirect_uris(self) -> set[str]:
        """The callback addresses the app may name; change it in place."""
        return self.state.grants.client.redirect_uris

    @property
    def panel_url(self) -> str | None:
        """Our canvas address, which the lead page posts the signed request to."""
        return self.state.panel_url

    @panel_url.setter
    def panel_url(self, url: str | None) -> None:
        self.state.panel_url = url

    def record_ids(self) -> tuple[str, ...]:
        """The leads' ids in the order of the contents."""
        return tuple(self.org.leads)

    def lead_page(self, record_id: str) -> str:
        """The address of a lead's page."""
        return f"{self.page_url}/lightning/r/Lead/{record_id}/view"

    def consent(self, url: str, decision: str = "allow") -> str:
        """Play the admin's browser over HTTP; returns the address it is sent back to."""
        return consent.consent(url, self.certificate.certificate, decision)

    def is_open(self, record_id: str) -> bool:
        """Whether a rep still works on this lead."""
        return str(self.org.leads[record_id].get("Status")).startswith(("Open", "Working"))

    def written_back(self) -> tuple[str, ...]:
        """Every text that now stands in the package's fields of any lead."""
        names = [found.name for found in PACKAGE]
        return tuple(str(row[name]) for row in self.org.leads.values() for name in names if row.get(name))

    def break_down(self) -> None:
        """From now on every data call fails, until ``recover``."""
        self.faults.plan(Fault(kind="api_disabled", times=None))

    def recover(self) -> None:
        """Forget all faults."""
        self.faults.clear()

    def start(self) -> Self:
        """Begin to serve; returns itself."""
        for server in self._servers:
            server.start()
        return self

    def close(self) -> None:
        """Stop serving and free both ports."""
        # Each waits up to half a second for its thread, so both at once.
        with ThreadPoolExecutor(len(self._servers)) as closing:
            list(closing.map(LocalServer.close, self._servers))

    def __enter__(self) -> Self:
        """Start serving."""
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop serving."""
        self.close()


def _application(state: State) -> Flask:
    app = Flask(__name__, static_folder=None)
    app.url_map.strict_slashes = False
    app.extensions[EXTENSION] = state
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.register_error_handler(404, _unknown_address)
    app.register_error_handler(405, _unknown_method)
    return app


def _unknown_address(error: NotFound) -> Response:
    """The data API answers its JSON array for an unknown resource, every other address a page."""
    if not request.path.startswith("/services/data"):
        return Response(error.get_body(), status=404, content_type="text/html;charset=UTF-8")
    return _refused(not_found())


def _unknown_method(error: MethodNotAllowed) -> Response:
    """The data API names the methods that a resource has."""
    if not request.path.startswith("/services/data"):
        return Response(error.get_body(), status=405, content_type="text/html;charset=UTF-8")
    allowed = ", ".join(sorted(error.valid_methods or ()))
    text = f"HTTP Method '{request.method}' not allowed. Allowed are {allowed}"
    return _refused(ApiError(405, "METHOD_NOT_ALLOWED", text))


def _refused(error: ApiError) -> Response:
    answer = answered(error.body, error.status)
    answer.headers["Sforce-Limit-Info"] = state().usage
    return answer


def _secret(seed: int, purpose: str) -> str:
    """The same seed makes the same app, so that a second start of a demo still knows it."""
    return "3MVG9" + hashlib.sha256(f"fairlead stand-in/{seed}/{purpose}".encode()).hexdigest()
