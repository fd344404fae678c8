"""Changes to the leads that are held: new rows over old ones, and leads that are gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from connectors.ordering import write_ordered
from connectors.partitions import Manifest, read_aside, stretches, write_aside
from connectors.snapshots import Snapshots
from connectors.source import ASIDE


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a pull says is different: ``leads`` each once, ``aside`` turned away, ``gone`` keys.

    ``scores`` are a new score for leads that are held (``lead_key``, ``score``), of which nothing else
    was read.
    """

    leads: pa.Table
    aside: pa.Table = field(default_factory=ASIDE.empty_table)
    gone: pa.Array = field(default_factory=lambda: pa.array([], pa.string()))
    scores: pa.Table | None = None
    snapshots: Snapshots | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What a change did: ``unchanged`` are keys that came as they were held."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: frozenset[str] = frozenset()


def merge(place: Path, held: Manifest, change: Change) -> tuple[Manifest, Merged]:
    """The state after a change; days that no lead comes to or leaves keep their files."""
    old = _matching(place, held, _mentioned(change))
    leads = _rescored(old, change)
    same = _unchanged(old, leads, held)
    as_held = pa.array(sorted(same), pa.string())
    fresh = leads.filter(_not_in(leads["lead_key"], as_held))
    if change.snapshots is not None:
        fresh = change.snapshots.onto(fresh, old)
    leaving = old.filter(_not_in(old["lead_key"], as_held))
    aside = _aside(place, held, change, leads)
    merged = Merged(
        added=fresh.num_rows - _shared(fresh, old),
        changed=_shared(fresh, old),
        removed=_removed(place, held, old, change),
        unchanged=same,
    )
    if not (fresh.num_rows or leaving.num_rows) and aside is None:
        return held, merged
    partitions, kept = _rewritten(place, held, leaving, fresh)
    name = held.aside if aside is None else write_aside(place, aside)
    return _state(held, partitions, kept, name), merged


def _state(held: Manifest, partitions: dict[str, str], kept: int, aside: str | None) -> Manifest:
    return Manifest(
        columns=held.columns,
        partitions=partitions,
        hidden=held.hidden,
        kept=kept,
        aside=aside,
        others=held.others,
        cursor=held.cursor,
    )


def _rewritten(place: Path, held: Manifest, leaving: pa.Table, fresh: pa.Table) -> tuple[dict[str, str], int]:
    """The files of all days, those that are touched anew; and how many leads there are."""
    days = {str(day) for table in (leaving, fresh) for day in pc.unique(table["cohort_day"]).to_pylist()}
    touched, keys = sorted(days & set(held.partitions)), leaving["lead_key"].combine_chunks()
    schema = held.schema(hidden=True)

    def tables() -> Iterator[pa.Table]:
        for day in touched:
            for stretch in stretches(place, held, day):
                yield stretch.filter(_not_in(stretch["lead_key"], keys))
        if fresh.num_rows:
            yield fresh.select(schema.names).cast(schema)

    files, _ = write_ordered(place, tables)
    untouched = {day: name for day, name in held.partitions.items() if day not in days}
    return {**untouched, **files}, held.kept - leaving.num_rows + fresh.num_rows


def _mentioned(change: Change) -> pa.Array:
    keys = [change.leads["lead_key"], change.aside["lead_key"], pa.chunked_array([change.gone], pa.string())]
    if change.scores is not None:
        keys.append(change.scores["lead_key"])
    return pc.unique(pa.chunked_array([chunk for one in keys for chunk in one.chunks], pa.string()))


def _matching(place: Path, held: Manifest, keys: pa.Array) -> pa.Table:
    """The held rows of some leads, with their hidden columns."""
    found = [held.schema(hidden=True).empty_table()]
    for day in sorted(held.partitions):
        for stretch in stretches(place, held, day):
            rows = stretch.filter(pc.is_in(stretch["lead_key"], value_set=keys))
            if rows.num_rows:
                found.append(rows)
    return pa.concat_tables(found)


def _rescored(old: pa.Table, change: Change) -> pa.Table:
    """The leads of a change, and the held ones that only their score changes."""
    if change.scores is None or change.snapshots is None:
        return change.leads
    known = pa.concat_arrays(
        [*change.leads["lead_key"].chunks, change.gone, *change.aside["lead_key"].chunks]
    )
    news = dict(zip(*(change.scores[name].to_pylist() for name in ("lead_key", "score")), strict=True))
    rows = old.filter(_not_in(old["lead_key"], known))
    rows = rows.filter(pc.is_in(rows["lead_key"], value_set=pa.array(sorted(news), pa.string())))
    column = change.snapshots.column
    scores = pa.array([news[key] for key in rows["lead_key"].to_pylist()], pa.string())
    rescored = rows.set_column(rows.column_names.index(column), column, scores)
    return pa.concat_tables([change.leads, rescored.select(change.leads.column_names)])


def _unchanged(old: pa.Table, leads: pa.Table, held: Manifest) -> frozenset[str]:
    """The keys of leads that came exactly as they are held."""
    names = held.schema().names
    before = {row["lead_key"]: row for row in old.select(names).to_pylist()}
    return frozenset(
        row["lead_key"] for row in leads.select(names).to_pylist() if before.get(row["lead_key"]) == row
    )


def _aside(place: Path, held: Manifest, change: Change, leads: pa.Table) -> pa.Table | None:
    """Who is turned away after the change; None where that is the same as before."""
    before = read_aside(place, held)
    known = _keys(leads, change)
    stays = before.filter(_not_in(before["lead_key"], known))
    if stays.num_rows == before.num_rows and not change.aside.num_rows:
        return None
    return pa.concat_tables([stays, last_of_each(change.aside)])


def _keys(leads: pa.Table, change: Change) -> pa.Array:
    """Who comes anew, in whatever way."""
    return pa.concat_arrays([*leads["lead_key"].chunks, change.gone, *change.aside["lead_key"].chunks])


def last_of_each(aside: pa.Table) -> pa.Table:
    """Each lead once, as it came last."""
    numbered = pa.table({"key": aside["lead_key"], "row": pa.array(range(aside.num_rows), pa.int64())})
    last = numbered.group_by("key").aggregate([("row", "max")])["row_max"]
    return aside.take(last.take(pc.sort_indices(last)))


def _removed(place: Path, held: Manifest, old: pa.Table, change: Change) -> int:
    """How many of the gone leads were held, or known to be turned away."""
    known = pa.concat_arrays([*old["lead_key"].chunks, *read_aside(place, held)["lead_key"].chunks])
    return int(pc.sum(pc.is_in(pc.unique(change.gone), value_set=known)).as_py() or 0)


def _shared(fresh: pa.Table, old: pa.Table) -> int:
    keys = old["lead_key"].combine_chunks()
    return int(pc.sum(pc.is_in(fresh["lead_key"], value_set=keys)).as_py() or 0)


def _not_in(column: pa.ChunkedArray, keys: pa.Array | pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.invert(pc.is_in(column, value_set=keys))
