"""Outcomes that are missing, too young, or seen only for some leads."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from audit.caution.leak import usable_outcome
from audit.finding import Caution, evidence
from audit.finding.words import count, percent
from audit.intake import Intake
from audit.rows.levels import Codes, Reals, groups
from audit.rows.separation import independence
from audit.schema import Stream


def doubtful_outcomes(intake: Intake, stream: Stream) -> Iterator[Caution]:
    """No outcome, one outcome, leads too young for one, and outcomes of worked leads only."""
    table = intake.table
    outcome = usable_outcome(table)
    if (outcome < 0).all():
        yield Caution(
            code="no_outcome",
            text=(
                f"No outcome {_of_worked(table)}is known, so the audit cannot tell whether a gap is matched"
                " by conversion; only scores and selection are compared."
            ),
        )
        return
    yield from _one_sided(outcome, table)
    if intake.immature:
        yield _immature(intake, stream)
    if "worked" in table.column_names:
        yield from _coverage(table, stream)
    else:
        yield Caution(
            code="selective_labels",
            text=(
                "The stream does not say which leads were worked. A lead that nobody worked had no chance to"
                " convert, so conversion may be understated for groups with low scores. Set worked in"
                " [stream]."
            ),
        )


def _one_sided(outcome: Codes, table: pa.Table) -> Iterator[Caution]:
    known, won = int((outcome >= 0).sum()), int((outcome == 1).sum())
    if won in {0, known}:
        of = _of_worked(table)
        same = f"Only one outcome {of}is known" if known == 1 else f"All {known:,} outcomes {of}are the same"
        text = f"{same}: errors and ranking cannot be judged."
        yield Caution(code="one_outcome", text=text, evidence=evidence(known=known, positive=won))


def _of_worked(table: pa.Table) -> str:
    return "of a worked lead " if "worked" in table.column_names else ""


def _immature(intake: Intake, stream: Stream) -> Caution:
    return Caution(
        code="immature",
        text=(
            f"The outcome of {count(intake.immature)} younger than {stream.maturity_days} days counts as not"
            " yet known, good and bad alike."
        ),
        evidence=evidence(leads=intake.immature, maturity_days=stream.maturity_days),
    )


def _coverage(table: pa.Table, stream: Stream) -> Iterator[Caution]:
    worked = np.asarray(table.column("worked").fill_null(fill_value=False).to_numpy(), dtype=np.float64)
    yield Caution(
        code="selective_labels",
        text=f"Outcome numbers use worked leads only: {percent(float(worked.mean()))} of leads were worked.",
        evidence=evidence(worked=int(worked.sum()), coverage=float(worked.mean())),
    )
    for attribute in stream.attributes:
        yield from _uneven(table, worked, attribute.name, stream)


def _uneven(table: pa.Table, worked: Reals, attribute: str, stream: Stream) -> Iterator[Caution]:
    levels = groups(table, attribute, stream.audit.minimum_group)
    known = levels.codes >= 0
    if levels.size < 2:
        return
    n = np.bincount(levels.codes[known], minlength=levels.size)
    hits = np.bincount(levels.codes[known], weights=worked[known], minlength=levels.size)
    rate, bar = hits / n, 1 - stream.audit.confidence
    least, most = int(rate.argmin()), int(rate.argmax())
    wide = rate[most] - rate[least] > stream.audit.tolerance_difference
    if not wide or independence(np.stack([hits, n - hits]).astype(np.float64)) >= bar:
        return
    low, high = float(rate[least]), float(rate[most])
    yield Caution(
        code="selective_labels",
        text=(
            f"Leads are worked unevenly by {attribute}: {percent(low)} of '{levels.names[least]}' leads"
            f" against {percent(high)} of '{levels.names[most]}' leads. Outcomes of the less worked are known"
            " less well."
        ),
        evidence=evidence(
            attribute=attribute,
            lowest=low,
            lowest_group=levels.names[least],
            highest=high,
            highest_group=levels.names[most],
        ),
    )
