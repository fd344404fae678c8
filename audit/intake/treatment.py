"""What people did with each lead: when it was first contacted, how often, and whether it changed hands.

A value that cannot be is set aside and counted; its row stays. Of a lead that was contacted before it
was created nobody knows how long it waited, but its score and outcome are as good as any.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from audit.intake.column import read_column, read_numbers
from audit.intake.instants import HOURS, Instants, read_instants
from audit.intake.model import Refusal
from audit.intake.truth import read_truth, to_bool
from audit.schema import BadInput, Stream

MOST = 1e6
"""More touches or owner changes of one lead than this are no count."""
FIRST_FEW = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """The columns of the admitted rows, by name, and what was set aside."""

    columns: tuple[tuple[str, pa.Array], ...]
    unusable: tuple[Refusal, ...]
    timed: bool = True


@dataclass(slots=True, kw_only=True)
class _Desk:
    """What the readers share: the table, the stream, the tokens, which rows stand, and the account."""

    table: pa.Table
    stream: Stream
    tokens: pa.Array
    standing: NDArray[np.bool_]
    unusable: list[Refusal] = field(default_factory=list)

    def set_aside(self, code: str, text: str, rows: NDArray[np.bool_]) -> None:
        """Count the standing rows among these."""
        places = np.flatnonzero(rows & self.standing)
        if places.size:
            first = tuple(int(place) for place in places[:FIRST_FEW])
            self.unusable.append(Refusal(code=code, text=text, count=int(places.size), rows=first))


def read_treatment(
    table: pa.Table, stream: Stream, tokens: pa.Array, standing: NDArray[np.bool_]
) -> Treatment:
    """Read the columns that the stream names; values as `audit.intake.model.Intake` says.

    ``contacted`` is true where there is a contact, false where the cell is empty and null where it holds
    no date. ``contacted_after_hours`` is the time from creation to first contact, and ``observed_hours``
    the time from creation to the newest date of either column, so that a lead without a contact is known
    to have waited at least so long (right-censored). Where one of the two columns has no time of day
    both are whole days, times 24. Raises BadInput where a column holds no usable value at all.
    """
    desk = _Desk(table=table, stream=stream, tokens=tokens, standing=standing)
    columns: dict[str, pa.Array] = {}
    timed = True
    if stream.contacted is not None:
        contact = _dates(desk, stream.contacted)
        columns["contacted"] = to_bool(np.where(contact.missing, 0, np.where(contact.read, 1, -1)))
        if stream.created is not None:
            timed = _add_waiting(columns, contact, desk)
    if stream.touches is not None:
        values = _counts(desk, stream.touches, "touches")
        columns["touches"] = pa.array(values, mask=np.isnan(values))
    if stream.reassigned is not None:
        columns["reassigned"] = _reassigned(desk, stream.reassigned)
    kept = pa.array(standing)
    return Treatment(
        columns=tuple((name, column.filter(kept)) for name, column in columns.items()),
        unusable=tuple(desk.unusable),
        timed=timed,
    )


def _dates(desk: _Desk, name: str) -> Instants:
    contact = read_instants(desk.table, name, desk.tokens)
    odd = ~contact.missing & ~contact.read & desk.standing
    if odd.any() and not (contact.read & desk.standing).any():
        msg = (
            f"contacted column {name!r} holds no date; write the first contact as 2026-01-31T10:00:00Z, and"
            " leave it empty where there is none yet"
        )
        raise BadInput(msg, row=int(np.argmax(odd)))
    desk.set_aside(
        "contact_not_a_date",
        "The date of the first contact is not a date, so it counts as not known.",
        odd,
    )
    return contact


def _add_waiting(columns: dict[str, pa.Array], contact: Instants, desk: _Desk) -> bool:
    """Add the columns of waiting; whether they are told by the hour."""
    created = read_instants(desk.table, desk.stream.created or "", desk.tokens)
    none = not (contact.read & desk.standing).any()
    timed = created.timed(desk.standing) and (none or contact.timed(desk.standing))
    start, end = (_told(one, timed=timed) for one in (created, contact))
    if timed:
        bare = (created.read & ~created.has_time) | (contact.read & ~contact.has_time)
        desk.set_aside(
            "no_time_of_day", "The date of creation or contact has no time, so waiting is not known.", bare
        )
    before = end < start
    desk.set_aside(
        "contact_before_creation",
        "The lead was contacted before it was created, so its waiting time is not known.",
        before,
    )
    unknown = np.isnan(start) | before | (~contact.missing & np.isnan(end))
    newest = np.nanmax(np.concatenate([start[desk.standing], end[desk.standing], [-np.inf]]))
    waited = np.where(unknown | contact.missing, np.nan, end - start)
    observed = np.where(unknown, np.nan, newest - start)
    columns["contacted_after_hours"] = pa.array(waited, mask=np.isnan(waited))
    columns["observed_hours"] = pa.array(observed, mask=np.isnan(observed))
    return timed


def _told(one: Instants, *, timed: bool) -> NDArray[np.float64]:
    if timed:
        return np.where(one.has_time, one.hours, np.nan)
    return one.days * HOURS


def _counts(desk: _Desk, name: str, role: str) -> NDArray[np.float64]:
    """Counts from 0 on; NaN where the cell is empty or holds something else."""
    values, missing = read_numbers(desk.table, name, desk.tokens)
    with np.errstate(invalid="ignore"):
        fits = (values >= 0) & (values <= MOST)
    odd = ~missing & ~fits & desk.standing
    if odd.any() and not (fits & desk.standing).any():
        msg = f"{role} column {name!r} holds no count; write a whole number from 0 on in every row"
        raise BadInput(msg, row=int(np.argmax(odd)))
    desk.set_aside(
        f"{role}_not_a_count",
        f"The number of {role} is below 0 or not a number, so it counts as not known.",
        odd,
    )
    return np.where(fits, values, np.nan)


def _reassigned(desk: _Desk, name: str) -> pa.Array:
    """Whether a lead changed hands: yes or no, or a number of owner changes."""
    values, missing = read_numbers(desk.table, name, desk.tokens)
    if pa.types.is_boolean(desk.table.column(name).type) or not np.isfinite(values).any():
        return to_bool(read_truth(read_column(desk.table, name, desk.tokens), "reassigned"))
    if (~missing & np.isnan(values)).any():
        words = read_truth(read_column(desk.table, name, desk.tokens), "reassigned")
        return to_bool(words)
    changes = _counts(desk, name, "reassigned")
    return to_bool(np.where(np.isnan(changes), -1, changes > 0).astype(np.int64))
