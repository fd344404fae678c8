"""The rows of a file, as commands that report on one begin: read, held still meanwhile, admitted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from audit.intake import Intake
from audit.schema import Stream
from connectors.files.fingerprint import held_still
from connectors.files.reading import read_table
from webapp.cli.account import admit_file
from webapp.jobs import Progress


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Admitted:
    """The admitted rows, and the SHA-256 of the file in hexadecimal."""

    intake: Intake
    digest: str


def admitted(path: Path, stream: Stream, progress: Progress) -> Admitted:
    """Read a file and admit its rows.

    Raises
    ------
    BadInput
        As `webapp.cli.account.admit_file`, and where the file cannot be read or changes meanwhile.
    """
    progress(f"Reading {path.name}", 0, None)
    with held_still(path) as digest:
        file = read_table(path)
    progress("Checking the rows", 0, None)
    return Admitted(intake=admit_file(file, stream, path.name), digest=digest)
