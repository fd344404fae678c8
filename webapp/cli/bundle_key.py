"""``fairlead bundle-key``: keys that sign evidence bundles, and their public halves to publish."""

from __future__ import annotations

import json
from pathlib import Path

import click

from audit.report.bundle import public_text
from webapp.installation import installation
from webapp.rights import proofs
from webapp.signing_file import make_key, public_file, read_key

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
_path = click.Path(path_type=Path)


@click.group("bundle-key")
def command() -> None:
    """Make a key that signs evidence bundles, or tell a public key (docs/how-to/reports.md)."""


@command.command("new")
@click.argument("file", type=_path)
@AS_JSON
def new(file: Path, as_json: bool) -> None:
    """Make a key in FILE, and its public half in FILE.pub; neither is ever written over.

    Keep FILE to yourself. Publish the public key where those who get bundles will look: on your website, in
    a contract, in the letter that goes with a bundle.
    """
    public = make_key(file)
    told = {"file": str(file), "public_file": str(public_file(file)), "public_key": public}
    words = (
        f"The key is in {file}; keep it to yourself.\nPublish the public key, also in "
        f"{public_file(file)}: {public}"
    )
    click.echo(json.dumps(told, indent=2) if as_json else words)


@command.command("show")
@click.argument("file", type=_path, required=False)
@AS_JSON
def show(file: Path | None, as_json: bool) -> None:
    """Tell the public key of a key FILE; without one, that of this installation, which signs on the pages."""
    if file is None:
        with installation() as opened:
            public = proofs.public_key(opened)
    else:
        public = public_text(read_key(file))
    click.echo(json.dumps({"public_key": public}) if as_json else public)
