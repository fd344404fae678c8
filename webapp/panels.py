"""The panel on a lead: one JSON for both CRMs.

What a panel says depends on the state and the flag's detail, never on the report: its title and its
sentence are the fixed ones below, so no attribute, no group and no finding can be read from them. The
detail speaks of the score and of fields of the CRM alone, and where a special category is behind the
flag it is the same for every group (`audit.rows.flag`, DESIGN 3.6).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Literal

from connectors.source import FlagDetail, FlagStatus
from webapp.language import decimal, gettext, marked
from webapp.store.rows import FlagRow

SCHEMA = "fairlead.panel/1"
PanelState = Literal[
    "fine", "flagged", "not_enough_data", "not_audited", "erased", "not_connected", "no_permission"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """What a sales rep sees beside a lead: never an attribute of the person, never a group's name.

    ``title`` is the status in words, ``sentence`` says why in one sentence, ``next_step`` what to
    do. ``checked_at`` is ISO 8601 UTC; ``audit_id`` is short and quotable. ``estimate`` says which way and
    how far the score is likely off, ``explanation`` why the panel says this or cannot say more, and
    ``fields`` names the CRM fields to look at; they are empty where there is nothing to say. ``shift`` are
    the numbers of ``estimate``, for its picture: by how many points, and from and to how many.
    """

    state: PanelState
    title: str
    sentence: str
    next_step: str
    checked_at: str | None = None
    audit_id: str | None = None
    estimate: str | None = None
    shift: tuple[float, float, float] | None = None
    explanation: str | None = None
    fields: tuple[str, ...] = ()


FINE = Panel(
    state="fine",
    title=marked("No problem found"),
    sentence=marked("The last audit found nothing that would change the decision on this lead."),
    next_step=marked("Use the score as you normally would."),
)
FLAGGED = Panel(
    state="flagged",
    title=marked("Score may be unreliable"),
    sentence=marked(
        "The last audit found scores like this one to be unreliable, so this score may mislead you."
    ),
    next_step=marked("Do not rank or drop this lead by its score. Look at the lead itself and decide."),
)
NOT_ENOUGH_DATA = Panel(
    state="not_enough_data",
    title=marked("Not enough data to tell"),
    sentence=marked("The last audit had too little data to tell whether this lead's score is reliable."),
    next_step=marked("Treat the score as one hint among others."),
)
NOT_AUDITED = Panel(
    state="not_audited",
    title=marked("Not checked yet"),
    sentence=marked(
        "The last audit did not cover this lead, so nothing is known about how reliable its score is."
    ),
    next_step=marked("Treat the score as one hint among others."),
)
ERASED = Panel(
    state="erased",
    title=marked("This lead is gone"),
    sentence=marked("The lead was deleted or its data was erased, so there is no check to show."),
    next_step=marked("There is nothing to do here."),
)
NOT_CONNECTED = Panel(
    state="not_connected",
    title=marked("Fairlead is not connected"),
    sentence=marked("Fairlead has no working connection to this CRM, so it cannot check the score."),
    next_step=marked("Ask your CRM admin to connect Fairlead."),
)
NO_PERMISSION = Panel(
    state="no_permission",
    title=marked("You cannot see this check"),
    sentence=marked("Your CRM account is not allowed to see the check of this lead."),
    next_step=marked("Ask your CRM admin for access if you need it."),
)
WAYS: Mapping[str, str] = MappingProxyType(
    {
        "may be too low": marked("May be too low by about %(shift)s points (%(low)s to %(high)s)."),
        "may be too high": marked("May be too high by about %(shift)s points (%(low)s to %(high)s)."),
    }
)
"""Which way a score is likely off, by the direction of a flag."""
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


def to_json(panel: Panel) -> dict[str, Any]:
    """The panel as both CRMs read it (schema ``fairlead.panel/1``)."""
    shift = None if panel.shift is None else list(panel.shift)
    return {"schema": SCHEMA, **asdict(panel), "shift": shift, "fields": list(panel.fields)}


def utc_text(moment: datetime) -> str:
    """A moment as a panel tells it: ISO 8601 in UTC, to the second."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _of_flag(flag: FlagRow) -> Panel:
    # The flag's own reason stays out: a panel's words must not depend on what an audit wrote.
    words, detail = BY_STATUS[flag.status], flag.detail
    return Panel(
        state=words.state,
        title=words.title,
        sentence=words.sentence,
        next_step=detail.advice if detail and detail.advice else words.next_step,
        checked_at=utc_text(flag.checked_at),
        audit_id=flag.audit_id,
        estimate=_estimate(detail) if detail else None,
        shift=_shift(detail) if detail else None,
        explanation=detail.explanation if detail and detail.explanation else None,
        fields=detail.fields if detail else (),
    )


def _estimate(detail: FlagDetail) -> str | None:
    """Which way the score is likely off, and by how much: "May be too low by about 15 points (11 to 19)."."""
    shift = _shift(detail)
    if detail.direction is None or shift is None:
        return None
    value, *ends = map(abs, shift)
    low, high = sorted(ends)
    return gettext(WAYS[detail.direction], shift=_points(value), low=_points(low), high=_points(high))


def _shift(detail: FlagDetail) -> tuple[float, float, float] | None:
    """The points that are missing (above 0: the score is too low), from and to how many; None if unsaid."""
    if detail.direction is None or detail.shift is None or detail.low is None or detail.high is None:
        return None
    return (detail.shift, detail.low, detail.high)


def _points(value: float) -> str:
    """Two digits that matter: 15.3 is "15", 0.153 is "0.15"."""
    if value >= 9.5:
        return decimal(value)
    text = f"{value:.2g}"
    return text if "e" in text else decimal(value, len(text.partition(".")[2]))
