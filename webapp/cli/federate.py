"""``fairlead federate``: figures for a joint audit of several organisations."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click

from audit.release import Release
from webapp.cli.output import check_folder, write_whole
from webapp.cli.release import WHO, summary
from webapp.installation import chosen, installation
from webapp.releasing import Asked, figures_of, files_of, hand_out

FILE = "release.json"


@click.group("federate")
def command() -> None:
    """Share figures with other organisations, never leads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was asked for on the command line."""

    connection: str
    out: Path
    k: int
    crossings: int | None
    epsilon: float | None
    json: bool


@command.command(short_help="Write a release of a connection's leads.")
@click.argument("connection")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="The folder for release.json; made if it is not there.",
)
@click.option(
    "--k", type=int, default=10, show_default=True, help="Hide counts of fewer leads than this; at least 10."
)
@click.option("--crossings", type=click.IntRange(1, 4), help="Up to how many attributes are crossed.")
@click.option(
    "--epsilon", type=float, help="Put noise in the counts instead of hiding some; smaller is more noise."
)
@click.option("--json", is_flag=True, help="Print the summary as JSON.")
def export(**options: object) -> None:
    """Write release.json of the leads of CONNECTION (its id, organisation or CRM), and note it in the ledger.

    For a file of leads use fairlead release, which writes the same form.
    """
    asked = Options(**options)  # type: ignore[arg-type]
    check_folder(asked.out)
    with installation() as opened:
        row = chosen(opened, asked.connection)[0]
        wanted = Asked(crossings=asked.crossings, k=asked.k, epsilon=asked.epsilon)
        done = hand_out(opened.releases, figures_of(opened, row), wanted, WHO)
    written = write_whole(asked.out, partial(write_figures, done.release))
    click.echo(summary(done, written, as_json=asked.json))


def write_figures(release: Release, folder: Path) -> None:
    """Write the file for the others."""
    (folder / FILE).write_text(files_of(release)[FILE], encoding="utf-8", newline="")
