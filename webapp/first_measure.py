"""A policy that was saved before its risk could be measured is measured on the first leads pulled under it.

Not measured must not look better than measured. So such a version needs a reason when it is saved, is
called unmeasured, and is measured by the first sync that brings a lead. Where that finds a high risk, or
cannot measure, nothing is written back under it before an admin has accepted the risk with a reason, or a
sync under a coarser policy.
"""

from __future__ import annotations

from audit.schema import BadInput
from connectors.policy.model import Policy
from webapp.measuring import held_leads, level_colour, measured
from webapp.services import Services
from webapp.store.first_measures import Measure
from webapp.store.notes import Note
from webapp.store.rows import ConnectionRow

MEASURED = Note(level="measured")
FOUND = {
    "red": "the first pull under it measured a high risk",
    "": "the first pull under it could not measure its risk",
}


def measure_first(
    opened: Services, connection: ConnectionRow, version: int, policy: Policy, who: str
) -> Measure | None:
    """Measure a version that was saved unmeasured, once there are leads; None before that."""
    if not is_unmeasured(opened, connection.id, version):
        return None
    known = opened.first_measures.of(connection.id, version)
    held = held_leads(opened, connection)
    if known is not None or not held:
        return known
    level, leads = _level(opened, connection, policy)
    found = Measure(version=version, level=level, leads=leads, measured_at=opened.clock())
    opened.first_measures.add(connection.id, found, who)
    return found


def stopped(found: Measure | None) -> str:
    """Why nothing is written back yet, and what to do, as a sentence; "" where nothing stops."""
    if found is None or not found.stops:
        return ""
    return (
        f"Policy version {found.version} was saved without a measured risk, and {FOUND[found.level]}: "
        "nothing is written back before an admin accepts that with a reason on the policy page, or a coarser "
        "policy was saved and synced."
    )


def refuse_unmeasured(opened: Services, connection: ConnectionRow, version: int) -> None:
    """Check the version that an audit was made under before anything of it is written back.

    Raises
    ------
    BadInput
        It was saved unmeasured, and was not measured since, or with a high risk that nobody accepted.
    """
    if not is_unmeasured(opened, connection.id, version):
        return
    found = opened.first_measures.of(connection.id, version)
    if found is None:
        msg = f"Policy version {version} was saved without a measured risk; run fairlead sync to measure it."
        raise BadInput(msg)
    if sentence := stopped(found):
        raise BadInput(sentence)


def is_unmeasured(opened: Services, connection_id: str, version: int) -> bool:
    """Whether a version was saved unmeasured; one from before there were notes does not count."""
    return not opened.notes.of(connection_id).get(version, MEASURED).level


def _level(opened: Services, connection: ConnectionRow, policy: Policy) -> tuple[str, int]:
    try:
        found = measured(opened, connection, policy, ask=False)
    except BadInput:
        return "", 0
    return level_colour(found.level), found.exposure.risk.leads
