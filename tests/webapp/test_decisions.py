"""The decision log of a connection, through syncs of both stand-in CRMs over HTTP."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from pydantic import SecretBytes

from connectors.decisions.chain import lines_in
from connectors.hubspot.events import Event
from connectors.pseudonym import LeadKey
from tests.webapp.markup import Page
from webapp import access, connecting, decision_opening, decisions, departures, erasure, jobs
from webapp.cli import main
from webapp.key_rotation import rotate
from webapp.rights import certain_time
from webapp.store.decision_logs import DecisionLogs, LogRow
from webapp.store.repository import Repository

CRMS = ("salesforce", "hubspot")


def rescore(crms, crm, at: int, score: float) -> object:
    """Give one lead another score; returns its key."""
    record_id = getattr(crms, crm).record_ids()[at]
    if crm == "salesforce":
        leads = crms.salesforce.org.leads
        leads[record_id] = {**leads[record_id], "Score__c": score}
    else:
        crms.hubspot.desk.change("contacts", record_id, {"lead_score_x": score})
    return record_id


@pytest.mark.parametrize("crm", CRMS)
def test_a_sync_logs_every_score_once(crms, crm):
    row = crms.ready(crm)
    jobs.sync(crms.services, row)
    lake = crms.services.lake.read(row.crm, row.organisation)
    scored = sum(score is not None for score in lake["score"].to_pylist())
    found = decisions.check(crms.services, row, contents=True)
    assert found.sound, found.faults
    assert found.entries == scored > 200
    jobs.sync(crms.services, row)
    assert decisions.check(crms.services, row, contents=True).entries == scored
    key, score, region = (lake[name][7].as_py() for name in ("lead_key", "score", "region"))
    (entry,) = decisions.history_of(crms.services, row, LeadKey(bytes.fromhex(key)))
    assert (entry.score, entry.source, entry.way) == (score, crm, "pull")
    assert entry.features is not None
    assert entry.features["region"] == region
    assert entry.policy_version == crms.services.repository.policy(row.id).version
    assert entry.scored_at
    assert entry.seen_at
    place = decision_opening.place_of(crms.services, row)
    kinds = [json.loads(line)["record"]["kind"] for line in lines_in(place)]
    assert kinds == ["begin", "entries"]


def first_keys(crms, row, count: int = 3) -> list[LeadKey]:
    names = crms.services.lake.read(row.crm, row.organisation)["lead_key"].to_pylist()
    return [LeadKey(bytes.fromhex(name)) for name in names[:count]]


@pytest.mark.parametrize("crm", CRMS)
def test_only_a_changed_score_is_added(crms, crm):
    row = crms.ready(crm)
    jobs.sync(crms.services, row)
    before = decisions.check(crms.services, row).entries
    changed = rescore(crms, crm, 10, 97.0)
    jobs.sync(crms.services, row, wanted="full")
    assert decisions.check(crms.services, row, contents=True).entries == before + 1
    lead = crms.services.keyring(row).lead_key(changed)
    newest, first = decisions.history_of(crms.services, row, lead)
    assert float(newest.score) == 97.0
    assert first.score != newest.score
    assert newest.scored_at >= first.scored_at  # to the second: both syncs may lie in one


@pytest.mark.parametrize("crm", ["hubspot"])
def test_a_sync_that_was_killed_before_it_logged_is_caught_up(crms, crm, monkeypatch):
    row = crms.ready(crm)
    with monkeypatch.context() as patched:
        patched.setattr(jobs, "log_sync", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            jobs.sync(crms.services, row)
    first = rescore(crms, crm, 10, 97.0)
    old = crms.services.lake.read(row.crm, row.organisation)["score"].to_pylist()
    jobs.sync(crms.services, row, wanted="full")
    found = decisions.check(crms.services, row, contents=True)
    assert found.sound
    assert found.entries == sum(score is not None for score in old) + 1
    lead = crms.services.keyring(row).lead_key(first)
    assert [one.way for one in decisions.history_of(crms.services, row, lead)] == ["pull", "pull"]


@pytest.mark.parametrize("crm", ["hubspot"])
def test_erasing_leads_keeps_the_chain_and_counts(crms, crm):
    row = crms.ready(crm)
    jobs.sync(crms.services, row)
    leads = first_keys(crms, row)
    assert decisions.erase(crms.services, row, leads) == 3
    assert decisions.erase(crms.services, row, leads) == 0
    assert decisions.history_of(crms.services, row, leads[0]) == ()
    found = decisions.check(crms.services, row, contents=True)
    assert (found.sound, found.erased) == (True, 3)
    known = crms.services.decision_logs.get(row.id)
    assert (known.erased, known.fault, known.readable) == (3, "", found.entries - 3)
    assert known.verified_at is not None


def test_a_lead_that_the_crm_deletes_is_erased_within_the_sync(crms):
    row = crms.ready("salesforce")
    jobs.sync(crms.services, row)
    (lead, *_) = first_keys(crms, row)
    gone = next(
        one for one in crms.salesforce.record_ids() if crms.services.keyring(row).lead_key(one) == lead
    )
    table = crms.salesforce.org.leads
    table[gone] = {**table[gone], "IsDeleted": True}
    jobs.sync(crms.services, row)
    assert decisions.history_of(crms.services, row, lead) == ()
    assert decisions.check(crms.services, row).erased == 1


@pytest.mark.parametrize("crm", ["hubspot", "salesforce"])
def test_disconnecting_empties_the_log_and_leaves_its_chain(crms, crm):
    row = crms.ready(crm)
    jobs.sync(crms.services, row)
    place = decision_opening.place_of(crms.services, row)
    connecting.end(crms.services, row, "Ada")
    assert not list(place.glob("*.content"))
    found = decisions.check(crms.services, row)
    assert found.sound, found.faults
    assert found.dropped == found.entries > 200
    assert not erasure.left_over(crms.services)
    logged_anew(crms, crm, row, found.entries)


def logged_anew(crms, crm, row, before):
    """The chain goes on after a new consent, under a new key."""
    crms.connect(crm)
    jobs.sync(crms.services, row)
    note = crms.services.repository.connection(row.id).note
    found = decisions.check(crms.services, row, contents=True)
    assert (note, found.sound, found.entries, found.dropped) == ("", True, 2 * before, before), found.faults


def test_a_log_of_a_destroyed_key_goes_where_a_job_hindered_the_disconnect(crms):
    row = crms.ready("hubspot")
    jobs.sync(crms.services, row)
    before = decisions.check(crms.services, row).entries
    with crms.services.one_job(row):
        connecting.end(crms.services, row, "Ada")
        crms.connect("hubspot")
    logged_anew(crms, "hubspot", row, before)


def test_the_log_goes_on_after_the_master_key_was_changed_as_the_guide_says(crms):
    row = crms.ready("hubspot")
    jobs.sync(crms.services, row)
    entries = decisions.check(crms.services, row).entries
    before, now = crms.services.settings.master_key, SecretBytes(bytes(range(100, 132)))
    both = crms.services.settings.model_copy(update={"master_key": now, "master_key_previous": before})
    access.reseal(replace(crms.services, settings=both))
    opened = replace(crms.services, settings=both.model_copy(update={"master_key_previous": None}))
    rescore(crms, "hubspot", 10, 97.0)
    jobs.sync(opened, row, wanted="full")
    assert opened.repository.connection(row.id).note == ""
    found = decisions.check(opened, row, contents=True)
    assert (found.sound, found.entries) == (True, entries + 1), found.faults


def test_a_rotation_of_the_key_takes_the_log_along(crms):
    row = crms.ready("salesforce")
    jobs.sync(crms.services, row)
    (old, *_) = first_keys(crms, row, 1)
    (before,) = decisions.history_of(crms.services, row, old)
    rotate(crms.services, row, "Ada", jobs.quiet)
    entries = decisions.check(crms.services, row).entries
    new = crms.services.keyring(row).forward(old, 1)
    assert decisions.history_of(crms.services, row, new) == (before,)
    assert decisions.history_of(crms.services, row, old) == ()
    jobs.sync(crms.services, row, wanted="full")
    found = decisions.check(crms.services, row, contents=True)
    assert (found.sound, found.entries) == (True, entries)


def test_a_log_that_is_cut_off_is_found_by_what_the_database_knows(crms):
    row = crms.ready("hubspot")
    jobs.sync(crms.services, row)
    place = decision_opening.place_of(crms.services, row)
    for path in place.iterdir():
        path.unlink()
    found = decisions.check(crms.services, row)
    assert not found.sound
    assert "cut off" in " ".join(one.what for one in found.faults)
    assert crms.services.decision_logs.get(row.id).fault


@pytest.mark.parametrize("lost", ["end", "all"])
def test_a_sync_does_not_hide_that_the_log_was_cut_off_or_begun_anew(crms, tmp_path, lost):
    row = crms.ready("hubspot")
    jobs.sync(crms.services, row)
    place, kept = decision_opening.place_of(crms.services, row), tmp_path / "kept"
    shutil.copytree(place, kept)
    for number in (10, 11):
        rescore(crms, "hubspot", number, 97.0)
        jobs.sync(crms.services, row, wanted="full")
    shutil.rmtree(place)
    if lost == "end":
        shutil.copytree(kept, place)
    for wanted in ("", "", "full"):
        jobs.sync(crms.services, row, wanted=wanted)
        assert not decisions.check(crms.services, row).sound
    assert "not as it was written" in crms.services.repository.connection(row.id).note


def test_a_damaged_log_stops_no_audit_and_the_connection_says_so(crms):
    row = crms.ready("hubspot")
    jobs.sync(crms.services, row)
    chain = decision_opening.place_of(crms.services, row) / "chain.jsonl"
    chain.write_bytes(chain.read_bytes().replace(b"entries", b"entrees"))
    rescore(crms, "hubspot", 10, 97.0)
    assert jobs.sync(crms.services, row)
    assert "decision log is damaged" in crms.services.repository.connection(row.id).note


def test_old_entries_are_dropped_after_the_days_that_are_set(crms):
    row = crms.ready("hubspot")
    jobs.sync(crms.services, row)
    with pytest.raises(ValueError, match="184 days"):
        crms.services.decision_logs.set_keep(row.id, 183)
    crms.services.decision_logs.set_keep(row.id, 200)
    ahead = replace(crms.services, clock=lambda: crms.services.clock() + timedelta(days=199))
    assert decisions.keep_tidy(ahead, row) == 0
    ahead = replace(crms.services, clock=lambda: crms.services.clock() + timedelta(days=201))
    assert decisions.keep_tidy(ahead, row) == 0  # a clock that jumped is not believed
    certain_time.believe(ahead, "Ada")
    assert decisions.keep_tidy(ahead, row) > 200
    assert decisions.check(ahead, row).sound


def test_an_erasure_that_hubspot_tells_reaches_the_log(crms):
    row = crms.ready("hubspot")
    jobs.sync(crms.services, row)
    leads = first_keys(crms, row)
    events = [
        Event(organisation=row.organisation, kind=kind, lead=lead, at=crms.services.clock(), digest=kind)
        for kind, lead in zip(("erased", "deleted", "restored"), leads, strict=True)
    ]
    departures.receive(crms.services, events)
    departures.settle(crms.services, row)
    assert [len(decisions.history_of(crms.services, row, lead)) for lead in leads] == [0, 0, 1]
    assert decisions.check(crms.services, row, contents=True).erased == 2


@pytest.fixture
def command(crms, monkeypatch):
    """``fairlead log`` over the world's installation."""

    @contextmanager
    def here():
        yield crms.services

    monkeypatch.setattr("webapp.cli.log.installation", here)
    return lambda *words: CliRunner().invoke(main, ["log", *map(str, words)])


