"""Several processes renew one grant of an org that rotates its tokens and punishes every reuse."""

from __future__ import annotations

import base64
import hmac
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from connectors.errors import Busy, Refused
from connectors.oauth import Grant
from connectors.salesforce.app import SalesforceApp
from connectors.salesforce.gateway import Gateway
from connectors.salesforce.oauth import refresh
from connectors.salesforce.token_call import SENDING
from connectors.sandbox.certificate import Certificate
from connectors.sandbox.salesforce import SalesforceStandIn
from tests.connectors.scripted import scripted
from tests.connectors.subject_salesforce import app_of, connect, contents
from tests.processes import FORKED
from webapp.secrets_box import SecretsBox
from webapp.store.database import Database, open_database
from webapp.store.grants import DatabaseGrants
from webapp.store.repository import Repository

MASTER = bytes(range(32))
RENEWALS = 3
PATIENCE = 120


@pytest.fixture(autouse=True)
def _soon(monkeypatch):
    """A lost answer is given up after two seconds here, not after thirty."""
    monkeypatch.setitem(SENDING, "timeout", (5, 2))


def grants_in(database: Database, connection_id: str) -> DatabaseGrants:
    box = SecretsBox(master=MASTER, purpose="grant")
    return DatabaseGrants(database=database, box=box, connection_id=connection_id)


def stored(database: Database, grant: Grant) -> DatabaseGrants:
    row = Repository(database=database).add_connection("salesforce", grant.organisation, grant.instance_url)
    store = grants_in(database, row.id)
    store.save(grant)
    return store


def work(url: str, connection_id: str, app: SalesforceApp, enough: Any) -> None:
    """Count the leads again and again, as a worker process does; exits with 1 where the consent is lost."""
    database = open_database(url)
    gateway = Gateway(app, grants_in(database, connection_id), pause=lambda _: None)
    while not enough.is_set():
        try:
            if gateway.query("SELECT COUNT() FROM Lead", "lead count")["totalSize"] != 3:
                raise SystemExit(2)
        except Refused as error:
            # The org let the token die twice within one call; the next call renews it again.
            if error.code != "INVALID_SESSION_ID":
                raise SystemExit(1) from None
    database.dispose()


def test_two_processes_never_use_a_rotated_token_again(database_url, database, certificate):
    with SalesforceStandIn(contents(({}, {}, {})), certificate, seed=7) as org:
        store = stored(database, connect(org).grant)
        (family,) = org.state.grants.families
        enough = FORKED.Event()
        arguments = (database_url, store.connection_id, app_of(org), enough)
        workers = [FORKED.Process(target=work, args=arguments) for _ in "ab"]
        for worker in workers:
            worker.start()
        seen, ends = org.state.calls, time.monotonic() + PATIENCE
        while all(worker.is_alive() for worker in workers) and time.monotonic() < ends:
            # After some good calls, so that a slow machine gets on too.
            if org.state.calls >= seen + 3:
                org.state.grants.expire_all()
                seen = org.state.calls
            if len(family.spent) >= RENEWALS:
                break
            time.sleep(0.01)
        enough.set()
        for worker in workers:
            worker.join(PATIENCE)
        assert [worker.exitcode for worker in workers] == [0, 0]
        assert not family.revoked
        assert len(family.spent) >= RENEWALS
        assert store.load().refresh_token == family.refresh
        assert not store.load().in_doubt


