"""/metrics: closed where nobody opened it, and nothing in it that names an organisation or a person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import requests
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from audit.schema import BadInput
from connectors.account import Pulled
from connectors.errors import Busy
from connectors.sandbox.server import free_port
from connectors.synced import Synced
from tests.webapp.api_caller import store, two_sided
from webapp.app import app_over
from webapp.outcomes import CHECK, PULL, noting
from webapp.services import Services, open_services
from webapp.watching.door import serve_apart
from webapp.work.watched import Cancelled, Stopping

TOKEN = "Wq7-mZ2xLr9_tB4vNcK8sYpJ3hGdFe6Ua1"
SECRET_NAMES = ("00D000000000001EAA", "Ada", "Quellist", "example.com")
COUNTS = Pulled(read=10, kept=7, rejected={"malformed": 1}, excluded={"opted_out": 2}, unmapped={})


@pytest.fixture
def opened(tmp_path: Path, support, database_url: str) -> Iterator[Services]:
    settings = support.settings_for(
        tmp_path / "data",
        METRICS_TOKEN=TOKEN,
        DATABASE_URL=database_url,
        METRICS_LISTEN=f"127.0.0.1:{free_port()}",
    )
    services = open_services(settings, support.Clock())
    yield services
    services.close()


@pytest.fixture
def app(opened: Services) -> Flask:
    return app_over(opened)


def sorted_values(labels: dict[str, str]) -> list[str]:
    return [labels[name] for name in sorted(labels)]


def figures(app: Flask) -> dict[tuple[str, ...], float]:
    """Every sample by its name and the values of its labels in the order of their names."""
    answer = app.test_client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.text)
    return {
        (one.name, *sorted_values(one.labels)): one.value for family in families for one in family.samples
    }


def test_it_is_not_there_unless_it_was_opened(tmp_path: Path, support):
    opened = open_services(support.settings_for(tmp_path))
    app = app_over(opened)
    assert app.test_client().get("/metrics").status_code == 404
    assert "metrics" not in app.extensions
    assert serve_apart(app, opened) is None
    opened.close()


def test_it_opens_to_its_token_alone(app: Flask):
    for header in ("", "Bearer", f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN, "Bearer é"):
        answer = app.test_client().get("/metrics", headers={"Authorization": header})
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="metrics"'
        assert "fairlead_" not in answer.text


def test_it_tells_of_each_connection_by_its_number(app: Flask, opened: Services):
    first = opened.repository.add_connection("salesforce", "00D000000000001EAA", "https://example.com")
    opened.clock.forward(seconds=1)
    opened.repository.add_connection("hubspot", "77", "https://example.com")
    opened.syncs.add(first.id, Synced(kind="full", why="The first.", run=COUNTS, whole=COUNTS))
    store(opened, first, "audit1", two_sided())
    opened.clock.forward(hours=2)
    told = figures(app)
    assert told["fairlead_connection_state", "1", "connected"] == 1
    assert told["fairlead_connection_state", "2", "connected"] == 1
    assert told["fairlead_last_sync_age_seconds", "1"] == 7200
    assert told["fairlead_last_audit_age_seconds", "1"] == 7200
    assert told["fairlead_leads_held", "1"] == 7
    assert told["fairlead_findings", "1", "high"] == 1
    assert told["fairlead_findings", "1", "critical"] == 0
    # Nothing is told of what there is not: a connection that was never read has no age of 0.
    assert not [name for name in told if name[1:2] == ("2",) and name[0] != "fairlead_connection_state"]


def test_jobs_are_counted_however_they_end(app: Flask, opened: Services):
    row = opened.repository.add_connection("salesforce", "00D000000000001EAA", "https://example.com")
    for what in (PULL, PULL, CHECK):
        with noting(opened, row, what):
            pass
    for error in (
        Busy("busy", retry_after=1), BadInput("bad"), RuntimeError("a defect"),
        Cancelled("stopped by Ada"), Stopping("the server was told to stop"),
    ):  # fmt: skip
        with pytest.raises(type(error)), noting(opened, row, PULL):
            raise error
    told = figures(app)
    assert told["fairlead_jobs_total", "1", "pull", "done"] == 2
    assert told["fairlead_jobs_total", "1", "pull", "failed"] == 3
    assert told["fairlead_jobs_total", "1", "check", "done"] == 1
    assert told["fairlead_job_last_timestamp_seconds", "1", "pull", "failed"] == opened.clock().timestamp()


def test_requests_are_told_by_route_and_never_by_address(app: Flask):
    client = app.test_client()
    for path in ("/healthz", "/audits/canary", "/no/canary", "/api/v1/audits/canary", "/login?next=canary"):
        client.get(path)
    client.open("/healthz", method="CANARY")
    told = figures(app)
    assert told["fairlead_request_seconds_count", "GET", "/healthz", "200"] == 1
    assert told["fairlead_request_seconds_count", "GET", "/api/v1/audits/<audit_id>", "401"] == 1
    assert told["fairlead_request_seconds_count", "GET", "none", "404"] == 1
    assert told["fairlead_request_seconds_count", "other", "none", "405"] == 1
    assert not [name for name in told if "canary" in " ".join(name).lower()]


def test_nothing_in_it_names_an_organisation_or_a_person(app: Flask, opened: Services):
    row = opened.repository.add_connection("salesforce", SECRET_NAMES[0], "https://example.com")
    store(opened, row, "audit1", two_sided())
    answer = app.test_client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert not [name for name in (*SECRET_NAMES, row.id, TOKEN) if name in answer.text]
    labels = set(re.findall(r"(\w+)=\"", answer.text))
    assert labels <= {
        "connection",
        "state",
        "severity",
        "version",
        "route",
        "method",
        "status",
        "le",
        "kind",
        "outcome",
    }


def test_on_a_port_of_its_own_it_asks_for_the_token_where_one_is_set(app: Flask, opened: Services):
    server = serve_apart(app, opened)
    address = f"http://127.0.0.1:{server.effective_port}"

    def asked(path: str, **headers: str) -> tuple[int, str]:
        answer = requests.get(f"{address}{path}", headers=headers, timeout=30)
        return answer.status_code, answer.text

    assert asked("/metrics")[0] == 401
    assert asked("/login", Authorization=f"Bearer {TOKEN}")[0] == 404
    status, text = asked("/metrics", Authorization=f"Bearer {TOKEN}")
    assert status == 200
    assert "fairlead_info" in text
    server.close()


def test_a_port_that_is_taken_is_named(app: Flask, opened: Services):
    server = serve_apart(app, opened)
    settings = opened.settings.model_copy(update={"metrics_listen": f"127.0.0.1:{server.effective_port}"})
    with pytest.raises(BadInput, match="FAIRLEAD_METRICS_LISTEN"):
        serve_apart(app, replace(opened, settings=settings))
    server.close()
