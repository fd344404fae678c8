"""Rows that were left out or read differently from how they were written."""

from __future__ import annotations

from collections.abc import Iterator

from audit.finding import Caution, evidence
from audit.finding.words import clause, count, quoted
from audit.intake import Intake, Refusal
from audit.intake.model import Unmapped

_SINGULAR = {"numbers": "a number", "dates": "a date", "probabilities": "a set of probabilities"}
_MEND = {
    "numbers": "Correct them in the CRM, or add a word that means no answer to missing in [stream].",
    "dates": "Write dates as 2026-01-31.",
    "probabilities": "Those of a lead must lie between 0 and 1 and sum to 1.",
}


def left_out(intake: Intake) -> Iterator[Caution]:
    """Rejected and excluded rows by reason, and the notes of the intake."""
    for one in intake.rejected:
        yield _refused("rejected_rows", one)
    for one in intake.excluded:
        yield _refused("excluded_rows", one)
    for odd in intake.unmapped:
        yield _unmapped(odd, intake.kept)
    for note in intake.notes:
        yield Caution(code="read_differently", text=note)


def _unmapped(one: Unmapped, kept: int) -> Caution:
    first = ", ".join(f"{row + 1:,}" for row in one.rows)
    values = (
        f"1 value is not {_SINGULAR[one.what]} and counts"
        if one.count == 1
        else f"{one.count:,} values are not {one.what} and count"
    )
    return Caution(
        code="unmapped_values",
        text=(
            f"Of {quoted(one.field)}, {values} as not known. {_MEND[one.what]}"
            f" {'First data rows' if one.count > 1 else 'Data row'}: {first}."
        ),
        evidence=evidence(field=one.field, leads=one.count, share=one.count / max(kept, 1), first_rows=first),
    )


def _refused(code: str, one: Refusal) -> Caution:
    first = ", ".join(f"{row + 1:,}" for row in one.rows)
    where = f" {'First data rows' if one.count > 1 else 'Data row'}: {first}." if first else ""
    were = "was" if one.count == 1 else "were"
    return Caution(
        code=code,
        text=f"{count(one.count)} {were} left out because {clause(one.text)}.{where}",
        evidence=evidence(reason=one.code, rows=one.count, first_rows=first),
    )
