"""The end of leads by age: whole cohort days go, and who was turned away on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from connectors.lake import Lake
from connectors.partitions import (
    Manifest,
    load_manifest,
    read_aside,
    save_manifest,
    stretches,
    write_aside,
)
from connectors.policy.model import TOO_OLD
from connectors.seals import Home
from connectors.source import ASIDE

AGED = pa.schema([pa.field("lead_key", pa.string()), pa.field("cohort_day", pa.date32())])


def aged(lake: Lake, crm: str, organisation: str, before: date) -> pa.Table:
    """The leads whose cohort day lies before a day (``lead_key``, ``cohort_day``), kept or turned away."""
    with lake.writing(crm, organisation) as home:
        held = load_manifest(home)
        found = () if held is None else _aged(home, held, before)
        return pa.concat_tables([AGED.empty_table(), *found])


def expire(lake: Lake, crm: str, organisation: str, before: date) -> int:
    """Erase them, in one step; how many went. They count as `TOO_OLD` from now on, without a key."""
    with lake.writing(crm, organisation) as home:
        held = load_manifest(home)
        going = 0 if held is None else sum(int(table.num_rows) for table in _aged(home, held, before))
        if held is not None and going:
            save_manifest(home, _without(home, held, before, going))
        return going


def _without(home: Home, held: Manifest, before: date, going: int) -> Manifest:
    aside, days = read_aside(home, held), _days(held, before)
    stays = aside.filter(pc.invert(_is_old(aside, before)))
    turned_away = int(aside.num_rows - stays.num_rows)
    excluded = {**held.others.get("excluded", {})}
    excluded[TOO_OLD] = excluded.get(TOO_OLD, 0) + going
    return replace(
        held,
        partitions={day: name for day, name in held.partitions.items() if day not in days},
        kept=held.kept - (going - turned_away),
        aside=write_aside(home, stays) if turned_away else held.aside,
        others={**held.others, "excluded": excluded},
    )


def _aged(home: Home, held: Manifest, before: date) -> Iterator[pa.Table]:
    for day in _days(held, before):
        for stretch in stretches(home, held, day):
            yield stretch.select(AGED.names).cast(AGED)
    aside = read_aside(home, held)
    yield aside.filter(_is_old(aside, before)).select(AGED.names).cast(AGED)


def _days(held: Manifest, before: date) -> list[str]:
    return [day for day in sorted(held.partitions) if date.fromisoformat(day) < before]


def _is_old(aside: pa.Table, before: date) -> pa.ChunkedArray:
    """Row by row; one without a day has no age, and goes at the next full pull as it came."""
    old = pc.less(aside["cohort_day"], pa.scalar(before, ASIDE.field("cohort_day").type))
    return pc.fill_null(old, fill_value=False)
