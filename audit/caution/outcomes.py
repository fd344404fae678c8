"""Outcomes that are missing, too young, or seen only for some leads."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from audit.caution.coverage import spread_of
from audit.caution.leak import usable_outcome
from audit.finding import Caution, evidence
from audit.finding.words import count, percent
from audit.intake import Intake
from audit.rows.levels import Codes
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
        if intake.immature:
            yield _immature(intake, stream)
        return
    yield from _one_sided(outcome, table)
    if intake.immature:
        yield _immature(intake, stream)
    yield from _ripeness(table, stream)
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
    if worked.all():
        return
    yield Caution(
        code="selective_labels",
        text=f"Outcome numbers use worked leads only: {percent(float(worked.mean()))} of leads were worked.",
        evidence=evidence(worked=int(worked.sum()), coverage=float(worked.mean())),
    )
    for attribute in stream.attributes:
        found = spread_of(table, worked, np.ones_like(worked), attribute.name, stream)
        if found is not None:
            text = (
                f"Leads are worked unevenly by {attribute.name}: {found.words}. Outcomes of the less worked"
                " are known less well."
            )
            yield Caution(code="selective_labels", text=text, evidence=found.evidence(attribute.name))


def _ripeness(table: pa.Table, stream: Stream) -> Iterator[Caution]:
    """Among leads that were worked (all, where nobody recorded it): who has an outcome already."""
    known = np.asarray(pc.is_valid(table.column("outcome")).to_numpy(), dtype=np.float64)
    if known.all():
        return
    worked = np.ones_like(known)
    if "worked" in table.column_names:
        worked = np.asarray(table.column("worked").fill_null(fill_value=False).to_numpy(), dtype=np.float64)
    for attribute in stream.attributes:
        found = spread_of(table, known, worked, attribute.name, stream)
        if found is not None:
            text = (
                f"Outcomes are known unevenly by {attribute.name}: for {found.words}. Leads whose outcome is"
                " not yet known may turn out differently."
            )
            yield Caution(code="uneven_outcomes", text=text, evidence=found.evidence(attribute.name))
