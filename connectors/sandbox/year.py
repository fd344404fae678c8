"""A simulated year of one CRM: its leads day by day, and what becomes of each.

In March a web form gets a new field, in May the CRM's model is replaced and small towns are put down from
then on, in November a season brings other leads that convert less. What is true in each part is in ``parts``
(``year_world``) and in docs/explanation/year.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from audit.schema import BadInput
from connectors.sandbox.story import OPTED_OUT, named, profile
from connectors.sandbox.story_model import THRESHOLD
from connectors.sandbox.story_world import Codes
from connectors.sandbox.year_world import FIELD_DAY, WORKED_OTHER, WORKED_SELECTED, Part, parts

DAYS = 365
# How much comes on each weekday, Monday first, and in each month.
WEEKDAYS = np.array([1.15, 1.1, 1.1, 1.05, 1.0, 0.45, 0.35])
MONTHS = np.array([0.9, 0.95, 1.05, 1.0, 1.0, 1.0, 0.9, 0.85, 1.05, 1.05, 1.2, 1.1])
# Days from creation to the first call, and to the outcome.
CALLED = (0, 6)
CLOSED = (10, 60)
CONTACT_BY = ("E-mail", "Phone", "Chat")
CONTACT_BY_SHARE = np.array([0.55, 0.30, 0.15])
FILLED_IN = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """The leads in the order of their creation, and the truth about them.

    ``table`` has the columns of ``Story.table``, and ``preferred_contact`` (the new field of the form, empty
    before March). Its ``worked``, ``outcome`` and ``last_activity`` are what stands at last, wherever the
    year ends; ``closed`` is the day on which the outcome becomes known (null where nobody works the lead).
    """

    table: pa.Table = field(repr=False)
    parts: tuple[Part, ...]
    first: date
    seed: int

    def part_of(self, day: date) -> Part:
        """The part of the year that a day lies in."""
        return [one for one in self.parts if one.first <= day][-1]

    @property
    def field_day(self) -> date:
        """The day from which the form asks for the new field."""
        return date(self.first.year, *FIELD_DAY)


def year_of_leads(leads: int, seed: int, year: int) -> Year:
    """``leads`` leads that are created in the 365 days from 1 January of ``year``.

    The same arguments give the same leads, to the byte.

    Raises
    ------
    BadInput
        ``leads`` is not positive.
    """
    if leads < 1:
        msg = "leads must be at least 1"
        raise BadInput(msg)
    rng, first, known = np.random.default_rng(seed), date(year, 1, 1), parts(year)
    born = _born(leads, first, rng)
    tables = [_leads_of(part, born[a:b], first, rng) for part, a, b in _spans(known, born, first)]
    table = pa.concat_tables(tables)
    everyone = profile(known[0].people, np.zeros(leads, np.int64), rng)
    for name in ("first_name", "last_name", "company", "email", "phone"):
        table = table.append_column(name, everyone[name])
    return Year(table=table, parts=known, first=first, seed=seed)


def _born(leads: int, first: date, rng: np.random.Generator) -> Codes:
    """The day of each lead, counted from the first one."""
    days = [first + timedelta(days=at) for at in range(DAYS)]
    often = np.array([WEEKDAYS[day.weekday()] * MONTHS[day.month - 1] for day in days])
    return np.repeat(np.arange(DAYS), rng.multinomial(leads, often / often.sum()))


def _spans(known: tuple[Part, ...], born: Codes, first: date) -> list[tuple[Part, int, int]]:
    starts = [int(np.searchsorted(born, (part.first - first).days)) for part in known]
    return list(zip(known, starts, [*starts[1:], born.size], strict=True))


def _leads_of(part: Part, born: Codes, first: date, rng: np.random.Generator) -> pa.Table:
    cells = rng.choice(part.people.weight.size, born.size, p=part.people.weight)
    who = profile(part.people, cells, rng)
    asked = born >= (date(first.year, *FIELD_DAY) - first).days
    contact = named(CONTACT_BY, rng.choice(len(CONTACT_BY), born.size, p=CONTACT_BY_SHARE))
    filled = pa.array(asked & (rng.random(born.size) < FILLED_IN))
    columns = {name: who[name] for name in who if name not in _OF_PERSONS}
    columns["preferred_contact"] = pa.compute.if_else(filled, contact, None)
    return pa.table({**columns, **_course(part, cells, born, first, rng)})


_OF_PERSONS = frozenset({"first_name", "last_name", "company", "email", "phone"})


def _course(
    part: Part, cells: Codes, born: Codes, first: date, rng: np.random.Generator
) -> dict[str, pa.Array]:
    """What becomes of the leads: worked or not, when, and how it ends."""
    score = part.score[cells]
    worked = rng.random(cells.size) < np.where(score >= THRESHOLD, WORKED_SELECTED, WORKED_OTHER)
    converts = rng.random(cells.size) < part.people.conversion[cells]
    called = born + rng.integers(*CALLED, size=cells.size)
    closed = born + rng.integers(*CLOSED, size=cells.size)
    return {
        "score": pa.array(score.astype(np.int64)),
        "worked": pa.array(worked),
        "outcome": pa.array(converts, mask=~worked),
        "opted_out": pa.array(rng.random(cells.size) < OPTED_OUT),
        "created": _days(born, first),
        "last_activity": _days(called, first, ~worked),
        "closed": _days(closed, first, ~worked),
    }


def _days(number: Codes, first: date, mask: NDArray[np.bool_] | None = None) -> pa.Array:
    start = (first - date(1970, 1, 1)).days
    return pa.array((number + start).astype(np.int32), pa.int32(), mask=mask).cast(pa.date32())
