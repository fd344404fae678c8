"""``fairlead release``: a file and its stream in, figures that may be handed out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click

from audit.tally import count
from connectors.files.reading import read_table
from webapp.cli.account import admit_file
from webapp.cli.output import check_folder, write_whole
from webapp.cli.steps import shown
from webapp.cli.toml_file import read_toml
from webapp.progress import Progress
from webapp.pulling import Progress as Told
from webapp.release_cut import Asked
from webapp.releasing import Figures, HandedOut, hand_out, open_ledger, write_release
from webapp.store.database import open_database
from webapp.store.releases import Owner

LEDGER = "fairlead-releases.db"
WHO = "command line"
_path = click.Path(path_type=Path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was asked for on the command line."""

    file: Path
    stream: Path
    out: Path
    k: int
    crossings: int | None
    epsilon: float | None
    budget: float | None
    ledger: Path | None
    json: bool


@click.command("release")
@click.argument("file", type=_path)
@click.option("--stream", type=_path, required=True, help="The stream file: which column plays which role.")
@click.option("--out", type=_path, required=True, help="The folder for the files; made if it is not there.")
@click.option(
    "--k", type=int, default=10, show_default=True, help="Hide counts of fewer leads than this; at least 10."
)
@click.option(
    "--crossings",
    type=click.IntRange(1, 4),
    help="Up to how many attributes are crossed; the stream's intersections where it is left out.",
)
@click.option(
    "--epsilon", type=float, help="Put noise in the counts instead of hiding some; smaller is more noise."
)
@click.option(
    "--budget", type=float, help="Set how much epsilon all releases of this stream may use together."
)
@click.option(
    "--ledger",
    type=_path,
    help=f"Where releases are written down; {LEDGER} beside the stream file otherwise.",
)
@click.option("--json", is_flag=True, help="Print the summary as JSON.")
def command(**options: object) -> None:
    """Make figures of the leads in FILE that may leave the organisation.

    Writes release.json and release.html to --out. Whatever left before is in the ledger: a release that could
    be subtracted from an earlier one is refused, and the same request gets the same files again.
    """
    asked = Options(**options)  # type: ignore[arg-type]
    done = released(asked)
    with Progress() as progress, progress.step("Writing"):
        written = write_whole(asked.out, partial(write_release, done.row))
    click.echo(summary(done, written, as_json=asked.json))


def released(asked: Options) -> HandedOut:
    """The release that the options ask for, written down in the ledger."""
    described = read_toml(asked.stream, "stream")
    stream = described.stream()
    check_folder(asked.out)
    with Progress() as progress:
        with progress.step(f"Reading {asked.file.name}"):
            file = read_table(asked.file)
        with progress.step("Counting"):
            intake = admit_file(file, stream, asked.file.name)
            owner = Owner(crm="file", organisation=stream.name[:120])
            figures = Figures(owner=owner, cube=count(intake.table, stream), stream=stream)
    with shown() as told:
        return _handed_out(asked, figures, told)


def _handed_out(asked: Options, figures: Figures, progress: Told) -> HandedOut:
    ledger = asked.ledger or asked.stream.resolve().with_name(LEDGER)
    database = open_database(f"sqlite:///{ledger}")
    try:
        releases = open_ledger(database)
        if asked.budget is not None:
            releases.set_budget(figures.owner, asked.budget, WHO)
        wanted = Asked(crossings=asked.crossings, k=asked.k, epsilon=asked.epsilon)
        return hand_out(releases, figures, wanted, WHO, progress)
    finally:
        database.dispose()


def summary(done: HandedOut, written: tuple[str, ...], *, as_json: bool) -> str:
    """What was made, for a person or a program."""
    counts = [count for one in done.release.groups for count in one.counts]
    hidden = counts.count(None)
    if as_json:
        record = {
            "release": done.row.id,
            "again": done.again,
            "counts": len(counts),
            "hidden": hidden,
            "epsilon": done.row.epsilon or None,
            "files": list(written),
        }
        return json.dumps(record, indent=2)
    noise = done.release.noise
    how = (
        f"{hidden:,} of {len(counts):,} counts are hidden (k = {done.release.k})."
        if noise is None
        else f"Every count has noise (epsilon {noise.epsilon:g})."
    )
    again = " The same release as before: nothing new has left." if done.again else ""
    return f"Release {done.row.id}. {how}{again}\nWritten: {', '.join(written)}"
