"""Changes to the leads that are held: new rows over old ones, and leads that are gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from connectors.meeting import Coming, Meeting, Met, among
from connectors.ordering import write_ordered
from connectors.partitions import Manifest, read_aside, stretches, write_aside
from connectors.seals import Home
from connectors.snapshots import Snapshots
from connectors.spool import Roll


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a pull says is different, and what is remembered of the scores before."""

    coming: Coming
    snapshots: Snapshots | None = None


@dataclass(slots=True, kw_only=True)
class Merged:
    """What a change did, in leads: ``unchanged`` came as they were held."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0


@dataclass(slots=True, kw_only=True)
class _Outcome:
    """What becomes of the leads: ``fresh`` rows, ``leaving`` held ones by number, keys of both kinds."""

    fresh: Roll
    leaving: NDArray[np.bool_]
    merged: Merged = field(default_factory=Merged)
    came: list[pa.Array] = field(default_factory=list)
    days: Counter[str] = field(default_factory=Counter)


def merge(home: Home, held: Manifest, change: Change) -> tuple[Manifest, Merged]:
    """The state after a change; days that no lead comes to or leaves keep their files."""
    aside_before = read_aside(home, held)
    with Roll(home.path) as fresh, Meeting(home, held, change.coming) as meeting:
        found = _Outcome(fresh=fresh, leaving=np.zeros(meeting.total, np.bool_))
        for met in meeting.parts():
            _take(met, held, change.snapshots, found, aside_before)
        found.merged.removed += _known(change.coming.gone, aside_before)
        aside = _aside(aside_before, change.coming, found)
        if not (found.days or found.leaving.any()) and aside is None:
            return held, found.merged
        partitions, kept = _rewritten(home, held, meeting.starts, found)
        name = held.aside if aside is None else write_aside(home, aside)
        return replace(held, partitions=partitions, kept=kept, aside=name), found.merged


def _take(
    met: Met, held: Manifest, snapshots: Snapshots | None, found: _Outcome, aside_before: pa.Table
) -> None:
    """Decide of some leads."""
    came = met.leads.filter(pc.invert(among(met.leads["lead_key"], met.gone)))
    leads = _rescored(met, came, snapshots)
    same = _as_held(leads, met.old, held)
    fresh = leads.filter(pc.invert(same))
    stays = leads.filter(same)["lead_key"]
    known = pa.concat_arrays([*leads["lead_key"].chunks, met.gone, met.aside])
    goes = pc.and_(among(met.old["lead_key"], known), pc.invert(among(met.old["lead_key"], stays)))
    found.leaving[met.rows[goes.to_numpy()]] = True
    _count(met, fresh, stays, found.merged)
    # Who was turned away before, and comes now.
    back = came["lead_key"].filter(among(came["lead_key"], aside_before["lead_key"]))
    twice = came["lead_key"].filter(among(came["lead_key"], met.aside))
    found.came += [*back.chunks, *twice.chunks]
    if fresh.num_rows:
        _keep(fresh if snapshots is None else snapshots.onto(fresh, met.old), held, found)


def _keep(fresh: pa.Table, held: Manifest, found: _Outcome) -> None:
    schema = held.schema(hidden=True)
    found.fresh.append(fresh.select(schema.names).cast(schema))
    for one in pc.value_counts(fresh["cohort_day"]).to_pylist():
        found.days[str(one["values"])] += one["counts"]


def _count(met: Met, fresh: pa.Table, stays: pa.ChunkedArray, merged: Merged) -> None:
    shared = _known(fresh["lead_key"], met.old)
    merged.added += fresh.num_rows - shared
    merged.changed += shared
    merged.unchanged += len(stays)
    merged.removed += _known(met.gone, met.old)


def _rescored(met: Met, leads: pa.Table, snapshots: Snapshots | None) -> pa.Table:
    """The leads of a change, and the held ones that only their score changes."""
    if snapshots is None or not met.scores.num_rows:
        return leads
    known = pa.concat_arrays([*leads["lead_key"].chunks, met.gone, met.aside])
    news = dict(zip(*(met.scores[name].to_pylist() for name in ("lead_key", "score")), strict=True))
    rows = met.old.filter(pc.invert(among(met.old["lead_key"], known)))
    rows = rows.filter(among(rows["lead_key"], met.scores["lead_key"]))
    scores = pa.array([news[key] for key in rows["lead_key"].to_pylist()], pa.string())
    rescored = rows.set_column(rows.column_names.index(snapshots.column), snapshots.column, scores)
    return pa.concat_tables([leads, rescored.select(leads.column_names)])


def _as_held(leads: pa.Table, old: pa.Table, held: Manifest) -> pa.Array:
    """Row by row, whether a lead came exactly as it is held."""
    place = pc.index_in(leads["lead_key"], value_set=old["lead_key"].combine_chunks()).combine_chunks()
    same, before = pc.is_valid(place), old.take(place)
    for name in held.schema().names:
        now, then = leads[name].combine_chunks(), before[name].combine_chunks()
        empty = pc.and_(pc.is_null(now), pc.is_null(then))
        same = pc.and_(same, pc.or_(empty, pc.fill_null(pc.equal(now, then), fill_value=False)))
    return same


def _rewritten(
    home: Home, held: Manifest, starts: dict[str, int], found: _Outcome
) -> tuple[dict[str, str], int]:
    """The files of all days, those that are touched anew; and how many leads there are."""
    touched = [day for day in sorted(held.partitions) if _is_touched(day, starts, found)]

    def tables() -> Iterator[pa.Table]:
        for day in touched:
            start = starts[day]
            for stretch in stretches(home, held, day):
                leaving = found.leaving[start : start + stretch.num_rows]
                yield stretch.filter(pa.array(~leaving))
                start += stretch.num_rows
        yield from found.fresh.tables()

    files, _ = write_ordered(home, tables)
    untouched = {day: name for day, name in held.partitions.items() if day not in touched}
    kept = len(found.leaving) - int(found.leaving.sum()) + sum(found.days.values())
    return {**untouched, **files}, kept


def _is_touched(day: str, starts: dict[str, int], found: _Outcome) -> bool:
    ends = sorted([*starts.values(), len(found.leaving)])
    start = starts[day]
    end = ends[ends.index(start) + 1]
    return day in found.days or bool(found.leaving[start:end].any())


def _aside(before: pa.Table, coming: Coming, found: _Outcome) -> pa.Table | None:
    """Who is turned away after the change; None where that is the same as before."""
    came = pa.concat_arrays([pa.array([], pa.string()), *found.came])
    known = pa.concat_arrays([came, coming.gone, *coming.aside["lead_key"].chunks])
    stays = before.filter(pc.invert(among(before["lead_key"], known)))
    new = coming.aside.filter(
        pc.invert(among(coming.aside["lead_key"], pa.concat_arrays([came, coming.gone])))
    )
    if stays.num_rows == before.num_rows and not new.num_rows:
        return None
    return pa.concat_tables([stays, last_of_each(new)])


def last_of_each(aside: pa.Table) -> pa.Table:
    """Each lead once, as it came last."""
    numbered = pa.table({"key": aside["lead_key"], "row": pa.array(np.arange(aside.num_rows))})
    last = numbered.group_by("key").aggregate([("row", "max")])["row_max"]
    return aside.take(last.take(pc.sort_indices(last)))


def _known(keys: pa.Array | pa.ChunkedArray, table: pa.Table) -> int:
    """How many different keys are those of a table's leads."""
    return int(pc.sum(among(pc.unique(keys), table["lead_key"])).as_py() or 0)
