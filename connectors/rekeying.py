"""The leads of an organisation, moved on to another seal without asking the CRM.

What is written stands beside what counts and under names of its own: it counts from the moment that
its generation is in force, and until then it can be thrown away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from audit.schema import BadInput
from connectors import tombstones
from connectors.ordering import write_ordered
from connectors.partitions import (
    PLAIN,
    Manifest,
    clean,
    load_manifest,
    manifest_name,
    put_manifest,
    read_aside,
    save_manifest,
    stretches,
    write_aside,
)
from connectors.pseudonym import Rekeying
from connectors.seals import Home, Seal

Move = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """From the seal in force to another: ``step`` moves the pseudonyms on.

    ``domains`` are the columns that are pseudonyms, each with its domain, for a state that does not say.
    ``watch`` is told how many leads were read, and of how many.
    """

    seal: Seal
    step: Rekeying
    domains: Mapping[str, str]
    watch: Callable[[int, int], None] = lambda _read, _total: None


def prepare(old: Home, rotation: Rotation) -> Home:
    """Write everything of ``old`` anew under the rotation's seal; returns where it is.

    Raises
    ------
    BadInput
        A column that should hold pseudonyms holds something else.
    DoesNotOpen
        What is held was changed.
    """
    new = Home(path=old.path, seal=rotation.seal)
    discard(new)
    held = load_manifest(old)
    if held is not None:
        put_manifest(new, _moved(old, new, held, rotation))
    if count := tombstones.number(old):
        tombstones.write(new, (_line(line, rotation.step) for line in tombstones.lines(old)), max(count, 0))
    return new


def discard(home: Home) -> None:
    """Throw away what an earlier attempt at this generation left."""
    (home.path / manifest_name(home.seal)).unlink(missing_ok=True)
    tombstones.discard(home)


def sweep(home: Home) -> None:
    """Remove what belongs to other generations than the one in force, and what lay in the clear."""
    if home.path.exists():
        clean(home, load_manifest(home))
    tombstones.clean(home)


def seal_plain(home: Home) -> None:
    """Encrypt what an earlier version wrote in the clear; nothing happens where nothing is."""
    if not home.seal.takes_plain:
        return
    held = load_manifest(home)
    if held is not None and held.plain:
        save_manifest(home, _copied(home, home, held, lambda table: table))
    if tombstones.lies_plain(home):
        tombstones.write(home, tombstones.lines(home))
        tombstones.clean(home)


def is_untidy(home: Home) -> bool:
    """Whether something lies in the clear, or is left of another generation."""
    known = {manifest_name(home.seal)}
    others = {path.name for path in home.path.glob("manifest*")} - known
    return bool(others) or tombstones.has_others(home)


def generations(place: Path) -> frozenset[int]:
    """The generations of the states that lie here; 0 for one in the clear."""
    names = (path.name for path in place.glob("manifest*"))
    numbers = (name.removeprefix("manifest-") for name in names if name != PLAIN)
    plain = {0} if (place / PLAIN).exists() else set[int]()
    return frozenset(plain | {int(number) for number in numbers if number.isdecimal()})


def _moved(old: Home, new: Home, held: Manifest, rotation: Rotation) -> Manifest:
    domains = rotation.domains if held.domains is None else held.domains
    moves: dict[str, Move] = {"lead_key": rotation.step.lead}
    for column in domains.keys() & set(held.columns):
        moves[column] = _remembering(rotation.step, domains[column])
    read = 0

    def moved(table: pa.Table) -> pa.Table:
        nonlocal read
        read = min(held.kept, read + table.num_rows)
        rotation.watch(read, held.kept)
        return _with(table, moves)

    state = _copied(old, new, held, moved)
    return replace(state, domains=domains)


def _copied(old: Home, new: Home, held: Manifest, change: Callable[[pa.Table], pa.Table]) -> Manifest:
    def tables() -> Iterator[pa.Table]:
        for day in sorted(held.partitions):
            for stretch in stretches(old, held, day):
                yield change(stretch)

    partitions, kept = write_ordered(new, tables)
    aside = write_aside(new, change(read_aside(old, held)))
    return replace(held, partitions=partitions, kept=kept, aside=aside, plain=False)


def _with(table: pa.Table, moves: Mapping[str, Move]) -> pa.Table:
    for name in moves.keys() & set(table.column_names):
        try:
            moved = [None if one is None else moves[name](one) for one in table[name].to_pylist()]
        except ValueError:
            msg = (
                f"the column {name} should hold pseudonyms and holds something else: pull everything, then "
                "rotate the key"
            )
            raise BadInput(msg) from None
        table = table.set_column(table.column_names.index(name), name, pa.array(moved, pa.string()))
    return table


def _remembering(step: Rekeying, domain: str) -> Move:
    """Moves a field's pseudonyms on, of which many leads may share one."""
    known = dict[str, str]()

    def move(digest: str) -> str:
        if digest not in known:
            if len(known) > 100_000:
                known.clear()
            known[digest] = step.value(domain, digest)
        return known[digest]

    return move


def _line(line: str, step: Rekeying) -> str:
    key, space, until = line.partition(" ")
    return f"{step.lead(key)}{space}{until}"
