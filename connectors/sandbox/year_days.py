"""A simulated year played in a stand-in CRM: each day its new leads, its calls and its outcomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import numpy as np
import pyarrow as pa

from connectors.sandbox.fields import OrgContents, Value
from connectors.sandbox.fill_hubspot import HUBSPOT
from connectors.sandbox.fill_salesforce import SALESFORCE
from connectors.sandbox.fill_story import leads_in, story_contents
from connectors.sandbox.filling import Crm
from connectors.sandbox.hubspot import HubSpotStandIn
from connectors.sandbox.salesforce import SalesforceStandIn
from connectors.sandbox.salesforce.new_org import load
from connectors.sandbox.salesforce.org_deeds import change
from connectors.sandbox.year import DAYS, Year

StandIn = SalesforceStandIn | HubSpotStandIn
Columns = Mapping[str, Sequence[Value]]
EVENING = time(23, 0)


@dataclass(slots=True, kw_only=True)
class YearInCrm:
    """One stand-in in which the year passes. ``pass_days`` plays it up to a day; days never come back."""

    year: Year
    standin: StandIn
    _records: Sequence[Mapping[str, Value]] = field(init=False, repr=False)
    _courses: tuple[Columns, ...] = field(init=False, repr=False)
    _calendar: tuple[tuple[Sequence[int], ...], ...] = field(init=False, repr=False)
    _ids: list[str] = field(default_factory=list, repr=False)
    _played: int = 0

    def __post_init__(self) -> None:
        """Lay the year out in the words of the CRM."""
        crm = SALESFORCE if isinstance(self.standin, SalesforceStandIn) else HUBSPOT
        table = self.year.table
        self._records = story_contents(crm, _as_new(table)).records
        self._courses = _courses(crm, table)
        self._calendar = _calendar(table, self.year.first)

    def pass_days(self, until: date) -> None:
        """Let every day pass that is over before ``until`` and has not passed yet."""
        while self._played < min((until - self.year.first).days, DAYS):
            day = self.year.first + timedelta(days=self._played)
            set_clock(self.standin, datetime.combine(day, EVENING, UTC))
            self._play(self._played)
            self._played += 1

    def _play(self, day: int) -> None:
        born, called, closed = (of[day] for of in self._calendar)
        for place in born:
            self._ids.append(self._create(self._records[place]))
        for step, moved in enumerate((called, closed)):
            before, after = self._courses[step : step + 2]
            for place in moved:
                values = {n: after[n][place] for n in after if after[n][place] != before[n][place]}
                self._change(self._ids[place], values)

    def _create(self, record: Mapping[str, Value]) -> str:
        if isinstance(self.standin, SalesforceStandIn):
            return load(self.standin.org, record)
        return self.standin.desk.create("contacts", record)

    def _change(self, record_id: str, values: Mapping[str, Value]) -> None:
        if isinstance(self.standin, SalesforceStandIn):
            change(self.standin.org, record_id, values)
        else:
            self.standin.desk.change("contacts", record_id, values)


def year_contents(crm: Crm, year: Year) -> OrgContents:
    """The CRM on the evening before the year begins: its fields, its admin's rules, and no lead."""
    return replace(story_contents(crm, year.table), records=())


def set_clock(standin: StandIn, moment: datetime) -> None:
    """Let it be ``moment`` at a stand-in."""
    if isinstance(standin, SalesforceStandIn):
        clock = standin.org.clock
        clock.offset += moment - clock.now()
    else:
        standin.clock.advance(moment.timestamp() - standin.clock.now())


def _as_new(table: pa.Table) -> pa.Table:
    """The leads as they are created: nobody has called them, and nothing is known."""
    rows = table.num_rows
    nothing = {
        "worked": pa.array(np.zeros(rows, np.bool_)),
        "outcome": pa.nulls(rows, pa.bool_()),
        "last_activity": pa.nulls(rows, pa.date32()),
    }
    for name, column in nothing.items():
        table = table.set_column(table.column_names.index(name), name, column)
    return table


def _courses(crm: Crm, table: pa.Table) -> tuple[Columns, ...]:
    """The fields that change in a lead's life: when it is new, when it was called, when it is closed."""
    last = leads_in(table)
    nothing = [None] * table.num_rows
    new = replace(last, worked=nothing, outcome=nothing, last_activity=nothing)
    steps = [crm.standard(one) for one in (new, replace(last, outcome=nothing), last)]
    moving = [name for name in steps[0] if list(steps[0][name]) != list(steps[2][name])]
    return tuple({name: step[name] for name in moving} for step in steps)


def _calendar(table: pa.Table, first: date) -> tuple[tuple[Sequence[int], ...], ...]:
    """For each day of the year which leads are created, called and closed."""
    start = (first - date(1970, 1, 1)).days
    return tuple(
        _by_day(table.column(name).combine_chunks().cast(pa.int32()), start)
        for name in ("created", "last_activity", "closed")
    )


def _by_day(days: pa.Array, start: int) -> tuple[Sequence[int], ...]:
    number = days.fill_null(start + DAYS).to_numpy(zero_copy_only=False) - start
    order = np.argsort(number, kind="stable")
    ends = np.searchsorted(number[order], np.arange(DAYS + 1))
    return tuple(order[a:b].tolist() for a, b in pairwise(ends.tolist()))
