"""The leads as every remedy sees them: one canonical order, folds, decisions of today, outcomes, groups."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from audit.arrays import BoolArray
from audit.clustering.accounts import FEWEST, accounts_of
from audit.rows.levels import Codes, Levels, Reals, attribute_levels
from audit.rows.mitigation.encoded import Column, columns
from audit.rows.mitigation.folding import Dealt, dealt
from audit.rows.mitigation.model import Request
from audit.rows.mitigation.queue import Queue
from audit.rows.own import Own
from audit.schema import BadInput, Stream
from audit.subgroups.treatment import usable_outcomes
from audit.tally.columns import UNKNOWN

LEAST_KNOWN = 200
LEAST_OF_EACH = 30
"""Leads with a known outcome, and of each outcome, below which five folds have too little to learn from."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bench:
    """All leads of an admitted table. ``group`` and ``reference`` are codes into ``levels``.

    ``score`` is turned so that higher is better, None where the stream has only a decision. ``today`` is who
    is called as things are (0 or 1). ``known`` marks the outcomes that may be used: of leads that somebody
    worked. ``value`` is NaN where a good outcome has no value. ``own`` is a customer's pipeline with its
    frame of these leads.
    """

    table: pa.Table
    stream: Stream
    seed: int
    fold: Codes
    queue: Queue
    score: Reals | None
    today: Reals
    known: BoolArray
    won: BoolArray
    account: Codes | None
    columns: tuple[Column, ...]
    levels: Levels
    value: Reals | None = None
    own: Own | None = None
    attribute: str = ""
    group: int = 0
    reference: int = 0

    @property
    def size(self) -> int:
        """Number of leads."""
        return self.fold.size

    @property
    def groups(self) -> tuple[int, ...]:
        """Codes of the known groups with at least ``minimum_group`` leads."""
        counts = np.bincount(self.levels.codes, minlength=self.levels.size)
        least = self.stream.audit.minimum_group
        return tuple(
            code for code, name in enumerate(self.levels.names) if name != UNKNOWN and counts[code] >= least
        )


def bench(table: pa.Table, stream: Stream, request: Request) -> Bench:
    """Lay out the leads; the order of the rows of the table has no say.

    Raises BadInput where nothing says how many leads are called, or a column that was asked for is missing.
    """
    made = dealt(table, request.seed)
    order = np.argsort(made.lot, kind="stable")
    table, made = table.take(pa.array(order)), Dealt(fold=made.fold[order], lot=made.lot[order])
    value = _value(table, request)
    if request.value is not None:
        table = table.drop_columns([f"feature:{request.value}"])
    known, won = usable_outcomes(table)
    score = _score(table, stream)
    queue = _queue(table, (stream, request), made, score)
    accounts = accounts_of(table, request.seed)
    return Bench(
        table=table,
        stream=stream,
        seed=request.seed,
        fold=made.fold,
        queue=queue,
        score=score,
        today=_today(table, request, queue, score),
        known=known,
        won=won,
        account=accounts.code if accounts else None,
        columns=columns(table),
        levels=Levels(codes=np.zeros(table.num_rows, dtype=np.int64), names=()),
        value=value,
    )


def watching(made: Bench, attribute: str, pair: tuple[int, int]) -> Bench:
    """The same leads, watched for the gap between two groups of an attribute."""
    levels = attribute_levels(made.table, attribute)
    return replace(made, levels=levels, attribute=attribute, group=pair[0], reference=pair[1])


def too_little(made: Bench) -> str | None:
    """Why nothing can be tried on these leads, or None."""
    if made.account is not None and np.unique(made.account).size < FEWEST:
        return f"the leads come from fewer than {FEWEST} accounts"
    if made.score is None:
        return unjudged(made)
    if np.ptp(made.score[np.isfinite(made.score)]) == 0 and (not made.columns or unjudged(made)):
        return "all leads have the same score, and there is nothing to learn another one from"
    return None


