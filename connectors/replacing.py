"""The state of an organisation after a full pull, and accounts that stay true through later ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from audit.schema import BadInput
from connectors import tombstones
from connectors.account import Account, Pulled, others, whole
from connectors.errors import Busy
from connectors.holding import Finished
from connectors.merging import last_of_each
from connectors.ordering import Finish, write_ordered
from connectors.partitions import Manifest, between, load_manifest, read_aside, write_aside
from connectors.policy.model import TOO_OLD
from connectors.repeats import Standing, standing
from connectors.seals import Home
from connectors.snapshots import HIDDEN, Snapshots
from connectors.source import ASIDE
from connectors.spool import Parts

OUTDATED = "key_changed"
_EMPTY = pa.schema([pa.field("lead_key", pa.string()), pa.field("cohort_day", pa.date32())])


def settled(home: Home, finished: Finished) -> tuple[Manifest | None, Standing]:
    """What is held, and which rows of a whole pull stand; its account counts them so from now on."""
    refuse_outdated(finished, home)
    held = load_manifest(home)
    stands = standing(finished.parts, tombstones.away(home), home.path)
    refuse_short(finished, stands)
    finished.account.settle(stands)
    return held, stands


def replaced(home: Home, held: Manifest | None, finished: Finished, stands: Standing) -> Manifest:
    """Write everything of a full pull; the scores that were held go on beside the new ones."""
    snapshots = finished.note.snapshots
    partitions, kept = write_ordered(
        home, lambda: stands.tables(finished.parts), _finish(home, held, snapshots)
    )
    aside = _aside(finished.parts, stands)
    return Manifest(
        columns=_columns(finished.parts),
        partitions=partitions,
        hidden=HIDDEN if snapshots is not None else (),
        kept=kept,
        aside=write_aside(home, aside),
        others=others(finished.account.pulled(), aside),
        cursor=finished.note.cursor,
        domains=finished.note.domains,
    )


def opened(held: Manifest | None, columns: tuple[str, ...], *, hidden: bool) -> Manifest:
    """The state that leads are added to; ``columns`` are those of the leads, none where none came.

    Raises
    ------
    BadInput
        It has other columns.
    """
    if held is None or not held.partitions:
        return Manifest(
            columns=columns or (held.columns if held else tuple(_EMPTY.names)),
            partitions={},
            hidden=HIDDEN if hidden else (),
            aside=held.aside if held else None,
            others=held.others if held else {},
            cursor=held.cursor if held else {},
            domains=held.domains if held else None,
        )
    if columns and held.columns != columns:
        msg = "the policy's columns have changed since the last full pull: pull everything again"
        raise BadInput(msg)
    return held


def columns_of(parts: Parts, stands: Standing) -> tuple[str, ...]:
    """The columns of the leads that stand; none where there are no such leads."""
    return _columns(parts) if stands.rows.any() else ()


def account_of(home: Home, state: Manifest) -> Pulled:
    """The account of everything that is held."""
    return whole(state.kept, read_aside(home, state), state.others)


def counted(held: Manifest, run: Account, aside: pa.Table) -> dict[str, dict[str, int]]:
    """The records that no key tells apart, after one more pull: a lead that came again is none of them.

    A value that no rule knew is not told apart by its lead either: what came anew is not added to what was
    counted before, or every change of the same leads would count them again. The larger number stands.
    """
    new = others(run.pulled(), aside)
    before = {kind: Counter(held.others.get(kind, {})) for kind in ("rejected", "excluded", "unmapped")}
    malformed = Counter({"malformed": new["rejected"].get("malformed", 0)})
    return {
        "rejected": dict(+(before["rejected"] + malformed)),
        "excluded": dict(before["excluded"]),
        "unmapped": dict(before["unmapped"] | Counter(new["unmapped"])),
    }


def _columns(parts: Parts) -> tuple[str, ...]:
    first = next(parts.tables(), None)
    return tuple(first.column_names if first is not None else _EMPTY.names)


def _finish(home: Home, held: Manifest | None, snapshots: Snapshots | None) -> Finish | None:
    """Puts what was known of each lead's scores beside it."""
    if snapshots is None:
        return None

    def finish(day: date, part: pa.Table) -> pa.Table:
        if held is None or str(day) not in held.partitions or not held.hidden:
            return snapshots.onto(part, _EMPTY.empty_table())
        ends = pc.min_max(part["lead_key"]).as_py()
        return snapshots.onto(part, between(home, held, str(day), (ends["min"], ends["max"])))

    return finish


def turned_away(parts: Parts, stands: Standing) -> pa.Table:
    """Who was turned away, each once, as it came last; of who must not come back not even that is kept."""
    aside = last_of_each(pa.concat_tables([ASIDE.empty_table(), *parts.asides()]))
    return aside.filter(pc.invert(pc.is_in(aside["lead_key"], value_set=stands.away)))


def _aside(parts: Parts, stands: Standing) -> pa.Table:
    """Who was turned away, each once; who also came in a row that stands is not among them."""
    aside = turned_away(parts, stands)
    rejected = aside.filter(pc.equal(aside["kind"], "rejected"))["lead_key"].combine_chunks()
    if not len(rejected):
        return aside
    kept = list(_among(stands.tables(parts), rejected))
    return aside.filter(pc.invert(pc.is_in(aside["lead_key"], value_set=pa.array(kept, pa.string()))))


def _among(tables: Iterator[pa.Table], keys: pa.Array) -> Iterator[str]:
    for table in tables:
        yield from table["lead_key"].filter(pc.is_in(table["lead_key"], value_set=keys)).to_pylist()


def with_cursor(state: Manifest, held: Manifest, finished: Finished, aside: pa.Table) -> Manifest:
    """The state after an incremental pull, with its cursor and its account."""
    cursor = finished.note.cursor or held.cursor
    domains = state.domains if finished.note.domains is None else finished.note.domains
    return replace(state, cursor=cursor, domains=domains, others=counted(held, finished.account, aside))


def refuse_outdated(finished: Finished, home: Home) -> None:
    """Stop where the key was changed since the pull began: its lead keys are none of those held.

    Raises
    ------
    Busy
        The pull is of no use.
    """
    if finished.generation not in {None, home.seal.generation}:
        msg = "the key of this organisation was changed while its leads were pulled: pull again"
        raise Busy(msg, retry_after=1, code=OUTDATED)


def refuse_short(finished: Finished, stands: Standing) -> None:
    """Stop where fewer different records came than the CRM said there are: some stood in place of others.

    Raises
    ------
    Busy
        The pull is not whole.
    """
    counts = finished.account.pulled()
    # Neither has a key that would tell it apart.
    came = stands.different + counts.rejected.get("malformed", 0) + counts.excluded.get(TOO_OLD, 0)
    if finished.expected is not None and came < finished.expected:
        msg = f"the CRM announced {finished.expected:,} leads, and {came:,} different ones came: pull again"
        raise Busy(msg, retry_after=60, code="incomplete")
