"""What people did with each lead: when it was first contacted, how often, and whether it changed hands.

A value that cannot be is set aside and counted; its row stays. Of a lead that was contacted before it
was created nobody knows how long it waited, but its score and outcome are as good as any.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from audit.intake.column import read_column, read_numbers
from audit.intake.dates import newest
from audit.intake.instants import HOURS, Instants, read_instants
from audit.intake.model import Refusal
from audit.intake.truth import read_truth, to_bool
from audit.registry.treatment import WEEK
from audit.schema import BadInput, Stream

MOST = 1e6
"""More touches or owner changes of one lead than this are no count."""
FIRST_FEW = 5
NEVER = 2_932_532
"""The day 9999-01-01: dates of that year stand for "never"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """The columns of the admitted rows, by name, and what was set aside."""

    columns: tuple[tuple[str, pa.Array], ...]
    unusable: tuple[Refusal, ...]
    worked: pa.Array | None = None
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
    both are whole days, times 24. A date long after all others is an error (`audit.intake.dates.newest`)
    and no end of watching. Raises BadInput where a column holds no usable value at all.
    """
    desk = _Desk(table=table, stream=stream, tokens=tokens, standing=standing)
    columns: dict[str, pa.Array] = {}
    timed = True
    worked = None
    if stream.contacted is not None:
        created, contact = _both(desk, stream.contacted)
        met = np.where(contact.missing, 0, np.where(contact.read, 1, -1))
        columns["contacted"] = to_bool(met)
        if created is not None:
            timed = _add_waiting(columns, (created, contact), desk)
        if stream.worked is None:
            worked = _worked(met, columns.get("observed_hours"), desk)
    if stream.touches is not None:
        values = _counts(desk, stream.touches, "touches")
        columns["touches"] = pa.array(values, mask=np.isnan(values))
    if stream.reassigned is not None:
        columns["reassigned"] = _reassigned(desk, stream.reassigned)
    kept = pa.array(standing)
    return Treatment(
        columns=tuple((name, column.filter(kept)) for name, column in columns.items()),
        unusable=tuple(desk.unusable),
        worked=None if worked is None else worked.filter(kept),
        timed=timed,
    )


def _both(desk: _Desk, name: str) -> tuple[Instants | None, Instants]:
    """Creation (None where the stream names none) and first contact, without dates that are errors."""
    contact = _dates(desk, name)
    contact = replace(contact.until(NEVER - 1), missing=contact.missing | (contact.days >= NEVER))
    created = None
    if desk.stream.created is not None:
        created = read_instants(desk.table, desk.stream.created, desk.tokens)
    every = [one.days[desk.standing & one.read] for one in (created, contact) if one is not None]
    days = np.concatenate(every)
    if not days.size:
        return created, contact
    last = newest(days)
    desk.set_aside(
        "contact_far_off",
        "The date of the first contact lies long after all other dates, so it counts as not known.",
        contact.days > last,
    )
    return None if created is None else created.until(last), contact.until(last)


def _worked(met: NDArray[np.int64], observed: pa.Array | None, desk: _Desk) -> pa.Array:
    """Who was worked, from the contact: not known of leads younger than a week, contacted or not.

    A lead of this morning that nobody called yet is not one that nobody works; and were only the contacted
    ones of its age counted, a group of young leads would look well served. Where less than half of the
    leads could be watched for a week, all count, with a warning.
    """
    if observed is None:
        return to_bool(met)
    watched = np.asarray(observed.fill_null(WEEK), dtype=np.float64)
    young = (watched < WEEK) & (met >= 0) & desk.standing
    if 2 * np.count_nonzero(young) > np.count_nonzero(desk.standing):
        text = "Most leads are younger than a week; they count as worked if they were contacted so far."
        desk.set_aside("young_leads_count", text, young)
        return to_bool(met)
    text = "The lead is younger than a week, so whether it will be worked is not known."
    desk.set_aside("too_young_to_be_worked", text, young)
    return to_bool(np.where(young, -1, met))


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


def _add_waiting(columns: dict[str, pa.Array], both: tuple[Instants, Instants], desk: _Desk) -> bool:
    """Add the columns of waiting; whether they are told by the hour."""
    created, contact = both
    none = not (contact.read & desk.standing).any()
    timed = created.timed(desk.standing) and (none or contact.timed(desk.standing))
    start, end = (_told(one, timed=timed) for one in (created, contact))
    if timed:
        bare = (created.read & ~created.has_time) | (contact.read & ~contact.has_time)
        desk.set_aside(
            "no_time_of_day", "The date of creation or contact has no time, so waiting is not known.", bare
        )
        _check_zones(both, desk)
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


def _check_zones(both: tuple[Instants, Instants], desk: _Desk) -> None:
    """Say so where one column states its time zone and the other does not: waits may be hours off."""
    created, contact = both
    zones = created.states_zone(desk.standing), contact.states_zone(desk.standing)
    if None not in zones and zones[0] != zones[1]:
        one, other = ("creation", "first contact") if zones[0] else ("first contact", "creation")
        desk.set_aside(
            "time_zones_differ",
            f"The time of {one} names its time zone and that of {other} does not (it was read as UTC), so"
            " waiting may be whole hours too long or too short; export both with their zone.",
            created.read & contact.read,
        )


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
