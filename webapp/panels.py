"""The panel on a lead: one JSON for both CRMs.

What a panel says depends on the state alone, never on the report: its words are the fixed ones
below, so no attribute, no group and no finding can be read or guessed from them (DESIGN 3.6).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC
from types import MappingProxyType
from typing import Literal

from connectors.source import FlagStatus
from webapp.store.rows import FlagRow

SCHEMA = "fairlead.panel/1"
PanelState = Literal["fine", "flagged", "not_enough_data", "not_audited", "not_connected", "no_permission"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """What a sales rep sees beside a lead: never an attribute of the person, never a group's name.

    ``title`` is the status in words, ``sentence`` says why in one sentence, ``next_step`` what to
    do. ``checked_at`` is ISO 8601 UTC; ``audit_id`` is short and quotable.
    """

    state: PanelState
    title: str
    sentence: str
    next_step: str
    checked_at: str | None = None
    audit_id: str | None = None


FINE = Panel(
    state="fine",
    title="No problem found",
    sentence="The last audit found nothing that would change the decision on this lead.",
    next_step="Use the score as you normally would.",
)
FLAGGED = Panel(
    state="flagged",
    title="Score may be unreliable",
    sentence="The last audit found scores like this one to be unreliable, so this score may mislead you.",
    next_step="Do not rank or drop this lead by its score. Look at the lead itself and decide.",
)
NOT_ENOUGH_DATA = Panel(
    state="not_enough_data",
    title="Not enough data to tell",
    sentence="The last audit had too little data to tell whether this lead's score is reliable.",
    next_step="Treat the score as one hint among others.",
)
NOT_AUDITED = Panel(
    state="not_audited",
    title="Not checked yet",
    sentence="The last audit did not cover this lead, so nothing is known about how reliable its score is.",
    next_step="Treat the score as one hint among others.",
)
NOT_CONNECTED = Panel(
    state="not_connected",
    title="Fairlead is not connected",
    sentence="Fairlead has no working connection to this CRM, so it cannot check the score.",
    next_step="Ask your CRM admin to connect Fairlead.",
)
NO_PERMISSION = Panel(
    state="no_permission",
    title="You cannot see this check",
    sentence="Your CRM account is not allowed to see the check of this lead.",
    next_step="Ask your CRM admin for access if you need it.",
)
BY_STATUS: Mapping[FlagStatus, Panel] = MappingProxyType(
    {"ok": FINE, "review": FLAGGED, "insufficient_data": NOT_ENOUGH_DATA}
)


def panel_for(flag: FlagRow | None, *, connected: bool = True, permitted: bool = True) -> Panel:
    """The panel of one lead.

    Parameters
    ----------
    flag
        What the newest audit says of the lead; None when it does not know the lead.
    connected
        Whether the org or portal that asks has a connection.
    permitted
        Whether the CRM user may see this lead.
    """
    if not permitted:
        return NO_PERMISSION
    if not connected:
        return NOT_CONNECTED
    return NOT_AUDITED if flag is None else _of_flag(flag)


def to_json(panel: Panel) -> dict[str, str | None]:
    """The panel as both CRMs read it (schema ``fairlead.panel/1``)."""
    return {"schema": SCHEMA, **asdict(panel)}


def _of_flag(flag: FlagRow) -> Panel:
    # The flag's own reason stays out: a panel's words must not depend on what an audit wrote.
    words = BY_STATUS[flag.status]
    checked_at = flag.checked_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return Panel(
        state=words.state,
        title=words.title,
        sentence=words.sentence,
        next_step=words.next_step,
        checked_at=checked_at,
        audit_id=flag.audit_id,
    )