def test_the_commands_verify_export_and_keep(crms, command, tmp_path):
    row = crms.ready("hubspot")
    assert command("verify").exit_code == 2
    jobs.sync(crms.services, row)
    answer = command("verify", "hubspot", row.organisation, "--contents")
    assert (answer.exit_code, "sound" in answer.output) == (0, True)
    assert command("verify", "salesforce").exit_code == 2
    out = tmp_path / "out"
    assert command("export", "hubspot", "--out", out).exit_code == 0
    assert command("export", "hubspot", "--out", out, "--format", "jsonl").exit_code == 2
    assert command("verify", "--checkpoint", out / "checkpoint.json").exit_code == 0
    assert command("verify", "--checkpoint", out / "chain.jsonl").exit_code == 2
    assert command("keep", "hubspot", "300").exit_code == 0
    assert crms.services.decision_logs.get(row.id).keep_days == 300
    assert command("keep", "hubspot", "30").exit_code == 2
    chain = decision_opening.place_of(crms.services, row) / "chain.jsonl"
    chain.write_bytes(b"".join(chain.read_bytes().splitlines(keepends=True)[:1]))
    (told,) = json.loads(command("verify", "--checkpoint", out / "checkpoint.json", "--json").output)
    assert command("verify").exit_code == 1
    assert (told["sound"], told["crm"]) == (False, "hubspot")
    assert "cut off" in " ".join(fault["sentence"] for fault in told["faults"])
    assert {event.action for event in crms.services.accounts.events()} >= {
        "decision log exported",
        "decision log kept",
    }


