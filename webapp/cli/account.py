"""The account of a file: every record of it is kept, rejected or excluded."""

from __future__ import annotations

from dataclasses import replace

from audit.intake import Intake, Refusal, admit
from audit.intake.partly import Partly
from audit.schema import BadInput, Stream
from connectors.files.table import FileTable

_FIRST_FEW = 5
_RAGGED = "The row has more or fewer columns than the header; check its delimiters and quotation marks."


def admit_file(file: FileTable, stream: Stream, name: str, partly: Partly | None = None) -> Intake:
    """Admit the rows of a file; refusals then count and name records of the file, ragged ones too.

    ``partly`` says where the columns are that ``file`` does not hold.

    Raises
    ------
    BadInput
        As :func:`audit.intake.admit`, and where no record has the columns of the header.
    """
    if not file.table.num_rows:
        place = file.place(file.ragged[:1])
        where = f", see {file.unit} {place[0]}" if place else ""
        msg = f"{name}: no row has as many columns as the header{where}; check the delimiter and the header"
        raise BadInput(msg)
    try:
        intake = admit(file.table, stream, partly)
    except BadInput as error:
        msg = f"{name}: {error}{_see(file, error.row)}"
        raise BadInput(msg) from None
    return replace(
        intake,
        rows=file.records,
        rejected=(*_ragged(file), *(_by_record(refusal, file) for refusal in intake.rejected)),
        excluded=tuple(_by_record(refusal, file) for refusal in intake.excluded),
        unusable=tuple(_by_record(refusal, file) for refusal in intake.unusable),
        withheld=tuple(_by_record(refusal, file) for refusal in intake.withheld),
        unmapped=tuple(
            replace(one, rows=tuple(file.record(row) for row in one.rows)) for one in intake.unmapped
        ),
        notes=(*file.notes, *intake.notes),
    )


def _see(file: FileTable, row: int | None) -> str:
    place = () if row is None else file.place((file.record(row),))
    return f"; see {file.unit} {place[0]:,}" if place else ""


def _ragged(file: FileTable) -> tuple[Refusal, ...]:
    if not file.ragged:
        return ()
    first = file.ragged[:_FIRST_FEW]
    return (Refusal(code="wrong_number_of_columns", text=_RAGGED, count=len(file.ragged), rows=first),)


def _by_record(refusal: Refusal, file: FileTable) -> Refusal:
    return replace(refusal, rows=tuple(file.record(row) for row in refusal.rows))
