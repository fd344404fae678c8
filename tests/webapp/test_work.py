"""Jobs: asked once, done by workers, tried again, cancelled, told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from audit.schema import BadInput
from connectors.errors import Busy, Refused
from webapp.cli import main
from webapp.jobs import AtWork
from webapp.services import Services
from webapp.store.database import Database
from webapp.store.repository import utc_now
from webapp.store.rows import ConnectionRow
from webapp.store.work_jobs import STOPPED, JobRow, Wanted
from webapp.viewmodels.jobs import line
from webapp.work import attempt, kinds
from webapp.work.attempt import MOST_TRIES, Bench
from webapp.work.kinds import Kind, Task
from webapp.work.pausing import LONGEST_PAUSE_SECONDS, pause
from webapp.work.watched import Watched


@pytest.fixture
def opened(support: ModuleType, database: Database, tmp_path: Any) -> Services:
    settings = support.settings_for(tmp_path / "data")
    return Services(settings=settings, database=database, clock=support.Clock())


@pytest.fixture
def connection(opened: Services) -> ConnectionRow:
    return opened.repository.add_connection("hubspot", "4711", "https://example.com")


@pytest.fixture
def does(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let the pull do something else."""

    def install(run: Callable[[Task], str], newest: Callable[[Task], str] | None = None) -> None:
        monkeypatch.setattr(attempt, "KINDS", {**kinds.KINDS, "sync": Kind(run=run, newest=newest)})

    return install


def ask(opened: Services, connection: ConnectionRow, **other: Any) -> JobRow:
    return opened.work.ask(Wanted(**{"connection_id": connection.id, "kind": "sync", "who": "Ada", **other}))


def tried(opened: Services, job: JobRow, **bench: Any) -> JobRow:
    """The job after its next attempt."""
    now = opened.work.get(job.id)
    assert now is not None
    Bench(opened=opened, worker="worker-1", **bench).attempt(now.id, now.attempt)
    after = opened.work.get(job.id)
    assert after is not None
    return after


def raising(error: Exception) -> Callable[[Task], str]:
    def run(_: Task) -> str:
        raise error

    return run


def test_asking_twice_gives_the_same_job_and_the_wider_wish(opened: Services, connection: ConnectionRow):
    first, second = ask(opened, connection), ask(opened, connection, wanted="full", who="Bob")
    assert (first.id, second.wanted, len(opened.work.open())) == (second.id, "full", 1)
    assert ask(opened, connection, kind="publish").id != first.id
    assert [event.action for event in opened.accounts.events()].count("job asked for") == 2


def test_a_crowd_that_asks_at_once_gets_one_job(opened: Services, connection: ConnectionRow):
    gate = threading.Barrier(8)

    def press(_: int) -> str:
        gate.wait()
        return ask(opened, connection).id

    with ThreadPoolExecutor(8) as crowd:
        assert len(set(crowd.map(press, range(8)))) == 1


def test_one_of_many_workers_begins_an_attempt(opened: Services, connection: ConnectionRow):
    job, gate = ask(opened, connection), threading.Barrier(6)

    def begin(number: int) -> JobRow | None:
        gate.wait()
        return opened.work.begin(job.id, job.attempt, f"worker-{number}")

    with ThreadPoolExecutor(6) as crowd:
        assert sum(row is not None for row in crowd.map(begin, range(6))) == 1


def test_a_job_that_is_done_says_so_and_another_may_be_asked_for(
    opened: Services, connection: ConnectionRow, does: Callable[..., None]
):
    does(lambda _: "All well.")
    done = tried(opened, ask(opened, connection))
    assert (done.state, done.told, done.trouble) == ("done", "All well.", "")
    assert ask(opened, connection).id != done.id


