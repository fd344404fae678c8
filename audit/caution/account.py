"""Rows that were left out or read differently from how they were written."""

from __future__ import annotations

from collections.abc import Iterator

from audit.finding import Caution, evidence
from audit.finding.words import clause, count
from audit.intake import Intake, Refusal


def left_out(intake: Intake) -> Iterator[Caution]:
    """Rejected and excluded rows by reason, and the notes of the intake."""
    for one in intake.rejected:
        yield _refused("rejected_rows", one)
    for one in intake.excluded:
        yield _refused("excluded_rows", one)
    for note in intake.notes:
        yield Caution(code="read_differently", text=note)


def _refused(code: str, one: Refusal) -> Caution:
    first = ", ".join(f"{row + 1:,}" for row in one.rows)
    where = f" {'First data rows' if one.count > 1 else 'Data row'}: {first}." if first else ""
    were = "was" if one.count == 1 else "were"
    return Caution(
        code=code,
        text=f"{count(one.count)} {were} left out because {clause(one.text)}.{where}",
        evidence=evidence(reason=one.code, rows=one.count, first_rows=first),
    )
