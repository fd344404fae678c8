"""An org that answers by a script, and Fairlead's line to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from werkzeug.wrappers import Request as Heard
from werkzeug.wrappers import Response

from connectors.oauth import Grant
from connectors.salesforce.app import SalesforceApp
from connectors.salesforce.gateway import Gateway
from connectors.sandbox.certificate import Certificate
from tests.connectors.scripted import scripted

ORG = "00D000000000001EAA"


@dataclass(slots=True)
class Counting:
    """A grant store that renews by counting."""

    grant: Grant
    renewals: int = 0

    def load(self) -> Grant:
        return self.grant

    def renew(self, stale: Grant, refresh: Callable[[Grant], Grant]) -> Grant:
        del refresh
        self.renewals += 1
        return stale


@dataclass(slots=True)
class Script:
    """Answers one after the other; the last one stays. Remembers what was asked."""

    answers: list[Any]
    heard: list[Heard] = field(default_factory=list)
    versions: Any = field(default_factory=lambda: [{"version": "67.0"}, {"version": "68.0"}])
    pauses: list[float] = field(default_factory=list)

    def __call__(self, request: Heard) -> Any:
        if request.path == "/services/data":
            return self.versions
        self.heard.append(request)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def failed(status: int, code: str, **headers: str) -> Response:
    made = Response(
        f'[{{"errorCode": "{code}", "message": "canary"}}]', status, content_type="application/json"
    )
    made.headers.update(headers)
    return made


@contextmanager
def line_to(script: Script, certificate: Certificate, **more: Any) -> Iterator[tuple[Gateway, Counting]]:
    """A gateway to an org that answers by a script; ``more`` changes the app."""
    with scripted(script, certificate.server_context()) as url:
        grant = Grant(
            organisation=ORG,
            instance_url=url,
            issued_at=datetime(2026, 11, 23, tzinfo=UTC),
            expires_at=None,
            scopes=("api",),
            access_token="canary-token",
            refresh_token="canary-refresh",
        )
        app = SalesforceApp(
            client_id="c",
            client_secret="s",
            redirect_uri="http://127.0.0.1/cb",
            login_url=url,
            extra_hosts=("127.0.0.1",),
            ca_file=certificate.certificate,
            **more,
        )
        grants = Counting(grant)
        yield Gateway(app, grants, pause=script.pauses.append), grants