def test_a_busy_crm_is_asked_again_later_and_later_and_not_for_ever(
    opened: Services, connection: ConnectionRow, does: Callable[..., None]
):
    does(raising(Busy("HubSpot is busy; nothing is lost", retry_after=45)))
    job, waits = ask(opened, connection), []
    for _ in range(MOST_TRIES - 1):
        job = tried(opened, job)
        assert (job.state, job.told) == ("waiting", "HubSpot is busy; nothing is lost.")
        waits.append((job.not_before - opened.clock()).total_seconds())
    assert waits == [45, 60, 120, 240, 480, 960, 1920]
    last = tried(opened, job)
    assert (last.state, last.trouble) == ("failed", "busy")


def test_the_pause_is_as_long_as_the_crm_asks():
    assert pause(0, 86_400) == 86_400
    assert pause(30, 1) == LONGEST_PAUSE_SECONDS


@pytest.mark.parametrize(
    "case",
    [
        (BadInput("the policy does not fit; mend it"), "input", "The policy does not fit; mend it."),
        (Refused("HubSpot says no; connect again", code="x"), "refused", "HubSpot says no; connect again."),
        (OSError(28, "No space left on device"), "disk", "The disk is full: free some space"),
        (ValueError("jane.doe@example.com"), "defect", "Something in Fairlead broke (ValueError)."),
    ],
)
def test_what_a_person_must_mend_is_not_tried_again(
    opened: Services,
    connection: ConnectionRow,
    does: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
    case: tuple[Exception, str, str],
):
    error, trouble, told = case
    does(raising(error))
    row = tried(opened, ask(opened, connection))
    assert (row.state, row.trouble) == ("failed", trouble)
    assert row.told.startswith(told)
    assert "jane.doe" not in row.told + caplog.text


def test_a_job_waits_its_turn_while_a_command_works_on_the_connection(
    opened: Services, connection: ConnectionRow, does: Callable[..., None]
):
    does(raising(AtWork("taken")))
    job = ask(opened, connection)
    for _ in range(2 * MOST_TRIES):
        job = tried(opened, job)
    assert (job.state, job.tries) == ("waiting", 0)
    does(lambda _: "Done.")
    assert tried(opened, job).state == "done"


def test_what_waits_is_cancelled_at_once(opened: Services, connection: ConnectionRow):
    row = opened.work.cancel(ask(opened, connection).id, "Ada")
    assert row is not None
    assert (row.state, row.told) == ("cancelled", "Cancelled by Ada before it began.")
    assert tried(opened, row).state == "cancelled"
    assert opened.work.cancel(row.id, "Ada") is None


def test_what_waits_for_another_try_was_stopped_and_not_cancelled_before_it_began(
    opened: Services, connection: ConnectionRow, does: Callable[..., None]
):
    does(raising(Busy("the CRM is busy", retry_after=3600)))
    row = opened.work.cancel(tried(opened, ask(opened, connection)).id, "Ada")
    assert row is not None
    assert line(row, "", opened.clock()).told == f"{STOPPED} (Ada)"


def test_what_runs_is_cancelled_at_its_next_step(
    opened: Services, connection: ConnectionRow, does: Callable[..., None]
):
    job, steps = ask(opened, connection), []

    def run(task: Task) -> str:
        task.progress("One", 1, 2)
        steps.append("one")
        opened.work.cancel(job.id, "Bob")
        task.progress("Two", 2, 2)
        steps.append("two")
        return "Done."

    does(run)
    row = tried(opened, job)
    assert (row.state, row.ended_by, steps) == ("cancelled", "Bob", ["one"])


@pytest.mark.parametrize("error", [Busy("the CRM is busy", retry_after=3600), AtWork("taken")])
def test_what_is_cancelled_while_the_crm_is_busy_waits_no_more(
    opened: Services, connection: ConnectionRow, does: Callable[..., None], error: Exception
):
    job = ask(opened, connection)

    def run(_: Task) -> str:
        opened.work.cancel(job.id, "Bob")
        raise error

    does(run)
    row = tried(opened, job)
    assert (row.state, row.ended_at) == ("cancelled", opened.clock())
    assert line(row, "", opened.clock()).told == f"{STOPPED} (Bob)"
    assert ask(opened, connection).id != job.id


