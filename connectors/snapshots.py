"""The scores of earlier pulls, kept beside each lead: the score before the outcome is the one to audit.

A CRM shows today's score. Of a lead that converted, that score may know the outcome. So every pull
compares the score with the one held: where it is the same it keeps its first date, where it is another
the earlier one stays beside it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from connectors.moments import in_seconds
from connectors.policy.day import day_of

SCORED_AT = "scored_at"
_SINCE, _EARLIER = "_scored_at", "_earlier_scores"
HIDDEN = (_SINCE, _EARLIER)
_DAY = 10
# One lead's earlier scores, oldest first: the score, and since when it stood (ISO 8601, UTC).
Past = Sequence[tuple[str | None, str]]
# The earlier scores of some leads, by their keys (text).
PastOf = Callable[[Sequence[str]], Mapping[str, Past]]


def no_past(keys: Sequence[str]) -> Mapping[str, Past]:  # noqa: ARG001 - as PastOf
    """Nothing is known of any lead."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshots:
    """What to remember of a pull: the column of the score, and the platform's time at the pull.

    ``past`` tells the scores that the CRM's own history holds.
    """

    column: str
    seen_at: datetime
    past: PastOf = field(default=no_past, repr=False)

    def onto(self, new: pa.Table, old: pa.Table) -> pa.Table:
        """The new rows with their hidden columns, out of what was held (which has them too, or not)."""
        if self.column not in new.column_names:
            return _with(new, [None] * new.num_rows, [None] * new.num_rows)
        held, keys = _held(old, self.column), _texts(new, "lead_key")
        past = self.past(keys)
        made = [
            self._lead(score, past.get(key, ()), held.get(key))
            for key, score in zip(keys, _texts(new, self.column), strict=True)
        ]
        return _with(new, [since for since, _ in made], [earlier for _, earlier in made])

    def _lead(
        self, score: str | None, past: Past, held: tuple[str | None, str | None, str | None] | None
    ) -> tuple[str | None, str | None]:
        """Since when the score stands, and the earlier ones as text."""
        now = in_seconds(self.seen_at)
        earlier: list[tuple[str | None, str]] = [*past]
        if held is not None:
            before, since, text = held
            earlier = _joined(earlier, [(one, at) for one, at in json.loads(text or "[]")])
            if before == score and since:
                return _first(score, since, earlier)
            if since:
                earlier = _joined(earlier, [(before, since)])
        return _first(score, now, earlier)


def as_scored(table: pa.Table, column: str, outcome_at: str | None) -> pa.Table:
    """The leads with the score that stood at their outcome, and when it was made (``scored_at``).

    Where there is no date of an outcome, or nothing is known from before it, that is the present score.
    """
    if _SINCE not in table.column_names:
        return table
    names = (column, _SINCE, _EARLIER)
    dated = outcome_at is not None and outcome_at in table.column_names
    ends = _texts(table, str(outcome_at)) if dated else [None] * table.num_rows
    rows = zip(*(_texts(table, name) for name in names), ends, strict=True)
    chosen = [_at(score, since, earlier, end) for score, since, earlier, end in rows]
    left = table.drop_columns(list(HIDDEN))
    scores = pa.array([score for score, _ in chosen], pa.string())
    scored = left.set_column(left.column_names.index(column), column, scores)
    if SCORED_AT in scored.column_names:
        return scored
    return scored.append_column(SCORED_AT, pa.array([since or None for _, since in chosen], pa.string()))


def _at(
    score: str | None, since: str | None, earlier: str | None, end: str | None
) -> tuple[str | None, str | None]:
    """The newest score that was surely made before the outcome.

    CRMs score a lead anew within minutes of its conversion: where only the day of the outcome is known, a
    score of that day may know it. It is taken where there is none from before, the first of that day.
    """
    if end is None or since is None or earlier is None:
        return score, since
    known: list[tuple[str | None, str]] = [*((one, at) for one, at in json.loads(earlier)), (score, since)]
    if before := [entry for entry in known if _is_before(entry[1], end)]:
        return before[-1]
    day = str(day_of(end) or end[:10])
    return next((entry for entry in known if entry[1][: len(day)] <= day), (score, since))


def _is_before(at: str, end: str) -> bool:
    """Whether a moment (ISO 8601, UTC) came before an outcome: before its day where no time is told."""
    if len(end.strip()) <= _DAY:
        return at[:_DAY] < end.strip()
    try:
        made, ended = datetime.fromisoformat(at), datetime.fromisoformat(end.strip())
    except ValueError:
        return at[:_DAY] < end[:_DAY]
    return _in_utc(made) < _in_utc(ended)


def _in_utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _first(score: str | None, since: str, earlier: list[tuple[str | None, str]]) -> tuple[str, str | None]:
    """A score that the history dates earlier stands since then."""
    while earlier and earlier[-1][0] == score:
        since = earlier.pop()[1] or since
    return since, json.dumps(earlier) if earlier else None


def _joined(
    one: Sequence[tuple[str | None, str]], other: Sequence[tuple[str | None, str]]
) -> list[tuple[str | None, str]]:
    """Both in the order of time; a score that follows itself stands once, since its first date."""
    made: list[tuple[str | None, str]] = []
    for score, at in sorted({*one, *other}, key=lambda entry: entry[1]):
        if not made or made[-1][0] != score:
            made.append((score, at))
    return made


def _held(old: pa.Table, column: str) -> dict[str, tuple[str | None, str | None, str | None]]:
    if column not in old.column_names or _SINCE not in old.column_names:
        return {}
    columns = (_texts(old, name) for name in (column, _SINCE, _EARLIER))
    return dict(zip(_texts(old, "lead_key"), zip(*columns, strict=True), strict=True))


def _with(table: pa.Table, since: list[str | None], earlier: list[str | None]) -> pa.Table:
    made = table.append_column(_SINCE, pa.array(since, pa.string()))
    return made.append_column(_EARLIER, pa.array(earlier, pa.string()))


def _texts(table: pa.Table, name: str) -> list[Any]:
    found: list[Any] = table[name].to_pylist()
    return found
