"""Four workers and two web processes over one PostgreSQL: no sticky state, and each job once in effect."""

from __future__ import annotations

import re
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from tests.torture.load import loaded
from webapp.app import app_over
from webapp.services import open_services

pytestmark = pytest.mark.postgres


@pytest.fixture
def world(support, certificate, tmp_path, postgres_ready):
    with support.running(certificate, tmp_path / "data", DATABASE_URL=postgres_ready) as running:
        yield running


@contextmanager
def another_web_process(world, support):
    """A browser at each of two applications over one database; the second has the first one's cookies."""
    opened = open_services(world.services.settings)
    try:
        first = world.signed_in()
        second = support.Browser(app_over(opened).test_client())
        second.client._cookies = first.client._cookies
        yield first, second
    finally:
        opened.close()


def test_jobs_are_done_once_while_workers_are_killed(world):
    connections = [world.ready(crm) for crm in ("salesforce", "hubspot")]
    load = loaded(world.services, connections, rounds=3, seed=5)
    assert load.faults == []
    assert load.jobs > 3 * len(connections)


def test_who_signed_in_at_one_web_process_works_on_at_another(world, support):
    with another_web_process(world, support) as (first, second):
        assert second.get("/connections").status_code == 200
        back = urlsplit(world.callback(first, "hubspot"))
        assert second.get(f"{back.path}?{back.query}").status_code == 303
        row = world.services.repository.connection_for("hubspot", world.hubspot.organisation)
        assert row is not None
        assert row.state == "connected"
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', first.get("/connections").text)
        assert token is not None
        assert second.client.post("/logout", data={"csrf_token": token[1]}).status_code == 303
        assert first.get("/connections").status_code == 303


def test_wrong_passwords_are_counted_over_all_web_processes(world, support):
    with another_web_process(world, support) as (first, second):
        first.client._cookies, second.client._cookies = {}, {}
        browsers = [first, second] * 7
        answers = [one.sign_in(password="wrong words of mine").status_code for one in browsers]
        begun = answers.index(429)
        assert set(answers[begun:]) == {429}
        assert [one.sign_in().status_code for one in (first, second)] == [429, 429]