@dataclass(slots=True)
class Rotating:
    """A token endpoint that rotates, ends everything at a reuse, and may lose its answer on the way."""

    client: SalesforceApp
    organisation: str
    current: str = "refresh-0"
    alive: bool = True
    spent: set[str] = field(default_factory=set)
    refreshes: int = 0
    introspections: int = 0
    before: Callable[[], Any] | None = None
    after: Callable[[], Any] | None = None

    def __call__(self, request: Request) -> Any:
        token = request.form.get("refresh_token") or request.form.get("token", "")
        if request.path.endswith("/introspect"):
            self.introspections += 1
            return {"active": self.alive and token == self.current}
        self.refreshes += 1
        if self.before is not None:
            return self.before()
        if token != self.current or not self.alive:
            self.alive = self.alive and token not in self.spent
            return Response('{"error": "invalid_grant"}', 400, content_type="application/json")
        self.spent.add(token)
        self.current = f"refresh-{self.refreshes}"
        return self.after() if self.after is not None else self.good(request)

    def good(self, request: Request) -> dict[str, str]:
        identity, issued_at = f"{request.host_url}id/{self.organisation}/005000000000001AAA", "1764000000000"
        made = hmac.digest(self.client.client_secret.encode(), (identity + issued_at).encode(), "sha256")
        return {
            "access_token": f"access-{self.refreshes}",
            "refresh_token": self.current,
            "token_type": "Bearer",
            "instance_url": request.host_url.rstrip("/"),
            "id": identity,
            "issued_at": issued_at,
            "signature": base64.b64encode(made).decode(),
        }


def cut() -> Response:
    """An answer that breaks off before its end."""
    made = Response('{"access_token"', content_type="application/json")
    made.headers["Content-Length"] = "5000"
    return made


def test_an_answer_that_cannot_be_read_may_have_done_its_work_all_the_same(lab):
    lab.endpoint.after = lambda: b"<html>"
    with pytest.raises(Refused) as caught:
        lab.renew()
    assert caught.value.code == "unexpected_answer"
    with pytest.raises(Refused, match="its answer was lost"):
        lab.renew()
    assert lab.endpoint.alive


@dataclass(frozen=True, slots=True)
class Lab:
    """The endpoint, Fairlead's side of it, and the stored grant."""

    endpoint: Rotating
    app: SalesforceApp
    store: DatabaseGrants

    def renew(self) -> Grant:
        return self.store.renew(self.store.load(), lambda stale: refresh(self.app, stale))


@pytest.fixture
def lab(database: Database, certificate: Certificate) -> Iterator[Lab]:
    with _serving(certificate) as (endpoint, app):
        grant = Grant(
            organisation=endpoint.organisation,
            instance_url=app.login_url,
            issued_at=datetime(2026, 11, 1, tzinfo=UTC),
            expires_at=None,
            scopes=("api",),
            access_token="access-0",
            refresh_token="refresh-0",
        )
        yield Lab(endpoint, app, stored(database, grant))


@contextmanager
def _serving(certificate: Certificate) -> Iterator[tuple[Rotating, SalesforceApp]]:
    app = SalesforceApp(
        client_id="c",
        client_secret="secret",
        redirect_uri="http://127.0.0.1/cb",
        login_url="https://127.0.0.1",
        extra_hosts=("127.0.0.1",),
        ca_file=certificate.certificate,
    )
    endpoint = Rotating(app, "00D000000000001EAA")
    with scripted(endpoint, certificate.server_context()) as url:
        yield endpoint, replace(app, login_url=url)


def test_an_answer_that_was_lost_before_the_work_is_asked_again_and_costs_nothing(lab):
    lab.endpoint.before = cut
    with pytest.raises(Busy) as caught:
        lab.renew()
    assert caught.value.code == "answer_lost"
    assert lab.endpoint.refreshes == 1
    assert lab.store.load().in_doubt
    lab.endpoint.before = None
    assert lab.renew().access_token == "access-2"
    assert lab.endpoint.introspections == 1
    assert lab.endpoint.alive
    assert not lab.store.load().in_doubt


def test_a_rotated_token_whose_answer_was_lost_is_never_sent_again(lab):
    lab.endpoint.after = cut
    with pytest.raises(Busy):
        lab.renew()
    for _ in range(3):
        with pytest.raises(Refused, match="its answer was lost") as caught:
            lab.renew()
        assert caught.value.code == "invalid_grant"
    assert lab.endpoint.refreshes == 1
    # Nothing was reused, so that the org saw no theft.
    assert lab.endpoint.alive