def test_a_worker_that_ends_leaves_the_job_for_the_next_one(
    opened: Services, connection: ConnectionRow, does: Callable[..., None]
):
    stop = threading.Event()

    def run(task: Task) -> str:
        stop.set()
        task.progress("One", 1, 2)
        return "Done."

    does(run)
    job = tried(opened, ask(opened, connection), stop=stop)
    assert (job.state, job.tries, job.not_before) == ("waiting", 0, opened.clock())


def test_progress_is_written_when_a_step_begins_and_seldom_inside_it(
    opened: Services, connection: ConnectionRow, monkeypatch: pytest.MonkeyPatch
):
    asked = ask(opened, connection)
    job = opened.work.begin(asked.id, asked.attempt, "worker-1")
    assert job is not None
    now = SimpleNamespace(at=0.0)
    monkeypatch.setattr("webapp.work.watched.time.monotonic", lambda: now.at)
    watched, written = Watched(jobs=opened.work, job=job, stop=threading.Event()), []
    for second in range(100):
        now.at = 10 + second / 10
        watched("Pulling leads", second, 100)
        row = opened.work.get(job.id)
        assert row is not None
        written.append(row.done)
    assert sorted(set(written)) == [0, 20, 40, 60, 80]


def test_a_job_whose_result_is_in_place_is_not_done_again(
    opened: Services, connection: ConnectionRow, does: Callable[..., None]
):
    results = ["first"]

    def run(_: Task) -> str:
        results.append("second")
        raise SystemExit  # the worker ends here, before it can say so

    does(run, lambda _: results[-1])
    job = ask(opened, connection)
    with pytest.raises(SystemExit):
        tried(opened, job)
    left = opened.work.get(job.id)
    assert left is not None
    assert left.state == "running"
    opened.work.anew(left)
    done = tried(opened, job)
    assert (done.state, results) == ("done", ["first", "second"])


def test_an_attempt_that_was_given_up_does_nothing(
    opened: Services, connection: ConnectionRow, does: Callable[..., None]
):
    does(lambda _: pytest.fail("an old attempt ran"))
    job = ask(opened, connection)
    opened.work.anew(job)
    Bench(opened=opened, worker="worker-1").attempt(job.id, job.attempt)
    late = replace(job, state="running")
    opened.work.end(late, attempt.End(state="done", told="Late."))
    now = opened.work.get(job.id)
    assert now is not None
    assert now.state == "waiting"


def test_a_job_that_takes_its_worker_down_each_time_ends(
    opened: Services, connection: ConnectionRow, does: Callable[..., None]
):
    does(raising(SystemExit()))  # type: ignore[arg-type]
    job = ask(opened, connection)
    for _ in range(attempt.MOST_STARTS):
        with pytest.raises(SystemExit):
            tried(opened, job)
        left = opened.work.get(job.id)
        assert left is not None
        opened.work.anew(left)
    assert tried(opened, job).trouble == "killed"


def test_old_jobs_are_forgotten(opened: Services, connection: ConnectionRow, does: Callable[..., None]):
    does(lambda _: "Done.")
    job = tried(opened, ask(opened, connection))
    opened.work.forget_old()
    assert opened.work.get(job.id) is not None
    opened.clock.forward(days=181)  # type: ignore[attr-defined]
    opened.work.forget_old()
    assert opened.work.get(job.id) is None


def test_a_worker_for_once_tells_what_it_did(
    opened: Services, connection: ConnectionRow, monkeypatch: pytest.MonkeyPatch
):
    @contextmanager
    def this() -> Iterator[Services]:
        yield replace(opened, clock=utc_now)

    monkeypatch.setattr("webapp.cli.worker.installation", this)
    ask(replace(opened, clock=utc_now), connection, kind="retention")
    done = CliRunner().invoke(main, ["worker", "--once"])
    assert done.stdout.startswith("Delete old leads, HubSpot 4711: done. "), done.output
    assert CliRunner().invoke(main, ["worker", "--once"]).stdout == "There was nothing to do.\n"
