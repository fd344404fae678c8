"""The database: does it answer, is it of this version, does SQLite keep its journal as it should."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from sqlalchemy import text

from webapp.doctor.case import Case
from webapp.doctor.result import Result, fine, sentence, warning, wrong
from webapp.store.looking import Schema

ABOUT = "Database"
MEND = "Set it right, then start Fairlead again."
OTHERS: Mapping[Schema, Result] = {
    "none": warning(
        ABOUT, "It holds no tables yet.", "Where nothing was held before: fairlead serve makes them."
    ),
    "older": warning(
        ABOUT,
        "Its tables are of an older version of Fairlead. Much cannot be looked at before they are newer.",
        "Make a backup. Then start fairlead serve: it brings them up to date.",
    ),
    "newer": wrong(ABOUT, "It was made by a newer version of Fairlead.", "Start that version."),
}


def database(case: Case) -> Iterator[Result]:
    """How it is found; in an application that runs, whether it answers."""
    if case.looked is None and case.opened is None:
        yield _absent(case)
    elif case.looked is not None and case.looked.schema != "same":
        yield OTHERS[case.looked.schema]
    else:
        yield from _answers(case)


def _absent(case: Case) -> Result:
    if case.file is not None and not case.file.exists():
        says = "There is no database yet. Are FAIRLEAD_DATA_DIR and FAIRLEAD_DATABASE_URL those of before?"
        return warning(ABOUT, says, "Where nothing was held before: fairlead serve makes it.")
    says, _, mend = case.away.rstrip(".").partition("; ")
    return wrong(ABOUT, sentence(says), sentence(mend) if mend else MEND)


def _answers(case: Case) -> Iterator[Result]:
    opened = case.looked.database if case.looked else case.opened.database if case.opened else None
    if opened is None:
        return
    with opened.reading() as session:
        session.execute(text("SELECT 1"))
    sqlite = opened.engine.dialect.name == "sqlite"
    if sqlite and not _is_in_wal(Path(str(opened.engine.url.database))):
        says = "SQLite keeps its journal in the old way, so that pages wait while a job writes."
        yield warning(
            ABOUT, says, "Start Fairlead again. If it stays, the disk does not allow WAL: use another."
        )
    else:
        yield fine(ABOUT, f"{'SQLite' if sqlite else 'PostgreSQL'} answers, and is of this version.")


def _is_in_wal(file: Path) -> bool:
    """By the file's own head, as SQLite tells another journal of one that nobody has open.

    "Write version" and "read version" are 2 in a file with a write-ahead log (SQLite, "Database File
    Format").
    """
    with file.open("rb") as opened:
        return opened.read(20)[18:] == b"\x02\x02"
