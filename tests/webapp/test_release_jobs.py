"""Releases as jobs: one for each request, whatever is killed; the page and the API tell of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from audit.release import plain_shape, read_release, shape_text
from audit.schema import BadInput
from connectors.counting import Changes
from tests.processes import FORKED
from tests.webapp.api_caller import caller
from tests.webapp.bench import work_off
from tests.webapp.release_dying import MOMENTS, die, figures_of, settings
from webapp import jobs, release_jobs
from webapp.release_cut import Asked, definition, digest_of
from webapp.release_jobs import EXACT, LOOK, ask, is_word, looked, word_of
from webapp.release_vault import bring_all_up, vault_of
from webapp.releasing import hand_out
from webapp.services import Services, open_services
from webapp.store.database import Database
from webapp.store.release_tables import Released
from webapp.store.releases import owner_of
from webapp.store.repository import utc_now
from webapp.store.rows import ConnectionRow


@pytest.fixture
def on_each(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Services:
    monkeypatch.setattr(release_jobs, "figures_of", figures_of)
    return Services(settings=settings(tmp_path / "data"), database=database, clock=utc_now)


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    monkeypatch.setattr(release_jobs, "figures_of", figures_of)
    opened = open_services(settings(tmp_path / "data"))
    yield opened
    opened.close()


@pytest.fixture
def connection(opened: Services) -> ConnectionRow:
    return opened.repository.add_connection("hubspot", "4711", "https://example.com")


def lines(opened: Services, connection: ConnectionRow) -> int:
    return len(opened.releases.all(owner_of(connection)))


def shared(opened: Services) -> int:
    return [event.action for event in opened.accounts.events()].count("figures shared")


DEATHS = [(word, *moment) for word, moments in MOMENTS.items() for moment in moments]


def test_a_worker_that_is_killed_makes_one_release_and_pays_once(on_each: Services, database_url: str):
    for number, (word, place, when) in enumerate(DEATHS):
        row = on_each.repository.add_connection("hubspot", f"{number}", "https://example.com")
        _dies(on_each, database_url, row, (word, place, when))


def _dies(opened: Services, url: str, row: ConnectionRow, death: tuple[str, str, str]) -> None:
    owner, (word, place, when) = owner_of(row), death
    opened.releases.set_budget(owner, 0.8, "Ada")
    job, before = ask(opened, row, word, "Ada"), shared(opened)
    folder = str(opened.settings.data_dir)
    dying = FORKED.Process(target=die, args=(url, folder, job.id, place, when))
    dying.start()
    dying.join()
    left = opened.work.get(job.id)
    assert (dying.exitcode, left.state) == (-9, "running"), death
    opened.work.anew(left)
    (after,) = work_off(opened)
    assert (after.state, after.trouble) == ("done", ""), (death, after.told)
    assert (lines(opened, row), shared(opened) - before) == (1, 1), death
    got = opened.releases.got(owner, job.id)
    assert opened.releases.budget(owner).spent == (0 if word == EXACT else 0.5), death
    assert (read_release(got.row.text).noise is None) == (word == EXACT)


def test_a_job_that_is_tried_again_over_other_leads_gets_what_it_made(opened, connection, monkeypatch):
    job = ask(opened, connection, EXACT, "Ada")
    first = release_jobs.do(opened, connection, job, jobs.quiet)
    monkeypatch.setattr(release_jobs, "figures_of", lambda *a: figures_of(*a, size=900))
    told = release_jobs.do(opened, connection, job, jobs.quiet)
    assert told == "The release is made. Download it on the page Share figures."
    assert first.startswith("The release is made.")
    assert lines(opened, connection) == 1
    other = replace(job, id="another")
    release_jobs.do(opened, connection, other, jobs.quiet)
    assert lines(opened, connection) == 2


def test_requests_that_differ_are_jobs_of_their_own_and_equal_ones_are_one(opened, connection):
    opened.releases.set_budget(owner_of(connection), 2, "Ada")
    words = [EXACT, LOOK, word_of(0.5), word_of(1)]
    first = [ask(opened, connection, word, "Ada").id for word in words]
    again = [ask(opened, connection, word, "Ben").id for word in words]
    assert first == again
    assert len(set(first)) == 4
    ended = {job.id: job for job in work_off(opened)}
    assert [ended[one].state for one in first] == ["done"] * 4
    assert sorted(row.epsilon for row in opened.releases.all(owner_of(connection))) == [0, 0.5, 1]
    third = ask(opened, connection, EXACT, "Ben")
    (job,) = work_off(opened)
    assert (job.id, job.told) == (third.id, "Nothing new has left: it is the same release as before.")
    got = opened.releases.got(owner_of(connection), job.id)
    assert got is not None
    assert got.again


def test_a_look_is_stale_once_a_lead_was_erased(opened, connection):
    ask(opened, connection, LOOK, "Ada")
    work_off(opened)
    opened.erased.note(connection.id, Changes(state=1))
    found = looked(opened, connection)
    assert found is not None
    assert found.stale


@pytest.mark.parametrize("word", [EXACT, LOOK, "0.500000"])
def test_nothing_is_asked_of_a_connection_that_has_ended(opened, connection, word):
    opened.releases.set_budget(owner_of(connection), 2, "Ada")
    ended = replace(connection, state="disconnected")
    with pytest.raises(BadInput, match="has ended"):
        ask(opened, ended, word, "Ada")
    assert not opened.work.open()


def test_while_another_is_worked_out_a_job_waits_its_turn(opened, connection):
    ask(opened, connection, EXACT, "Ada")
    with opened.database.exclusive(f"release/{connection.crm}/{connection.organisation}"):
        (job,) = work_off(opened)
    assert (job.state, job.tries) == ("waiting", 0)
    assert "waits its turn" in job.told
    (job,) = work_off(opened)
    assert job.state == "done"


def test_a_job_stops_where_somebody_cancels_it_and_nothing_has_left(opened, connection, monkeypatch):
    job = ask(opened, connection, EXACT, "Ada")
    real = figures_of

    def cancelling(*given):
        opened.work.cancel(job.id, "Ben")
        return real(*given)

    monkeypatch.setattr(release_jobs, "figures_of", cancelling)
    (after,) = work_off(opened)
    assert after.state == "cancelled"
    assert lines(opened, connection) == 0


def test_a_look_is_kept_sealed_says_when_it_is_stale_and_goes_with_the_key(opened, connection):
    assert looked(opened, connection) is None
    ask(opened, connection, LOOK, "Ada")
    work_off(opened)
    found = looked(opened, connection)
    assert found is not None
    assert not found.stale
    assert lines(opened, connection) == 0
    ask(opened, connection, EXACT, "Ada")
    work_off(opened)
    assert read_release(opened.releases.all(owner_of(connection))[0].text) == found.release
    after = looked(opened, connection)
    assert after is not None
    assert after.stale
    opened.releases.forget_counts(owner_of(connection), "Ada")
    assert looked(opened, connection) is None


@pytest.mark.parametrize(
    "word", ["", "0", "-1", "nan", "inf", "0.5", "11.000000", "1e-3", "0.500000 ", "full", "x" * 99]
)
def test_no_other_word_asks_for_a_release(word: str):
    assert not is_word(word)


def test_words_say_what_they_are(opened, connection):
    assert all(is_word(word) for word in (EXACT, LOOK, "0.500000", "10.000000"))
    with pytest.raises(BadInput, match="epsilon is 11"):
        word_of(11)
    with pytest.raises(BadInput, match="no budget for noise yet"):
        ask(opened, connection, "0.500000", "Ada")


def test_the_digest_of_a_request_cannot_be_guessed_and_older_ones_are_keyed_at_the_start(opened, connection):
    owner, figures = owner_of(connection), figures_of(opened, connection)
    opened.releases.set_budget(owner, 1, "Ada")
    both = (Asked(), Asked(epsilon=0.5))
    for one in both:
        hand_out(opened.releases, figures, one, "Ada")
    now = {row.id: (row.asked, row.counts) for row in opened.releases.all(owner)}
    assert all(len(asked) == 43 for asked, _ in now.values())
    plain = {row.id: _as_it_was(opened, connection, row) for row in opened.releases.all(owner)}
    assert opened.releases.owners_of_old() == {owner}
    bring_all_up(opened)
    assert {row.id: row.asked for row in opened.releases.all(owner)} == {
        one: vault_of(opened, connection).asked(old) for one, old in plain.items()
    }
    assert opened.releases.owners_of_old() == frozenset()
    assert [hand_out(opened.releases, figures, one, "Ben").again for one in both] == [True, True]
    other = opened.repository.add_connection("hubspot", "4712", "https://example.com")
    assert vault_of(opened, other).asked("x") != vault_of(opened, connection).asked("x")


def _as_it_was(opened: Services, connection: ConnectionRow, row) -> str:
    """Give a line the digest of an older version, and its counts sealed under that one."""
    plain = digest_of(row.id)
    with opened.database.writing() as session:
        stored = session.get_one(Released, row.id)
        vault = vault_of(opened, connection)
        if row.counts:
            stored.counts = vault.seal(vault.open(row), plain)
        if row.epsilon:
            plain = _noisy_digest(opened, connection)
        stored.asked = plain
    return plain


def _noisy_digest(opened: Services, connection: ConnectionRow) -> str:
    figures = figures_of(opened, connection)
    shape = shape_text.to_text(plain_shape(figures.cube, figures.stream, k=10))
    return digest_of(shape, figures.cube.digest(), "0.500000", definition(figures.stream))


def test_the_api_takes_a_release_on_and_tells_where_it_will_be(crms):
    row = crms.ready("salesforce")
    jobs.sync(crms.services, row)
    program = caller(crms.app.test_client(), crms.services)
    asked = program.post(f"/connections/{row.id}/releases", json={})
    assert asked.status_code == 202, asked.text
    place = asked.headers["Location"]
    assert place == asked.json["address"] == f"/api/v1/connections/{row.id}/release-jobs/{asked.json['id']}"
    assert (asked.json["state"], asked.json["release"]) == ("waiting", None)
    assert program.post(f"/connections/{row.id}/releases", json={}).json["id"] == asked.json["id"]
    work_off(crms.services)
    told = program.get(place.removeprefix("/api/v1")).json
    assert (told["state"], told["again"]) == ("done", False)
    kept = program.get(f"/connections/{row.id}/releases/{told['release']['id']}")
    assert read_release(kept.text).k == 10
    again = program.post(f"/connections/{row.id}/releases", json={}).json
    work_off(crms.services)
    assert program.get(again["address"].removeprefix("/api/v1")).json["again"]
    other = crms.ready("hubspot")
    assert program.get(f"/connections/{other.id}/release-jobs/{told['id']}").status_code == 404
    assert program.post(f"/connections/{row.id}/releases", json={"epsilon": 11}).status_code == 422
    refused = program.post(f"/connections/{row.id}/releases", json={"epsilon": 1})
    assert (refused.status_code, "no budget" in refused.text) == (409, True)