def test_where_introspection_says_nothing_one_try_tells(lab, monkeypatch):
    lab.endpoint.before = cut
    with pytest.raises(Busy):
        lab.renew()
    lab.endpoint.before = None
    monkeypatch.setattr("connectors.salesforce.oauth.is_active", lambda _: None)
    assert lab.renew().access_token == "access-2"


def test_a_refusal_that_a_sibling_caused_is_not_believed(lab, database):
    fresh = replace(lab.store.load(), access_token="access-9", refresh_token="refresh-9")
    other = grants_in(database, lab.store.connection_id)

    def beaten(stale: Grant) -> Grant:
        # A sibling whom the lock did not stop rotates first, so that our token comes too late.
        lab.endpoint.spent.add(str(stale.refresh_token))
        lab.endpoint.current = "refresh-9"
        other._keep(fresh)
        return refresh(lab.app, stale)

    assert lab.store.renew(lab.store.load(), beaten) == fresh
    assert lab.store.load() == fresh


def test_a_grant_that_a_sibling_stored_meanwhile_is_not_overwritten(lab, database):
    fresh = replace(lab.store.load(), access_token="access-9", refresh_token="refresh-9")

    def slow(stale: Grant) -> Grant:
        found = refresh(lab.app, stale)
        grants_in(database, lab.store.connection_id)._keep(fresh)
        return found

    assert lab.store.renew(lab.store.load(), slow) == fresh


def test_a_consent_that_ended_by_itself_is_told_so_at_each_try(lab):
    lab.endpoint.alive = False
    for _ in range(3):
        with pytest.raises(Refused, match="the consent has ended or was used before") as caught:
            lab.renew()
        assert caught.value.code == "invalid_grant"
    assert not lab.store.load().in_doubt


def test_an_org_that_could_not_be_reached_spent_nothing(lab):
    away = replace(lab, app=replace(lab.app, login_url="https://127.0.0.1:1"))
    for _ in range(2):
        with pytest.raises(Busy) as caught:
            away.renew()
        assert caught.value.code == "not_reached"
    assert not lab.store.load().in_doubt
    lab.endpoint.alive = False
    with pytest.raises(Refused, match="has ended"):
        lab.renew()


def test_a_refusal_of_the_app_costs_no_question_and_no_consent(lab):
    lab.endpoint.before = lambda: Response(
        '{"error": "invalid_client"}', 400, content_type="application/json"
    )
    with pytest.raises(Refused):
        lab.renew()
    lab.endpoint.before = None
    assert lab.renew().access_token == "access-2"
    assert lab.endpoint.introspections == 0


def _die_renewing(url: str, connection_id: str, app: SalesforceApp, mark: str) -> None:
    database = open_database(url)
    store = grants_in(database, connection_id)

    def hang(stale: Grant) -> Grant:
        found = refresh(app, stale)
        Path(mark).touch()
        time.sleep(60)
        return found

    store.renew(store.load(), hang)


@pytest.mark.parametrize("rotated", [True, False])
def test_a_process_killed_in_the_middle_leaves_a_mark_and_no_lock(lab, database_url, tmp_path, rotated):
    mark = tmp_path / "asked"
    if not rotated:

        def stuck() -> Response:
            mark.touch()
            time.sleep(3)
            return cut()

        lab.endpoint.before = stuck
    arguments = (database_url, lab.store.connection_id, lab.app, str(mark))
    worker = FORKED.Process(target=_die_renewing, args=arguments)
    worker.start()
    while not mark.exists():
        time.sleep(0.02)
    os.kill(worker.pid, signal.SIGKILL)
    worker.join(30)
    lab.endpoint.before = None
    if rotated:
        with pytest.raises(Refused, match="its answer was lost"):
            lab.renew()
        assert lab.endpoint.refreshes == 1
    else:
        assert lab.renew().access_token == "access-2"
    assert lab.endpoint.alive
