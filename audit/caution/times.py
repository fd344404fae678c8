"""Outcomes withheld for their dates, scores of unknown age, and creation dates far beyond the others."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from audit.finding import Caution, evidence
from audit.finding.words import clause, count, percent
from audit.intake import Intake, Refusal
from audit.intake.dates import newest


def untimely(intake: Intake) -> Iterator[Caution]:
    """Outcomes before creation, scores after the outcome, and leads dated long after all others."""
    for one in intake.withheld:
        yield _withheld(one, intake)
    if intake.undated and "score" in intake.table.column_names:
        yield Caution(
            code="score_time_unknown",
            text=(
                f"For {count(intake.undated)} that converted it cannot be told whether the score came first,"
                " because one of the two has no date. Their scores count as made before."
            ),
            evidence=evidence(leads=intake.undated),
        )
    if "created" in intake.table.column_names:
        yield from _far_ahead(intake.table)


def _withheld(one: Refusal, intake: Intake) -> Caution:
    first = ", ".join(f"{row + 1:,}" for row in one.rows)
    outcomes = (
        "The outcome of 1 lead counts" if one.count == 1 else f"The outcomes of {one.count:,} leads count"
    )
    why = clause(one.text.partition(";")[0])
    text = f"{outcomes} as not known because {why}. First data rows: {first}."
    if one.code == "contaminated_score" and intake.understated is not None:
        before, after = intake.understated
        text += (
            f" Hardly any lead that did not convert has both dates, so that its score cannot be told: without"
            f" these outcomes conversion reads {percent(after)} instead of {percent(before)}. Give every"
            " outcome its date."
        )
    return Caution(
        code=one.code, text=text, evidence=evidence(reason=one.code, leads=one.count, first_rows=first)
    )


def _far_ahead(table: pa.Table) -> Iterator[Caution]:
    """Leads dated long after all others: nearly always mistyped years."""
    days = np.asarray(table.column("created").cast(pa.int32()).to_numpy(), dtype=np.float64)
    others = newest(days)
    ahead = int(np.count_nonzero(days > others))
    if ahead:
        last, before = (str(np.datetime64(int(day), "D")) for day in (days.max(), others))
        yield Caution(
            code="created_ahead",
            text=(
                f"{count(ahead)} {'is' if ahead == 1 else 'are'} dated long after all others (up to {last})."
                f" Age counts from the newest of the others, {before}. Correct the dates."
            ),
            evidence=evidence(leads=ahead, newest=last),
        )
