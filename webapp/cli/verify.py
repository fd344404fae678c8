"""``fairlead verify``: whether an evidence bundle is as it was signed."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from audit.report.bundle import Checked, verify
from audit.report.bundle.container import LARGEST
from audit.report.printable import printable
from audit.schema import BadInput
from webapp.signing_file import public_key


@click.command("verify")
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option("--key", "named", metavar="PUBLIC", help="The public key that must have signed, or its file.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(bundle: Path, named: str | None, as_json: bool) -> None:
    """Check that BUNDLE (evidence.zip) is unchanged since it was signed, and by whom it was signed.

    It needs no installation and no network, and writes nothing. Exit code 1: it was changed, or another key
    signed it; 2: it is no bundle at all.
    """
    key = None if named is None else public_key(named)
    found = verify(_content(bundle), key)
    click.echo(_record(found, key) if as_json else printable(_words(bundle.name, found, key)))
    click.get_current_context().exit(0 if found.sound else 1)


def _record(found: Checked, key: str | None) -> str:
    made = None if found.manifest is None else asdict(found.manifest)
    told = {
        "sound": found.sound,
        "public_key": found.public_key,
        "as_expected": None if key is None else found.public_key == key,
        "faults": list(found.faults),
        "manifest": made,
    }
    return json.dumps(told, indent=2, ensure_ascii=False)


def _words(name: str, found: Checked, key: str | None) -> str:
    if not found.sound or found.manifest is None:
        return "\n".join([f"{name}: NOT as it was signed.", *(f"  {fault}" for fault in found.faults)])
    made = found.manifest
    return "\n".join(
        [
            f"{name}: sound. {len(made.files)} files, unchanged since they were signed.",
            f"  Signed by {found.public_key}, {_whose(key)}",
            f"  Audit of {made.stream}, seed {made.seed}, Fairlead {made.audited_with}",
            f"  Data {made.digests.data}",
        ]
    )


def _whose(key: str | None) -> str:
    if key is not None:
        return "the key that you named."
    return "whoever that is: ask them for their public key, and name it with --key."


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST:
            msg = (
                f"{path} is larger than any evidence bundle (512 MB); name the evidence.zip that you "
                "were handed"
            )
            raise BadInput(msg)
        return path.read_bytes()
    except OSError as error:
        msg = f"{path} cannot be read ({error.strerror}); name the evidence.zip that you were handed"
        raise BadInput(msg) from None
