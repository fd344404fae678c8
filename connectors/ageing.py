"""The end of leads by age: whole cohort days go, and who was turned away on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from connectors.partitions import (
    Manifest,
    load_manifest,
    read_aside,
    save_manifest,
    stretches,
    write_aside,
)
from connectors.policy.model import TOO_OLD
from connectors.source import ASIDE

AGED = pa.schema([pa.field("lead_key", pa.string()), pa.field("cohort_day", pa.date32())])


def aged(place: Path, before: date) -> pa.Table:
    """The leads whose cohort day lies before a day (``lead_key``, ``cohort_day``), kept or turned away."""
    held = load_manifest(place)
    found = () if held is None else _aged(place, held, before)
    return pa.concat_tables([AGED.empty_table(), *found])


def expire(place: Path, before: date) -> int:
    """Erase them, in one step; how many went. They count as `TOO_OLD` from now on, without a key.

    The caller holds the organisation's write lock.
    """
    held = load_manifest(place)
    if held is None:
        return 0
    going = sum(int(table.num_rows) for table in _aged(place, held, before))
    if not going:
        return 0
    aside, days = read_aside(place, held), _days(held, before)
    stays = aside.filter(pc.invert(_is_old(aside, before)))
    left = {day: name for day, name in held.partitions.items() if day not in days}
    excluded = {**held.others.get("excluded", {})}
    excluded[TOO_OLD] = excluded.get(TOO_OLD, 0) + going
    state = replace(
        held,
        partitions=left,
        kept=held.kept - (going - (aside.num_rows - stays.num_rows)),
        aside=write_aside(place, stays) if stays.num_rows < aside.num_rows else held.aside,
        others={**held.others, "excluded": excluded},
    )
    save_manifest(place, state)
    return going


def _aged(place: Path, held: Manifest, before: date) -> Iterator[pa.Table]:
    for day in _days(held, before):
        for stretch in stretches(place, held, day):
            yield stretch.select(AGED.names).cast(AGED)
    aside = read_aside(place, held)
    yield aside.filter(_is_old(aside, before)).select(AGED.names).cast(AGED)


def _days(held: Manifest, before: date) -> list[str]:
    return [day for day in sorted(held.partitions) if date.fromisoformat(day) < before]


def _is_old(aside: pa.Table, before: date) -> pa.ChunkedArray:
    """Row by row; one without a day has no age, and goes at the next full pull as it came."""
    old = pc.less(aside["cohort_day"], pa.scalar(before, ASIDE.field("cohort_day").type))
    return pc.fill_null(old, fill_value=False)
