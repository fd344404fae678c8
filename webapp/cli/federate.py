"""``fairlead federate``: figures for a joint audit of several organisations."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click

from audit.release import Standing, parted, public_text, read_release, release_text
from audit.schema import BadInput
from webapp.cli.federate_merge import merge
from webapp.cli.output import check_folder, write_whole
from webapp.cli.release import WHO, summary
from webapp.cli.steps import shown
from webapp.installation import installation, one_connection
from webapp.release_cut import Asked
from webapp.release_jobs import COUNTING
from webapp.release_vault import signing_key
from webapp.releasing import figures_of, hand_out, kept_files
from webapp.store.releases import ReleasedRow

FILE = "release.json"


@click.group("federate")
def command() -> None:
    """Share figures with other organisations, never leads."""


command.add_command(merge)


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
        row = one_connection(opened, asked.connection)
        wanted = Asked(crossings=asked.crossings, k=asked.k, epsilon=asked.epsilon)
        with shown() as progress:
            progress(COUNTING, 0, None)
            done = hand_out(opened.releases, figures_of(opened, row), wanted, WHO, progress)
    written = write_whole(asked.out, partial(write_figures, done.row))
    click.echo(summary(done, written, as_json=asked.json))


def write_figures(row: ReleasedRow, folder: Path) -> None:
    """Write the file for the others."""
    (folder / FILE).write_bytes(kept_files(row).text.encode())


@command.command(short_help="Tell the public key that proves a connection's releases.")
@click.argument("connection")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def key(connection: str, as_json: bool) -> None:
    """Tell the public key that the releases of CONNECTION are signed with; give it to whoever gets them."""
    with installation() as opened:
        row = one_connection(opened, connection)
        public = public_text(signing_key(opened, row))
    click.echo(json.dumps({"organisation": row.organisation, "public_key": public}) if as_json else public)


@command.command(short_help="Check a release that somebody handed you.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--key", "expected", help="The public key of the organisation, as fairlead federate key told it there."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def verify(file: Path, expected: str | None, as_json: bool) -> None:
    """Check that FILE is a release, that nothing was changed since it was signed, and who signed it.

    It needs no installation and no network. Exit code 1: it is not signed, or not by the key that you named.
    """
    text = release_text(_bytes_of(file))
    release, standing = read_release(text), parted(text)[1]
    by_them = expected is None or standing.public_key == expected.strip()
    sound = standing.state == "signed" and by_them
    told = {"state": standing.state, "public_key": standing.public_key, "stream": release.terms.stream}
    record = {**told, "as_expected": None if expected is None else sound}
    click.echo(json.dumps(record) if as_json else _words(standing, expected, by_them=by_them))
    click.get_current_context().exit(0 if sound else 1)


def _words(standing: Standing, expected: str | None, *, by_them: bool) -> str:
    if standing.state == "unsigned":
        return "It is a release, but nobody signed it: it may be of anybody, and changed by anybody."
    if not by_them:
        return f"It is a release, signed by another key than the one you named: {standing.public_key}"
    told = f"It is a release, unchanged since it was signed by the key {standing.public_key}"
    if expected is not None:
        return f"{told}, which is the one you named."
    return f"{told}. Whose key that is, ask the organisation, and name it with --key."


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        msg = f"{file} cannot be read ({error.strerror}): name the release.json that you were handed"
        raise BadInput(msg) from None