def unjudged(made: Bench) -> str | None:
    """Why nobody can tell what a remedy costs, or None: what it does to the gap needs no outcome."""
    known, won = int(made.known.sum()), int(made.won.sum())
    if not known:
        return "no lead that was worked has a known outcome, so nothing can be held against the truth"
    if won in (0, known):
        return f"all {known:,} known outcomes are the same, so no decision is better than another"
    if known < LEAST_KNOWN or min(won, known - won) < LEAST_OF_EACH:
        return (
            f"{known:,} leads have a known outcome, {won:,} of them a good one; it takes {LEAST_KNOWN} leads"
            f" and {LEAST_OF_EACH} of each outcome"
        )
    return None


def _score(table: pa.Table, stream: Stream) -> Reals | None:
    if "score" not in table.column_names:
        return None
    score = np.asarray(table.column("score").to_numpy(), dtype=np.float64)
    return score if stream.higher_is_better else -score


def _queue(table: pa.Table, asked: tuple[Stream, Request], made: Dealt, score: Reals | None) -> Queue:
    stream, request = asked
    if request.calls_per_day is not None:
        return _daily(table, request.calls_per_day, made)
    calls = request.calls or stream.audit.queue
    if calls is None:
        if "selected" not in table.column_names:
            msg = "nothing says who is called: give the stream a threshold or a decision, or name --calls"
            raise BadInput(msg)
        calls = int(np.count_nonzero(_selected(table)))
    elif score is None:
        msg = "a number of calls needs a score to rank the leads by; the stream has only a decision"
        raise BadInput(msg)
    if not 0 < calls < table.num_rows:
        raise BadInput(_nobody_or_all(calls, table.num_rows, named=request.calls is not None))
    one = np.zeros(table.num_rows, dtype=np.int64)
    return Queue(of=one, places=np.asarray([calls], dtype=np.int64), lot=made.lot)


def _nobody_or_all(calls: int, leads: int, *, named: bool) -> str:
    mend = "name fewer" if named else "give the stream another threshold or queue, or name --calls"
    whom = "none" if calls == 0 else f"{calls:,}"
    return (
        f"{whom} of {leads:,} leads would be called; a remedy changes who is, so it takes more than none and"
        f" fewer than all: {mend}"
    )


def _daily(table: pa.Table, calls: int, made: Dealt) -> Queue:
    """A queue of its own for the leads of each creation day."""
    if "created" not in table.column_names:
        msg = "--calls-per-day needs the day each lead was created: name the column as created in the stream"
        raise BadInput(msg)
    if "score" not in table.column_names:
        msg = "--calls-per-day needs a score to rank the leads by; the stream has only a decision"
        raise BadInput(msg)
    days = table.column("created").cast(pa.int32()).to_numpy()
    _, of = np.unique(days, return_inverse=True)
    return Queue(of=of.astype(np.int64), places=np.full(int(of.max()) + 1, calls), lot=made.lot)


def _today(table: pa.Table, request: Request, queue: Queue, score: Reals | None) -> Reals:
    counted = request.calls or request.calls_per_day
    if score is not None and (counted or "selected" not in table.column_names):
        return queue.top(score)
    return _selected(table).astype(np.float64)


def _selected(table: pa.Table) -> BoolArray:
    return np.asarray(table.column("selected").fill_null(False).to_numpy(), dtype=np.bool_)


def _value(table: pa.Table, request: Request) -> Reals | None:
    if request.value is None:
        return None
    name = f"feature:{request.value}"
    column = table.column(name) if name in table.column_names else None
    if column is None or not (pa.types.is_floating(column.type) or pa.types.is_integer(column.type)):
        msg = f"the column {request.value!r} of --value holds no numbers; name a column of amounts"
        raise BadInput(msg)
    hour = 60 / request.minutes if request.minutes is not None else 1.0
    return np.asarray(column.cast(pa.float64()).to_numpy(), dtype=np.float64) * hour