def test_an_export_is_verified_without_an_installation(crms, command, tmp_path):
    row = crms.ready("hubspot")
    jobs.sync(crms.services, row)
    out = tmp_path / "out"
    command("export", row.id, "--out", out, "--format", "parquet")
    plain = {name: value for name, value in os.environ.items() if not name.startswith("FAIRLEAD_")}
    run = [sys.executable, "-c", "from webapp.cli import main; main()", "log", "verify", str(out)]
    done = subprocess.run(run, env=plain, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, "sound" in done.stdout) == (0, True), done.stderr
    leaves = next(out.glob("*.leaves"))
    leaves.write_bytes(leaves.read_bytes()[::-1])
    broken = command("verify", out)
    assert broken.exit_code == 1
    assert "line 1 of the chain" in broken.output


def test_the_connections_page_says_how_many_and_that_it_is_unchanged(crms, support):
    row = crms.ready("hubspot")
    browser = support.Browser(crms.app.test_client())
    browser.sign_in()
    assert "Decision log" not in Page(browser.get("/connections").text).text
    jobs.sync(crms.services, row)
    page = Page(browser.get("/connections").text).text
    assert "scores logged" in page
    assert "Unchanged" in page
    (decision_opening.place_of(crms.services, row) / "chain.jsonl").unlink()
    decisions.check(crms.services, row)
    page = Page(browser.get("/connections").text).text
    assert "it is not as it was written" in page
    assert "Unchanged" not in page


