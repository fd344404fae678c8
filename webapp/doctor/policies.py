"""The rules of a connection: may its policy be used, and can its stream say anything."""

from __future__ import annotations

from collections.abc import Iterator

from audit.schema import BadInput, Stream, parse_stream
from connectors.policy.parse import parse_policy
from webapp.doctor.result import Result, fine, sentence, warning, wrong
from webapp.first_measure import is_unmeasured, stopped
from webapp.services import Services
from webapp.store.rows import ConnectionRow

ABOUT, STREAM = "Policy", "Score and groups"


def policy(opened: Services, row: ConnectionRow) -> Iterator[Result]:
    """Whether there is one, it reads, and its risk was measured or accepted."""
    saved = opened.repository.policy(row.id)
    if saved is None:
        yield warning(ABOUT, "It has no policy yet, so nothing is read.", "Save one on the page Policy.")
        return
    try:
        parse_policy(saved.text, "The policy")
    except BadInput as problem:
        yield wrong(ABOUT, sentence(problem), "Mend it on the page Policy.")
        return
    yield _risk(opened, row, saved.version)


def _risk(opened: Services, row: ConnectionRow, version: int) -> Result:
    measure = opened.first_measures.of(row.id, version)
    if told := stopped(measure):
        return warning(ABOUT, told, "Accept the risk with a reason on the page Policy, or coarsen a field.")
    if measure is None and is_unmeasured(opened, row.id, version):
        says = f"Nobody has measured yet how recognisable people are under version {version}."
        return warning(ABOUT, says, "Pull now: the first pull that brings a lead measures it.")
    return fine(ABOUT, f"Version {version} is in force.")


def stream(opened: Services, row: ConnectionRow) -> Iterator[Result]:
    """Whether there is one, it reads, and it says enough for an audit."""
    saved = opened.repository.stream(row.id)
    if saved is None:
        says = "Nobody has said yet which column is the score and which groups to compare."
        yield warning(STREAM, says, "Save it on the page Score and groups.")
        return
    try:
        found = parse_stream(saved.text, "The stream")
    except BadInput as problem:
        yield wrong(STREAM, sentence(problem), "Mend it on the page Score and groups.")
        return
    lacking = list(_lacking(found))
    yield from lacking or [fine(STREAM, f"Version {saved.version} is in force.")]


def _lacking(found: Stream) -> Iterator[Result]:
    if found.threshold is None and found.decision is None:
        says = "There is no threshold: nobody counts as selected, so no selection is compared."
        yield warning(STREAM, says, "Set threshold to the score from which on people work on a lead.")
    if found.outcome is None:
        says = "There is no outcome: it cannot be seen whether the score is right."
        yield warning(STREAM, says, "Set outcome to the column that says what became of a lead.")
