"""``fairlead demo``: both stand-in CRMs, a pull through the real clients, the audit, the panels."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from audit.schema import BadInput
from webapp.demo import journey, summary
from webapp.demo.addresses import addresses, to_begin
from webapp.demo.background import refuse_taken
from webapp.demo.contents import Contents, from_file, generated
from webapp.demo.home import Home
from webapp.demo.world import HOST, World, running
from webapp.progress import Progress
from webapp.store.rows import CRMS

MONDAYS = "0"
FOLDER = Path(".fairlead") / "demo"
_path = click.Path(path_type=Path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was asked for on the command line."""

    port: int
    leads: int
    data: Path | None
    stream: Path | None
    seed: int
    once: bool
    first_run: bool
    year: bool
    json: bool


@click.command("demo")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="The port of the pages."
)
@click.option(
    "--leads",
    type=click.IntRange(200, 1_000_000),
    default=20_000,
    show_default=True,
    help="How many leads to generate.",
)
@click.option("--data", type=_path, help="A file to take the leads from (CSV, Excel, Parquet).")
@click.option("--stream", type=_path, help="The stream file of --data.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Repeats a demo.")
@click.option("--once", is_flag=True, help="Do all of it, print the summary, and exit without serving.")
@click.option(
    "--first-run", is_flag=True, help="Do none of it: serve, to walk through the first run oneself."
)
@click.option(
    "--year", is_flag=True, help="Let a year pass first: a model is replaced in May; takes minutes."
)
@click.option("--json", is_flag=True, help="Print the summary as JSON.")
def command(**options: object) -> None:
    """Show Fairlead at work: two stand-in CRMs, a pull, the policy, the audit and the panels.

    Everything runs on this machine; no account is needed, and nothing leaves it. The state is kept
    in .fairlead/demo, so that a second start is quick; --once uses a folder of its own.

    With --first-run nothing is connected yet: one makes the first account and walks through the first run at
    a sample org, in a folder that is removed at the end.

    With --year both CRMs live through the last calendar year on a moved clock, with a pull every other
    Monday; the pages then show what monitoring saw in it. Nothing of it is kept.
    """
    asked = Options(**options)  # type: ignore[arg-type]
    _refuse_mixed(asked)
    with ExitStack() as running_parts:
        if asked.first_run:
            world = _fresh(asked, running_parts)
            running_parts.enter_context(_worker(world))
            _serve_until_stopped(to_begin(world))
            return
        world, note, outcomes = (_year if asked.year else _run)(asked, running_parts)
        if asked.json:
            click.echo(summary.as_json(outcomes))
        else:
            summary.show(note, outcomes)
        if not asked.once:
            _serve_until_stopped(addresses(world))


def _refuse_mixed(asked: Options) -> None:
    """Raise BadInput where options do not go together."""
    if (asked.data is None) != (asked.stream is None):
        msg = "--data and --stream belong together: name the file and the stream file that describes it"
        raise BadInput(msg)
    if asked.year and (asked.first_run or asked.data):
        msg = "--year has leads of its own and its own journey; leave out --data and --first-run"
        raise BadInput(msg)
    if asked.first_run and (asked.once or asked.json):
        msg = "--first-run serves until it is stopped; leave out --once and --json"
        raise BadInput(msg)


def _worker(world: World) -> AbstractContextManager[None]:
    from webapp.work.worker import beside  # noqa: PLC0415 - a second of imports that --once does not need

    return beside(world.services)


def _run(asked: Options, running_parts: ExitStack) -> tuple[World, str, tuple[summary.Outcome, ...]]:
    """Everything up to the summary; what must go on running is left in ``running_parts``."""
    port = 0 if asked.once else asked.port
    refuse_taken(HOST, port)
    home = Home(folder=running_parts.enter_context(_folder(asked)))
    running_parts.enter_context(home.alone())
    with Progress() as progress:
        with progress.step("Preparing the leads"):
            contents = _contents(asked)
        known = home.open_for(contents.digest)
        world = running_parts.enter_context(running(contents, home, port, asked.seed))
        outcomes = journey.run(world, contents, progress, known=known)
    home.remember(contents.digest)
    if not asked.once:
        running_parts.enter_context(_worker(world))
    return world, contents.note, outcomes


def _year(asked: Options, running_parts: ExitStack) -> tuple[World, str, tuple[summary.Outcome, ...]]:
    """A year at both CRMs, pull by pull; the worker goes on behind the pages."""
    from connectors.sandbox.year import year_of_leads  # noqa: PLC0415 - scikit-learn is slow to import
    from webapp.demo.year import contents_of, fortnights, replaying  # noqa: PLC0415 - imports the queue

    port = 0 if asked.once else asked.port
    refuse_taken(HOST, port)
    home = Home(folder=running_parts.enter_context(_own_folder()))
    with Progress() as progress:
        with progress.step("Preparing the leads"):
            year = year_of_leads(asked.leads, asked.seed, datetime.now(UTC).year - 1)
        home.open_for(contents_of(year).digest)
        replay = running_parts.enter_context(replaying(dict.fromkeys(CRMS, year), home, port))
        replay.schedule(MONDAYS)
        looks = fortnights(year)
        with progress.step("Letting a year pass in both CRMs", len(looks)) as advance:
            for day in looks:
                replay.look_on(day)
                advance(1)
    if not asked.once:
        replay.clock.let_go()
        running_parts.enter_context(_worker(replay.world))
    found = journey.outcomes(replay.world, tuple(replay.connections.values()))
    return replay.world, contents_of(year).note, found


def _fresh(asked: Options, running_parts: ExitStack) -> World:
    """Both stand-ins with their leads, and the product as it is at its first start."""
    refuse_taken(HOST, asked.port)
    home = Home(folder=running_parts.enter_context(_own_folder()))
    with Progress() as progress, progress.step("Preparing the leads"):
        contents = _contents(asked)
    home.open_for(contents.digest)
    return running_parts.enter_context(running(contents, home, asked.port, asked.seed))


def _contents(asked: Options) -> Contents:
    if asked.data is not None and asked.stream is not None:
        return from_file(asked.data, asked.stream, asked.seed)
    return generated(asked.leads, asked.seed)


@contextmanager
def _folder(asked: Options) -> Iterator[Path]:
    if not asked.once:
        yield FOLDER
        return
    with _own_folder() as folder:
        yield folder


@contextmanager
def _own_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="fairlead-demo-") as folder:
        yield Path(folder) / "demo"


def _serve_until_stopped(what_to_open: str) -> None:
    try:
        click.echo(what_to_open)
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        click.echo("\nStopped.")
