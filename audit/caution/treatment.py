"""Dates and counts of what people did that cannot be, and waiting that is told in days only."""

from __future__ import annotations

from collections.abc import Iterator

from audit.finding import Caution, evidence
from audit.finding.words import clause, count
from audit.intake import Intake
from audit.schema import Stream

NOT_SET_ASIDE = frozenset({"time_zones_differ", "young_leads_count"})
"""What is doubtful, but used all the same."""


def doubtful_treatment(intake: Intake, stream: Stream) -> Iterator[Caution]:
    """Values that were set aside, with their first rows, and dates without a time of day."""
    for one in intake.unusable:
        if one.code in NOT_SET_ASIDE:
            text = f"{one.text.removesuffix('.')} ({count(one.count)})."
            yield Caution(code=one.code, text=text, evidence=evidence(rows=one.count))
            continue
        first = ", ".join(f"{row + 1:,}" for row in one.rows)
        where = "First data rows" if one.count > 1 else "Data row"
        yield Caution(
            code=one.code,
            text=f"Of {count(one.count)} a value was set aside: {clause(one.text)}. {where}: {first}.",
            evidence=evidence(rows=one.count, first_rows=first),
        )
    if stream.contacted is not None and stream.created is not None and not intake.timed:
        yield Caution(
            code="waiting_in_days",
            text=(
                "Creation or first contact has no time of day, so waiting is counted in whole days: a contact"
                " on the same or the next day counts as within 24 hours, and within an hour is not known."
            ),
        )
