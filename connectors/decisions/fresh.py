"""What the lake knows of scores and the log does not: that is what a sync adds to the log.

The lake keeps each lead's score, since when it stood, and the scores before (`connectors.snapshots`). Its
files are never changed, so that a file that was looked at need not be looked at again. A lead that is as
it was when it was logged last is known by its mark. So nothing is added twice and nothing is left out,
whenever a process was killed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import dropwhile
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from connectors.decisions.entry import APART, escaped, joined
from connectors.decisions.index import Known
from connectors.decisions.keys import mark
from connectors.decisions.ledger import Ledger, Seen
from connectors.moments import in_seconds, instant
from connectors.snapshots import HIDDEN

VERSION = "model_version"
_SINCE = HIDDEN[0]
# A score, since when it stood, and the version of the model that made it ("" where nobody knows).
Standing = tuple[str | None, str, str]
# The key of a lead, the mark of what is known of it now, and how the index knows it.
_Marked = tuple[bytes, bytes, Known | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The leads of one file of the lake. ``stretches`` reads them; FileNotFoundError: it is gone."""

    name: str
    stretches: Callable[[], Iterator[pa.Table]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What the scores of a pull have in common.

    ``score`` is the column of the score, ``seen_at`` when it was seen (ISO 8601, UTC), ``policy`` the version
    (0: not known) and the digest of the policy that the leads were read under, ``model`` the version of the
    model where the CRM tells one for all.
    """

    score: str
    seen_at: str
    policy: tuple[int, str]
    model: str = ""


def log_new(ledger: Ledger, files: Sequence[Held], sight: Sight) -> int:
    """Add what is new in the files of the lake that were not looked at yet; how many entries.

    Raises
    ------
    FileNotFoundError
        The lake was rewritten meanwhile; what was added counts, and the next call adds the rest.
    """
    covered, made = ledger.index.covered(), 0
    fresh = [one for one in files if one.name not in covered]
    for columns, tables in _alike(fresh, sight):
        about: dict[str, Any] = {
            "columns": columns,
            "model": sight.model,
            "policy": {"version": sight.policy[0], "digest": sight.policy[1]},
            "score": sight.score,
            "seen_at": sight.seen_at,
            "source": ledger.records[0].facts["source"],
        }
        made += ledger.append(_seen(ledger, tables, about), about)
    names = {one.name for one in files}
    with ledger.index.writing():
        ledger.index.cover((one.name for one in fresh), covered - names)
    return made


def _alike(files: Sequence[Held], sight: Sight) -> Iterator[tuple[list[str], Iterator[pa.Table]]]:
    """The tables of files, with their columns: all files of one state of a lake have the same."""
    tables = (table for one in files for table in one.stretches())
    first = next(tables, None)
    if first is None or not {sight.score, *HIDDEN} <= set(first.column_names):
        return
    apart = {"lead_key", sight.score, VERSION, *HIDDEN}
    columns = [name for name in first.column_names if name not in apart]

    def all_of_them() -> Iterator[pa.Table]:
        yield first
        yield from tables

    yield columns, all_of_them()


def _seen(ledger: Ledger, tables: Iterable[pa.Table], about: dict[str, Any]) -> Iterator[Seen]:
    marking, seen_at = ledger.keys.marking, about["seen_at"]
    for table in tables:
        about["seen_at"] = max(about["seen_at"], _not_before(table, seen_at))
        states = joined([table[name] for name in _told(table, about)])
        keys = [bytes.fromhex(key) for key in table["lead_key"].to_pylist()]
        marks = [mark(marking, state) for state in states]
        known = ledger.index.known(keys)
        new = [at for at, key in enumerate(keys) if key not in known or known[key].mark != marks[at]]
        if new:
            rows = table.take(pa.array(new))
            yield from _of_rows(
                ledger, rows, [(keys[at], marks[at], known.get(keys[at])) for at in new], about
            )


def _not_before(table: pa.Table, seen_at: str) -> str:
    """The newest moment of a score, where the CRM's clock is ahead of ours: none is seen before it stood.

    One that is more than a day ahead is a moment that somebody typed, and says nothing.
    """
    limit = in_seconds(instant(seen_at) + timedelta(days=1))
    since = pc.fill_null(table[_SINCE], "")
    return str(pc.max(since.filter(pc.less_equal(since, limit))).as_py() or "")


def _told(table: pa.Table, about: Mapping[str, Any]) -> list[str]:
    """The columns that say what is known of a lead's scores."""
    return [about["score"], *HIDDEN, *({VERSION} & set(table.column_names))]


def _of_rows(
    ledger: Ledger,
    table: pa.Table,
    leads: Sequence[_Marked],
    about: Mapping[str, Any],
) -> Iterator[Seen]:
    """What is new of leads; most of them are new, and have one score."""
    scores, since, earlier = (_texts(table, name) for name in (about["score"], *HIDDEN))
    versions = _texts(table, VERSION) if VERSION in table.column_names else [None] * table.num_rows
    texts = _present(table, about)
    for at, (key, made, known) in enumerate(leads):
        if known is None and earlier[at] is None:
            if scores[at] is not None:
                yield key, made, (texts[at],), None
            continue
        line = _line(earlier[at], (scores[at], since[at] or "", versions[at] or ""))
        new = _missing(line, _logged(ledger, known, about["score"]), ledger.dropped)
        told = tuple(texts[at] if one is line[-1] else _past(one) for one in new)
        if told or known is not None:
            yield key, made, told, known


def _present(table: pa.Table, about: Mapping[str, Any]) -> list[str]:
    """The texts that are committed to, of the present scores with the features of their leads."""
    rows, version = table.num_rows, VERSION in table.column_names
    unknown = pa.chunked_array([pa.array([""] * rows, pa.string())])
    since = pc.fill_null(table[_SINCE], "")
    way = pa.chunked_array([pa.array(["p"] * rows, pa.string())])
    model = pc.fill_null(table[VERSION], "") if version else unknown
    return joined([way, table[about["score"]], since, model, *(table[name] for name in about["columns"])])


def _past(one: Standing) -> str:
    """The text that is committed to, of a score from before: what its lead was then is not known."""
    return APART.join(["e", *map(escaped, one)])


def _line(earlier: str | None, present: Standing) -> list[Standing]:
    """The scores of a lead in the order of time. It had none before its first."""
    past = [(score, at or "", "") for score, at in json.loads(earlier)] if earlier else []
    return list(dropwhile(lambda one: one[0] is None, [*past, present]))


def _logged(ledger: Ledger, lead: Known | None, column: str) -> list[Standing] | None:
    """What was logged of a lead under one column of the score, oldest first; None for a new lead."""
    if lead is None:
        return None
    found = [one for one in ledger.of(lead) if one.score_column == column]
    return sorted(((one.score, one.scored_at, one.model_version) for one in found), key=lambda one: one[1])


def _missing(line: Sequence[Standing], logged: list[Standing] | None, dropped: str) -> list[Standing]:
    """The scores of a line of time that are not logged, oldest first.

    A score is logged where the log says that it stood at that time already, or since a later time that is
    before the next score: the CRM's history may date a score earlier than a pull could. Of a lead that was
    logged, what is older than the entries that were ``dropped`` was logged too.
    """
    stood, new = list(logged or ()), list[Standing]()
    for number, one in enumerate(line):
        following = line[number + 1][1] if number + 1 < len(line) else "~"
        if not _is_in(one, following, stood):
            if logged is None or one[1] > dropped:
                new.append(one)
            stood = sorted([*stood, one], key=lambda each: each[1])
    return new


def _is_in(one: Standing, following: str, stood: Sequence[Standing]) -> bool:
    at = one[1]
    before = [each for each in stood if each[1] <= at]
    if before and _is_same(before[-1], one):
        return True
    return any(_is_same(each, one) for each in stood if each[1] == at or at < each[1] < following)


def _is_same(logged: Standing, one: Standing) -> bool:
    return logged[0] == one[0] and one[2] in {"", logged[2]}


def _texts(table: pa.Table, name: str) -> list[Any]:
    found: list[Any] = table[name].to_pylist()
    return found
