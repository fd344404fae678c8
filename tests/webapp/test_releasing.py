"""The gate: the ledger, the budget and its races, the commands and the page."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pytest
from click.testing import CliRunner, Result

import webapp.releasing as gate
from audit.release import parted, read_release
from audit.schema import BadInput, parse_stream
from audit.tally import count
from tests.processes import FORKED
from tests.webapp.bench import work_off
from tests.webapp.markup import faults
from tests.webapp.release_dying import EDGES, STREAM
from tests.webapp.spender import OWNER, new, spend
from webapp import connecting, erasure, jobs
from webapp.cli import main
from webapp.release_cut import Asked
from webapp.release_vault import Vault, vault_of
from webapp.releasing import Figures, figures_of, hand_out, preview
from webapp.secrets_box import SecretsBox
from webapp.store.accounts import Accounts
from webapp.store.database import Database
from webapp.store.key_rows import KeyDestroyed
from webapp.store.release_tables import Released
from webapp.store.releases import Files, Releases, owner_of
from webapp.viewmodels.sharing import lasting_noise


def figures(seed: int = 1, size: int = 600, stream: str = STREAM) -> Figures:
    rng = np.random.default_rng(seed)
    table = pa.table(
        {
            "attribute:region": pa.array(
                rng.choice(["urban", "rural", "remote"], size, p=[0.7, 0.26, 0.04]).tolist()
            ).dictionary_encode(),
            "score": rng.integers(0, 21, size) * 5.0,
            "outcome": rng.random(size) < 0.25,
        }
    )
    described = parse_stream(stream, "stream.toml")
    return Figures(owner=OWNER, cube=count(table, described, edges=EDGES), stream=described)


@pytest.fixture
def releases(database: Database) -> Releases:
    return Releases(database=database)


def test_a_release_is_in_the_ledger_and_the_trail_and_the_same_request_gets_it_again(releases, database):
    first = hand_out(releases, figures(), Asked(), "Ada")
    again = hand_out(releases, figures(), Asked(), "Ben")
    assert (first.again, again.again) == (False, True)
    assert again.row.id == first.row.id
    (row,) = releases.all(OWNER)
    assert (row.made_by, row.epsilon) == ("Ada", 0)
    assert read_release(row.text) == first.release
    events = [(one.who, one.action) for one in Accounts(database=database).events()]
    assert events == [("Ada", "figures shared")]


def test_looking_leaves_nothing_in_the_ledger(releases):
    seen = preview(releases, figures(), Asked())
    assert releases.all(OWNER) == ()
    assert hand_out(releases, figures(), Asked(), "Ada").release == seen
    assert preview(releases, figures(), Asked()) == seen


@pytest.mark.parametrize("asked", [{"k": 20}, {"stream": STREAM.replace("threshold = 60", "threshold = 55")}])
def test_another_cut_of_the_same_leads_is_refused(releases, asked):
    hand_out(releases, figures(), Asked(), "Ada")
    with pytest.raises(BadInput, match="can be subtracted from each other"):
        hand_out(releases, figures(stream=asked.get("stream", STREAM)), Asked(k=asked.get("k", 10)), "Ada")
    assert len(releases.all(OWNER)) == 1


def test_a_grown_stream_is_shared_again_and_a_hardly_grown_one_is_not(releases):
    base = figures()
    hand_out(releases, base, Asked(), "Ada")
    few = Figures(owner=OWNER, cube=base.cube + figures(9, 6).cube, stream=base.stream)
    with pytest.raises(BadInput, match="fewer than 10 leads have come, gone or changed"):
        hand_out(releases, few, Asked(), "Ada")
    more = Figures(owner=OWNER, cube=base.cube + figures(9, 900).cube, stream=base.stream)
    second = hand_out(releases, more, Asked(), "Ada").release.values()
    first = read_release(releases.all(OWNER)[1].text).values()
    both = [second[key] - first[key] for key in second if None not in {second[key], first.get(key)}]
    assert len(both) > 10
    assert all(change == 0 or abs(change) >= 10 for change in both)


def test_noise_needs_a_budget_spends_it_and_is_never_drawn_twice(releases):
    with pytest.raises(BadInput, match="no budget for noise yet"):
        hand_out(releases, figures(), Asked(epsilon=0.5), "Ada")
    releases.set_budget(OWNER, 1.0, "Ada")
    first = hand_out(releases, figures(), Asked(epsilon=0.5), "Ada")
    again = hand_out(releases, figures(), Asked(epsilon=0.5), "Ada")
    assert again.release == first.release
    assert releases.budget(OWNER).left == 0.5
    with pytest.raises(ValueError, match="never drawn twice"):
        releases.fill(first.row, Files(text="other", page=""))
    with pytest.raises(BadInput, match=r"used up: 0\.5 of 1 is left"):
        hand_out(releases, figures(), Asked(epsilon=0.6), "Ada")
    hand_out(releases, figures(), Asked(epsilon=0.4), "Ada")
    assert releases.budget(OWNER).left == pytest.approx(0.1)


def test_nobody_waits_for_a_release_that_somebody_else_is_working_out(releases):
    """It takes up to a minute: a few visitors who wait for it would be all threads of the web process."""
    releases.set_budget(OWNER, 1.0, "Ada")
    with releases.database.exclusive(f"release/{OWNER.crm}/{OWNER.organisation}"):
        for ask in (
            lambda: preview(releases, figures(), Asked()),
            lambda: hand_out(releases, figures(), Asked(), "Ada"),
            lambda: hand_out(releases, figures(), Asked(epsilon=0.5), "Ada"),
        ):
            with pytest.raises(BadInput, match="worked out already; wait a minute"):
                ask()
    assert releases.budget(OWNER).spent == 0
    assert not hand_out(releases, figures(), Asked(), "Ada").again


def test_no_more_noise_budget_is_used_than_was_paid(releases):
    releases.set_budget(OWNER, 1.0, "Ada")
    done = hand_out(releases, figures(), Asked(epsilon=0.3000004), "Ada")
    assert done.release.noise.epsilon == done.row.epsilon == releases.budget(OWNER).spent == 0.3


def test_the_budget_is_spent_before_the_noise_is_drawn(releases, monkeypatch):
    releases.set_budget(OWNER, 1.0, "Ada")
    monkeypatch.setattr(gate, "noisy_release", _crash)
    with pytest.raises(KeyboardInterrupt):
        hand_out(releases, figures(), Asked(epsilon=0.5), "Ada")
    monkeypatch.undo()
    assert releases.budget(OWNER).left == 0.5
    (lost,) = releases.all(OWNER)
    assert lost.text == ""
    assert not hand_out(releases, figures(), Asked(epsilon=0.5), "Ada").again
    assert releases.budget(OWNER).left == 0


def _crash(*_: object) -> None:
    raise KeyboardInterrupt


def test_threads_do_not_overspend(releases):
    releases.set_budget(OWNER, 1.0, "Ada")
    done: list[bool] = []

    def once() -> None:
        try:
            releases.spend(OWNER, new(0.3))
            done.append(True)
        except BadInput:
            done.append(False)

    threads = [threading.Thread(target=once) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [False] * 5 + [True] * 3
    assert releases.budget(OWNER).spent == pytest.approx(0.9)


def test_processes_do_not_overspend(releases, database_url):
    releases.set_budget(OWNER, 1.0, "Ada")
    processes = [FORKED.Process(target=spend, args=(database_url,)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    assert releases.budget(OWNER).spent == 1.0
    assert len(releases.all(OWNER)) == 4


@pytest.mark.parametrize("total", [-1, 21, float("nan")])
def test_a_budget_that_protects_nobody_is_refused(releases, total):
    with pytest.raises(BadInput, match="between 0 and 20"):
        releases.set_budget(OWNER, total, "Ada")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(3)
    n = 500
    table = pa.table(
        {
            "lead_id": [f"SECRET-{i}" for i in range(n)],
            "region": rng.choice(["urban", "rural", "remote"], n, p=[0.7, 0.26, 0.04]).tolist(),
            "score": rng.integers(0, 21, n) * 5.0,
            "converted": rng.integers(0, 2, n),
        }
    )
    pacsv.write_csv(table, tmp_path / "leads.csv")
    (tmp_path / "stream.toml").write_text(
        STREAM.replace('name = "lead-score"', 'name = "lead-score"\nkey = "lead_id"')
    )
    return tmp_path


def run(folder: Path, *more: str) -> Result:
    files = ["release", str(folder / "leads.csv"), "--stream", str(folder / "stream.toml")]
    return CliRunner().invoke(main, [*files, "--out", str(folder / "out"), *more])


def test_the_command_writes_what_may_be_handed_out_and_nothing_of_a_lead(folder):
    done = run(folder, "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["files"] == ["release.html", "release.json"]
    assert 0 < told["hidden"] < told["counts"]
    text = (folder / "out" / "release.json").read_text()
    assert read_release(text).k == 10
    everything = text + (folder / "out" / "release.html").read_text() + done.output
    assert "SECRET" not in everything
    again = run(folder)
    assert "nothing new has left" in again.output
    assert (folder / "out" / "release.json").read_text() == text


def test_the_command_refuses_in_one_sentence(folder):
    for options, words in (
        (("--k", "5"), "k is 5"),
        (("--epsilon", "0"), "epsilon is 0"),
        (("--epsilon", "1"), "no budget for noise yet"),
        (("--epsilon", "1", "--budget", "0.5"), "used up: 0.5 of 0.5 is left"),
    ):
        done = run(folder, *options)
        assert done.exit_code == 2, done.output
        assert words in done.output
        assert "Traceback" not in done.output
        assert not (folder / "out").exists()


def test_the_page_shares_and_the_ledger_keeps_it(crms):
    row = crms.ready("salesforce")
    browser = crms.signed_in()
    page = f"/connections/{row.id}/share"
    browser.submit(page, {}, to=f"{page}/look")
    waits = browser.get(page)
    assert "Share figures, a look at what would leave" in waits.text
    work_off(crms.services)
    empty = browser.get(page)
    assert "were pulled yet" in empty.text
    assert [faults(one.text) for one in (waits, empty)] == [[], []]
    jobs.sync(crms.services, row)
    browser.submit(page, {}, to=f"{page}/look")
    work_off(crms.services)
    look = browser.get(page)
    assert faults(look.text) == []
    assert "counts" in look.text
    assert crms.services.releases.all(owner_of(row)) == ()
    made = browser.submit(page, {"noise": "no"})
    assert made.status_code == 303
    assert "Share figures, small counts hidden" in browser.get(page).text
    (job,) = work_off(crms.services)
    assert job.told.startswith("The release is made.")
    listed = browser.get(page)
    assert "Without noise, small counts hidden" in listed.text
    assert faults(listed.text) == []
    (stored,) = crms.services.releases.all(owner_of(row))
    text = browser.get(f"{page}/{stored.id}/release.json").text
    assert text == stored.text
    assert "Shared figures" in browser.get(f"{page}/{stored.id}/release.html").text
    assert browser.get(f"{page}/nothing/release.json").status_code == 404


def test_the_page_sets_the_budget_and_refuses_in_words(crms):
    row = crms.ready("salesforce")
    jobs.sync(crms.services, row)
    browser, page = crms.signed_in(), f"/connections/{row.id}/share"
    wrong = browser.submit(page, {"total": "much"}, to=f"{page}/budget")
    assert wrong.status_code == 422
    assert "Epsilon: type a number" in wrong.text
    assert faults(wrong.text) == []
    assert browser.submit(page, {"total": "1"}, to=f"{page}/budget").status_code == 303
    made = browser.submit(page, {"noise": "yes", "epsilon": "0.75"})
    assert made.status_code == 303
    work_off(crms.services)
    assert "0.25 of 1 is left" in browser.get(page).text
    assert browser.submit(page, {"noise": "yes", "epsilon": "0.5"}).status_code == 303
    work_off(crms.services)
    refused = browser.get(page)
    assert "used up" in refused.text
    assert faults(refused.text) == []
    large = browser.submit(page, {"noise": "yes", "epsilon": "50"})
    assert (large.status_code, "epsilon is 50" in large.text) == (422, True)


def test_noise_of_the_policy_is_told_beside_the_budget():
    rule = '[[rule]]\nfield = "Visits__c"\ncolumn = "visits"\noperator = "noise"\n'
    rule += "epsilon = 2\nlower = 0\nupper = 9\n"
    head = '[policy]\nname = "p"\ncrm = "salesforce"\nobject = "Lead"\ncreated = "CreatedDate"\n'
    (told,) = lasting_noise(head + rule)
    assert told.startswith("visits carries lasting noise by the policy: epsilon 2 for each value")
    assert "apart from this budget" in told
    assert lasting_noise("[policy") == ()


def test_the_figures_of_a_connection_are_those_of_its_audit(crms):
    row = crms.ready("hubspot")
    report = json.loads(jobs.sync(crms.services, row).report)
    assert figures_of(crms.services, row).cube.digest() == report["digests"]["cube"]


def test_the_counts_behind_a_release_are_sealed_and_go_with_the_connection(crms):
    row = crms.ready("salesforce")
    jobs.sync(crms.services, row)
    releases, asked = crms.services.releases, Asked()
    hand_out(releases, figures_of(crms.services, row), asked, "Ada")
    (stored,) = releases.all(owner_of(row))
    vault = vault_of(crms.services, row)
    assert stored.basis == ""
    assert b"rows" not in stored.counts
    assert '"worlds"' in vault.open(stored)
    assert hand_out(releases, figures_of(crms.services, row), asked, "Ben").again
    with pytest.raises(BadInput, match="are gone"):
        Vault(box=SecretsBox(master=bytes(32), purpose="release counts")).open(stored)
    text = stored.text
    connecting.end(crms.services, row, "Ada")
    (left,) = releases.all(owner_of(row))
    assert (left.counts, left.basis, left.asked, left.text) == (None, "", "", text)
    with pytest.raises(BadInput, match="share with noise"):
        Vault().open(left)
    actions = [one.action for one in crms.services.accounts.events()]
    assert "counts behind releases deleted" in actions


def test_a_disconnect_that_was_killed_leaves_no_counts_that_an_older_ledger_kept_in_the_clear(crms):
    row = crms.ready("hubspot")
    owner, releases = owner_of(row), crms.services.releases
    jobs.sync(crms.services, row)
    hand_out(releases, figures_of(crms.services, row), Asked(), "Ada")
    with crms.services.database.writing() as session:
        line = session.get_one(Released, releases.all(owner)[0].id)
        line.basis, line.counts = '{"rows": []}', None
    # The process ends right after the key was destroyed.
    crms.services.repository.set_state(row.id, "disconnected", "")
    crms.services.keys.destroy(row.id, "Ada")
    erasure.sweep(crms.services)
    (left,) = releases.all(owner)
    assert (left.counts, left.basis, left.asked) == (None, "", "")


def test_after_shredding_nobody_reads_the_counts_and_nothing_more_leaves_without_noise(crms):
    row = crms.ready("hubspot")
    jobs.sync(crms.services, row)
    figures = figures_of(crms.services, row)
    hand_out(crms.services.releases, figures, Asked(), "Ada")
    crms.services.keys.destroy(row.id, "Ada")
    (stored,) = crms.services.releases.all(figures.owner)
    assert stored.counts
    with pytest.raises(KeyDestroyed):
        vault_of(crms.services, row)
    other = replace(figures, vault=Vault(box=SecretsBox(master=bytes(range(32)), purpose="release counts")))
    with pytest.raises(BadInput, match="exact counts behind the release of"):
        hand_out(crms.services.releases, other, Asked(), "Ada")


def test_counts_that_an_older_ledger_kept_in_the_clear_are_sealed_at_the_next_look(releases, database):
    plain = figures()
    first = hand_out(releases, plain, Asked(), "Ada")
    with database.writing() as session:
        line = session.get_one(Released, first.row.id)
        record = json.loads(line.counts)
        record.pop("worlds")
        line.basis, line.counts, line.page, line.page_digest = json.dumps(record), None, "", ""
    sealing = replace(plain, vault=Vault(box=SecretsBox(master=bytes(32), purpose="release counts")))
    assert preview(releases, sealing, Asked()) == first.release
    (line,) = releases.all(OWNER)
    assert line.basis == ""
    assert b"rows" not in line.counts
    assert "Shared figures" in gate.kept_files(line).page
    grown = replace(sealing, cube=plain.cube + figures(9, 900).cube)
    assert not hand_out(releases, grown, Asked(), "Ada").again


def test_a_line_and_its_event_are_written_together_or_not_at_all(releases, database, monkeypatch):
    releases.set_budget(OWNER, 1.0, "Ada")
    monkeypatch.setattr("webapp.store.releases.noted", _crash)
    for ask in (Asked(), Asked(epsilon=0.5)):
        with pytest.raises(KeyboardInterrupt):
            hand_out(releases, figures(), ask, "Ada")
    monkeypatch.undo()
    assert releases.all(OWNER) == ()
    assert releases.budget(OWNER).spent == 0
    assert [one.action for one in Accounts(database=database).events()] == ["noise budget set"]


def test_releases_are_kept_in_their_order_though_the_clock_goes_back(database):
    moments = iter([datetime(2026, 5, 2, tzinfo=UTC), *[datetime(2026, 5, 1, tzinfo=UTC)] * 5])
    releases = Releases(database=database, clock=lambda: next(moments))
    base = figures()
    hand_out(releases, base, Asked(), "Ada")
    second = hand_out(releases, replace(base, cube=base.cube + figures(9, 900).cube), Asked(), "Ada")
    assert releases.all(OWNER)[0].id == second.row.id


def test_a_download_is_what_left_to_the_byte_and_a_changed_ledger_is_told(crms, monkeypatch):
    row = crms.ready("salesforce")
    jobs.sync(crms.services, row)
    browser, page = crms.signed_in(), f"/connections/{row.id}/share"
    browser.submit(page, {"noise": "no"})
    work_off(crms.services)
    (stored,) = crms.services.releases.all(owner_of(row))
    monkeypatch.setattr(gate, "to_html", _crash)
    monkeypatch.setattr(gate, "to_json", _crash)
    for form, text, digest in (
        ("json", stored.text, stored.digest),
        ("html", stored.page, stored.page_digest),
    ):
        got = browser.get(f"{page}/{stored.id}/release.{form}").data
        assert got == text.encode()
        assert sha256(got).hexdigest() == digest
    assert parted(stored.text)[1].public_key in browser.get(page).text
    with crms.services.database.writing() as session:
        line = session.get_one(Released, stored.id)
        line.text = line.text.replace("fairlead.release/1", "fairlead.release/2")
    refused = browser.get(f"{page}/{stored.id}/release.json")
    assert refused.status_code == 422
    assert "was changed in the database after it left" in refused.text
    assert faults(refused.text) == []


def test_a_release_is_verified_offline(crms, tmp_path, monkeypatch):
    row = crms.ready("salesforce")
    jobs.sync(crms.services, row)
    done = hand_out(crms.services.releases, figures_of(crms.services, row), Asked(), "Ada")
    file, public = tmp_path / "release.json", parted(done.row.text)[1].public_key
    gate.write_release(done.row, tmp_path)
    assert (tmp_path / "release.html").read_text() == done.row.page
    monkeypatch.delenv("FAIRLEAD_MASTER_KEY", raising=False)

    def verify(*more: str) -> Result:
        return CliRunner().invoke(main, ["federate", "verify", str(file), *more])

    assert verify().exit_code == verify("--key", public).exit_code == 0
    told = json.loads(verify("--json", "--key", public).stdout)
    assert (told["state"], told["public_key"], told["as_expected"]) == ("signed", public, True)
    other = verify("--key", "A" * 43 + "=")
    assert (other.exit_code, "another key" in other.output) == (1, True)
    file.write_text(parted(done.row.text)[0])
    unsigned = verify()
    assert (unsigned.exit_code, "nobody signed it" in unsigned.output) == (1, True)
    file.write_text(done.row.text.replace('"k": 10', '"k": 11'))
    changed = verify()
    assert (changed.exit_code, "after it was signed" in changed.output) == (2, True)
    file.write_bytes(b"\xff\xfe")
    assert (verify().exit_code, "Traceback" in verify().output) == (2, False)
    file.unlink()
    assert "cannot be read" in verify().output
