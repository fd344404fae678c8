"""Admission: a table as it was read becomes the table that the audit works on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from audit.arrays import BoolArray, IntArray
from audit.intake.column import Column, read_column, read_numbers
from audit.intake.dates import read_days, to_dates, unripe
from audit.intake.defaults import form_defaults
from audit.intake.duplicates import Columns, repeated_in
from audit.intake.features import read_features
from audit.intake.groups import check_reference, group_by_band, group_by_value
from audit.intake.keys import Keys, numbered, read_keys
from audit.intake.ledger import Ledger
from audit.intake.membership import read_memberships
from audit.intake.missing import missing_tokens
from audit.intake.model import Intake, Unmapped, unmapped
from audit.intake.options import favoured, option_tokens, read_options
from audit.intake.partly import Partly
from audit.intake.roles import check_columns
from audit.intake.scores import reaches, reject_scores, score_range
from audit.intake.text import reduce_texts
from audit.intake.times import Untimely, untimely
from audit.intake.treatment import read_treatment
from audit.intake.truth import read_truth, to_bool
from audit.schema import Attribute, BadInput, Stream


@dataclass(slots=True, kw_only=True)
class _Desk:
    """What the checks share: the table, the stream, the missing tokens and the account."""

    table: pa.Table
    stream: Stream
    tokens: pa.Array
    ledger: Ledger
    times: Untimely | None = None


def admit(table: pa.Table, stream: Stream, partly: Partly | None = None) -> Intake:
    """Check every row, keep the usable ones and account for the others.

    Parameters
    ----------
    table
        The columns as they were read: texts (CSV) or typed columns (Parquet).
    stream
        The roles of the columns.
    partly
        Where the fields are that ``table`` has not, which are then read for some leads only; None where
        it has them all.

    Raises
    ------
    BadInput
        A column is missing, the table is empty, a yes-or-no column holds a third value, a
        reference group does not occur, or no row is left.
    """
    reduced = reduce_texts(table, stream)
    table, desk = reduced.table, _desk(reduced.table, stream, partly)
    core, scale, immature = _core(desk)
    standing = desk.ledger.standing
    kept = table
    if not standing.all():
        core = {name: column.filter(pa.array(standing)) for name, column in core.items()}
        kept = table.filter(pa.array(standing))
    groups, odd_values = _groups(kept, stream, desk.tokens)
    estimated, odd = read_memberships(kept, stream, desk.tokens)
    fields, places = (kept, None) if partly is None else partly.looked(kept, standing)
    features = read_features(fields, stream, desk.tokens)
    named = {f"feature:{name}": column for name, column in features.columns}
    treated = read_treatment(table, stream, desk.tokens, standing)
    treatment = dict(treated.columns)
    if stream.worked is None and treated.worked is not None:
        core["worked"] = treated.worked
    roles = {**core, **treatment, **groups, **estimated}
    return Intake(
        table=pa.table(roles if partly else roles | named),
        looked=None if places is None else _looked(roles, places, named),
        rows=table.num_rows,
        rejected=desk.ledger.refusals,
        excluded=(),
        score_range=scale,
        immature=immature,
        notes=(*reduced.notes, *features.notes),
        unusable=treated.unusable,
        timed=treated.timed,
        withheld=desk.times.withheld if desk.times else (),
        undated=desk.times.undated if desk.times else None,
        defaults=form_defaults(kept, stream, desk.tokens),
        repeated=repeated_in(_columns(kept, standing, partly), stream),
        unmapped=(
            *_unmapped(desk, "numbers", odd_values),
            *_unmapped(desk, "probabilities", odd),
            *(desk.times.odd if desk.times else ()),
        ),
        understated=desk.times.understated if desk.times else None,
    )


def _looked(roles: Mapping[str, pa.Array], places: IntArray, named: Mapping[str, pa.Array]) -> pa.Table:
    """Some of the leads with their roles and fields."""
    some = pa.array(places)
    return pa.table({name: column.take(some) for name, column in roles.items()} | dict(named))


def _columns(kept: pa.Table, standing: BoolArray, partly: Partly | None) -> Columns:
    """Every column of the rows that are kept, also those that are elsewhere."""
    names, held = tuple(kept.column_names), kept.column

    def of(name: str) -> pa.ChunkedArray:
        if partly is None or name in names:
            return held(name)
        column = partly.elsewhere.column(name)
        return column if standing.all() else column.filter(pa.array(standing))

    more = () if partly is None else partly.elsewhere.names
    return Columns(names=(*names, *more), rows=kept.num_rows, of=of)


def _desk(table: pa.Table, stream: Stream, partly: Partly | None) -> _Desk:
    check_columns((*table.column_names, *(partly.elsewhere.names if partly else ())), stream)
    if not table.num_rows:
        msg = "the table has column names but no rows; export it again with its rows"
        raise BadInput(msg)
    tokens = missing_tokens(stream.missing)
    return _Desk(table=table, stream=stream, tokens=tokens, ledger=Ledger(table.num_rows))


def _unmapped(desk: _Desk, wanted: str, odd: Sequence[tuple[str, NDArray[np.int64]]]) -> Iterator[Unmapped]:
    """What was not understood in the rows that are kept, with their places in the table that was read."""
    place = np.flatnonzero(desk.ledger.standing)
    for name, rows in odd:
        yield from unmapped(name, wanted, place[rows])


def _core(desk: _Desk) -> tuple[dict[str, pa.Array], tuple[float, float] | None, int]:
    """Key, score, selected, outcome, worked and created of every row; who falls is in the ledger."""
    key = _key(desk)
    scores, scale = _scores(desk)
    option = _option(desk)
    selected = _selected(desk, scores, option)
    outcome = _truth(desk, "outcome", desk.stream.outcome)
    worked = _truth(desk, "worked", desk.stream.worked)
    days = _days(desk)
    _reject_repeated(key, desk.ledger)
    _check_some_left(desk.ledger)
    if outcome is not None:
        desk.times = untimely(
            desk.table, desk.stream, desk.tokens, np.where(desk.ledger.standing, outcome, -1)
        )
        outcome[desk.times.rows] = -1
    immature = _withhold(outcome, days, desk)
    core = {
        "key": key.text,
        "score": None if scores is None else pa.array(scores),
        "selected": None if selected is None else pa.array(selected),
        "outcome": None if outcome is None else to_bool(outcome),
        "worked": None if worked is None else to_bool(worked),
        "created": None if days is None else to_dates(days),
        "option": option,
        "account": _account(desk),
    }
    return {name: column for name, column in core.items() if column is not None}, scale, immature


def _key(desk: _Desk) -> Keys:
    if desk.stream.key is None:
        return numbered(desk.table.num_rows)
    key = read_keys(desk.table, desk.stream.key, desk.tokens)
    desk.ledger.reject("key_missing", "There is no key; give every lead its id.", key.missing)
    return key


def _account(desk: _Desk) -> pa.Array | None:
    """The account of every row, null where it is missing."""
    if desk.stream.account is None:
        return None
    account = read_column(desk.table, desk.stream.account, desk.tokens)
    return account.levels.take(pa.array(account.codes, mask=account.missing)).cast(pa.string())


def _scores(desk: _Desk) -> tuple[NDArray[np.float64] | None, tuple[float, float] | None]:
    stream = desk.stream
    if stream.score is None:
        return None, None
    values, missing = read_numbers(desk.table, stream.score, desk.tokens)
    scale = stream.score_range or score_range(values, stream.threshold)
    reject_scores(values, missing, scale, desk.ledger)
    return values, scale


def _option(desk: _Desk) -> pa.DictionaryArray | None:
    stream = desk.stream
    if stream.decision is None or not stream.several:
        return None
    tokens = option_tokens(desk.tokens, stream)
    options = read_options(read_column(desk.table, stream.decision, tokens), stream)
    empty = options.is_null().to_numpy(zero_copy_only=False)
    desk.ledger.reject(
        "decision_missing", "There is no decision; write which option it was, or leave the lead out.", empty
    )
    return options


def _selected(
    desk: _Desk, scores: NDArray[np.float64] | None, option: pa.DictionaryArray | None
) -> NDArray[np.bool_] | None:
    stream = desk.stream
    if option is not None and stream.favourable:
        return favoured(option, stream)
    if stream.decision is not None and option is None:
        decision = read_truth(read_column(desk.table, stream.decision, desk.tokens), "decision")
        desk.ledger.reject(
            "decision_missing", "There is no decision; write yes or no, or leave the lead out.", decision < 0
        )
        return np.equal(decision, 1)
    if scores is None or stream.threshold is None:
        return None
    return reaches(scores, stream.threshold, higher_is_better=stream.higher_is_better)


def _truth(desk: _Desk, role: str, column: str | None) -> NDArray[np.int64] | None:
    return None if column is None else read_truth(read_column(desk.table, column, desk.tokens), role)


def _days(desk: _Desk) -> NDArray[np.float64] | None:
    if desk.stream.created is None:
        return None
    days, missing = read_days(desk.table, desk.stream.created, desk.tokens)
    desk.ledger.reject("created_missing", "There is no creation date; give every lead its date.", missing)
    desk.ledger.reject(
        "created_not_a_date", "The creation date is not a date; write it as 2026-01-31.", np.isnan(days)
    )
    return days


def _reject_repeated(key: Keys, ledger: Ledger) -> None:
    """The first usable row of a key stands, so this comes after every other reason."""
    ledger.reject(
        "duplicate_key",
        "An earlier row has the same key and was kept; give every lead one row.",
        key.repeated(ledger.standing),
    )


def _check_some_left(ledger: Ledger) -> None:
    if ledger.standing.any():
        return
    most = max(ledger.refusals, key=lambda refusal: refusal.count)
    why = most.text[:1].lower() + most.text[1:].removesuffix(".")
    msg = f"no row can be used; in {most.count:,} of {ledger.standing.size:,} {why}"
    raise BadInput(msg)


def _withhold(outcome: NDArray[np.int64] | None, days: NDArray[np.float64] | None, desk: _Desk) -> int:
    """Outcomes of leads that are too young become "not yet known", good and bad alike."""
    if outcome is None or days is None or desk.stream.maturity_days is None:
        return 0
    standing = desk.ledger.standing
    young = np.zeros(outcome.size, dtype=np.bool_)
    young[standing] = unripe(days[standing], desk.stream.maturity_days) & (outcome[standing] >= 0)
    outcome[young] = -1
    return int(np.count_nonzero(young))


def _groups(
    table: pa.Table, stream: Stream, tokens: pa.Array
) -> tuple[dict[str, pa.Array], list[tuple[str, NDArray[np.int64]]]]:
    """The columns of attributes and controls, and of each attribute the rows that fit no group."""
    columns: dict[str, pa.Array] = {}
    odd: list[tuple[str, NDArray[np.int64]]] = []
    for attribute in stream.attributes:
        groups, rows = _attribute(read_column(table, attribute.column, tokens), attribute)
        columns[f"attribute:{attribute.name}"] = groups
        odd.append((attribute.name, rows))
    for control in stream.controls:
        columns[f"control:{control}"] = group_by_value(read_column(table, control, tokens), "control")
    return columns, odd


def _attribute(column: Column, attribute: Attribute) -> tuple[pa.DictionaryArray, NDArray[np.int64]]:
    if not attribute.bands:
        groups = group_by_value(column, f"attribute {attribute.name!r}")
        check_reference(groups, attribute)
        return groups, np.empty(0, np.int64)
    groups, odd = group_by_band(column, attribute)
    check_reference(groups, attribute)
    return groups, odd