def test_no_record_id_and_no_lead_key_is_in_a_file_of_the_log(crms):
    row = crms.ready("salesforce")
    jobs.sync(crms.services, row)
    place = decision_opening.place_of(crms.services, row)
    text = b"".join(path.read_bytes() for path in place.iterdir() if not path.name.startswith("index"))
    ids = crms.salesforce.record_ids()
    keys = crms.services.lake.read(row.crm, row.organisation)["lead_key"].to_pylist()
    everything = text + b"".join(path.read_bytes() for path in place.glob("index*"))
    assert not [one for one in ids if one.encode() in everything or one[:15].encode() in everything]
    assert not [one for one in keys if one.encode() in text or bytes.fromhex(one) in text]
    assert b"town" not in everything


def test_what_is_known_of_a_log_is_kept_by_both_databases(database):
    now = datetime(2026, 11, 26, 9, tzinfo=UTC)
    repository = Repository(database=database)
    row = repository.add_connection("hubspot", "77", "https://hub.example")
    logs = DecisionLogs(database=database, clock=lambda: now)
    assert logs.get(row.id) == LogRow(connection_id=row.id)
    many = 5_000_000_000
    told = LogRow(
        connection_id=row.id, public_key="ab", records=9, digest="cd", entries=many, erased=3, dropped=2
    )
    logs.written(told)
    logs.verified(row.id, "line 3 of the chain: it was changed")
    logs.set_keep(row.id, 400)
    found = logs.get(row.id)
    assert found == replace(
        told, keep_days=400, written_at=now, verified_at=now, fault="line 3 of the chain: it was changed"
    )
    assert found.readable == many - 5
