"""Four processes at one CRM stay under its limits together, on each database; one more is killed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.sandbox.hubspot.limits import Limits
from connectors.sandbox.salesforce import SalesforceStandIn
from tests.connectors import subject_hubspot, subject_salesforce
from tests.processes import FORKED
from tests.webapp.limit_callers import Caller, call_hubspot, call_salesforce
from webapp.store.database import open_database
from webapp.store.shared_notes import shared_notes

PROCESSES, MANY = 4, 100_000


def run(target, caller):
    """The processes begin in the same moment; one more with endless work is killed in the midst of it."""
    go = FORKED.Event()
    asked = [caller] * PROCESSES + [replace(caller, calls=MANY, searches=0)]
    started = []
    for one in asked:
        begun = FORKED.Event()
        process = FORKED.Process(target=target, args=(one, begun, go))
        process.start()
        started.append((process, begun))
    assert all(begun.wait(60) for _, begun in started)
    go.set()
    *others, (victim, _) = started
    victim.join(0.3)
    victim.kill()
    victim.join()
    for process, _ in others:
        process.join(120)
    assert [process.exitcode for process, _ in others] == [0] * PROCESSES


def test_a_portal_never_answers_429(database_url, tmp_path, monkeypatch):
    open_database(database_url).dispose()
    with subject_hubspot.connected(subject_hubspot.some(3)) as found:
        control, refused = found.portal.control, []
        control.burst_maximum, control.burst_seconds = 40, 1.0
        monkeypatch.setattr(Limits, "refused", _noting(Limits.refused, refused))
        caller = Caller(
            database_url=database_url,
            folder=tmp_path / "pace",
            app=found.app,
            address=found.portal.api_url,
            token=found.grants.grant.access_token,
            calls=20,
            searches=2,
        )
        run(call_hubspot, caller)
        assert refused == []
        assert found.calls["POST /crm/objects/2026-09/contacts/search"] == PROCESSES * 2
        assert found.calls["GET /crm/properties/2026-09/contacts/groups"] >= PROCESSES * 20


def _noting(refused, into):
    def noted(limits, policy, *more):
        into.append(policy)
        return refused(limits, policy, *more)

    return noted


def test_an_org_never_has_too_many_calls_at_once(database_url, tmp_path, certificate):
    open_database(database_url).dispose()
    contents = subject_salesforce.contents(())
    with SalesforceStandIn(contents, certificate, seed=1) as org:
        grant = subject_salesforce.connect(org).grant
        org.state.crowd.most, org.state.crowd.seconds = 5, 0.02
        caller = Caller(
            database_url=database_url,
            folder=tmp_path / "pace",
            app=subject_salesforce.app_of(org),
            address=grant.instance_url,
            token=grant.access_token,
            calls=15,
        )
        run(call_salesforce, caller)
        assert org.state.crowd.refused == 0
        assert org.state.calls >= PROCESSES * 15


def _broken_off(note):
    with note.open() as page:
        page.text = "half"
        raise RuntimeError


def test_a_note_is_kept_whole_and_one_of_another_name_apart(database_url, tmp_path):
    database = open_database(database_url)
    notes = shared_notes(database, tmp_path / "pace")
    with notes("salesforce-1").open() as page:
        assert page.text == ""
        page.text, first = "a", page.now
    with pytest.raises(RuntimeError):
        _broken_off(notes("salesforce-1"))
    with notes("salesforce-1").open() as page, notes("salesforce-2").open() as other:
        assert (page.text, other.text) == ("a", "")
        assert page.now >= first
    database.dispose()
