"""Learn a remedy on the leads whose outcome is known, once, as it will be told of new ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from audit.rows.imitating.threads import one_thread
from audit.rows.levels import Reals, attribute_levels
from audit.rows.mitigation.attempt import NotHere
from audit.rows.mitigation.bench import Bench, bench, too_little, unjudged
from audit.rows.mitigation.crm_rules import capped, crowding
from audit.rows.mitigation.encoded import Column, Target, encoded
from audit.rows.mitigation.learning import Learn, Lesson, chance, cross_fitted, plain, warm
from audit.rows.mitigation.model import Remedy, Request
from audit.rows.mitigation.queue import Queue
from audit.rows.mitigation.resampling import resampled_rows
from audit.rows.mitigation.reweighing import reweighed, weights
from audit.rows.shadow import fields
from audit.rows.shadow.model import Learned, Way
from audit.rows.shadow.possible import TRAINED, kind_and_fields, why_not
from audit.rows.shadow.scoring import drawn_by_curve
from audit.rows.shadow.trees import trained
from audit.schema import BadInput, Stream

EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Told:
    """How new leads are scored, and the scores by which the number of calls is met."""

    way: Way
    given: Mapping[str, Any]
    score: Reals
    calls: int


def learn(table: pa.Table, stream: Stream, request: Request, remedy: Remedy) -> Learned:
    """Learn a remedy on an admitted table; the same leads and request give the same numbers.

    Its cut calls as many of these leads as the remedy would. For a model trained anew that is told from
    leads that it did not learn from, because scores of leads that it knows are too sure.

    Raises
    ------
    BadInput
        The remedy cannot run as a shadow score, there is too little to learn from, or the leads carry no
        creation day.
    """
    refusal = why_not(remedy)
    if refusal is not None:
        raise BadInput(refusal)
    leads = bench(table, stream, request)
    leads = replace(leads, levels=attribute_levels(leads.table, _attribute(stream, request)))
    lacking = too_little(leads) or unjudged(leads)
    if lacking is not None:
        msg = f"there is too little to learn from: {lacking}"
        raise BadInput(msg)
    told = _told(leads, remedy)
    return Learned(
        remedy=remedy.id,
        title=remedy.title,
        way=told.way,
        given=told.given,
        cut=_cut(told.score, told.calls),
        until=_until(leads),
        leads=leads.size,
        known=int(leads.known.sum()),
        today_cut=_today_cut(leads, request),
        seed=request.seed,
        score=stream.score,
        outcome=stream.outcome,
        higher_is_better=stream.higher_is_better,
    )


def _attribute(stream: Stream, request: Request) -> str:
    names = [one.name for one in stream.attributes]
    if not names or request.attribute not in {None, *names}:
        msg = f"the stream has no attribute {request.attribute or ''!r} any more"
        raise BadInput(msg)
    return request.attribute or names[0]


def _told(leads: Bench, remedy: Remedy) -> _Told:
    kind, rest = kind_and_fields(remedy.id)
    if kind in TRAINED:
        return _trained(leads, kind, rest)
    score = leads.score
    if score is None:
        msg = "the stream has no score any more, and this remedy works on one"
        raise BadInput(msg)
    if kind == "recalibration":
        return _recalibrated(leads, score)
    if kind == "threshold":
        calls = max(round(leads.queue.calls * float(rest[0])), 1)
        return _Told(way="score", given={}, score=score, calls=calls)
    return _capped(leads, score, rest[0])


def _trained(leads: Bench, kind: str, names: tuple[str, ...]) -> _Told:
    used = [one.name for one in leads.columns if kind != "drop" or one.name not in names]
    if not used:
        msg = "no field is left to learn from"
        raise BadInput(msg)
    rules = [fields.rule(leads.table, name, coarse=kind == "coarsen" and name in names) for name in used]
    columns = tuple(one.column(leads.table) for one in rules)
    target = Target(value=leads.won.astype(np.float64), known=leads.known, fold=leads.fold)
    given = {
        "fields": [one.learned(column, target) for one, column in zip(rules, columns, strict=True)],
        "model": _model(leads, columns, target, kind),
    }
    try:
        held_out = cross_fitted(leads, columns, _learner(kind))
    except NotHere as problem:
        raise BadInput(str(problem)) from None
    return _Told(way="model", given=given, score=held_out, calls=leads.queue.calls)


def _model(leads: Bench, columns: tuple[Column, ...], target: Target, kind: str) -> Mapping[str, Any]:
    warm()
    known = leads.known
    levels, won = leads.levels.codes[known], leads.won[known]
    lesson = Lesson(values=encoded(columns, target, None)[known], won=won, levels=levels, seed=leads.seed)
    with one_thread():
        if kind == "reweighing":
            return trained(lesson, weights(won, levels))
        return trained(_resampled(lesson, kind) if kind.endswith("sampling") else lesson, None)


def _learner(kind: str) -> Learn:
    if kind == "reweighing":
        return reweighed
    if kind.endswith("sampling"):
        return lambda lesson: chance(_resampled(lesson, kind), None)
    return plain


def _resampled(lesson: Lesson, kind: str) -> Lesson:
    rows = resampled_rows(lesson.won, lesson.levels, lesson.seed, over=kind == "oversampling")
    return replace(lesson, values=lesson.values[rows], won=lesson.won[rows], levels=lesson.levels[rows])


def _recalibrated(leads: Bench, score: Reals) -> _Told:
    warm()
    from sklearn.isotonic import IsotonicRegression  # noqa: PLC0415 - slow to import

    known = np.isfinite(score)
    used = leads.known & known
    fitted = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip")
    fitted.fit(score[used], leads.won[used].astype(np.float64))
    given = {
        "at": np.asarray(fitted.X_thresholds_, dtype=np.float64).tolist(),
        "chance": np.asarray(fitted.y_thresholds_, dtype=np.float64).tolist(),
        "least": float(score[known].min()),
        "spread": float(np.ptp(score[known])) or 1.0,
    }
    return _Told(way="curve", given=given, score=drawn_by_curve(given, score), calls=leads.queue.calls)


def _capped(leads: Bench, score: Reals, name: str) -> _Told:
    """The level's leads have so much less that they get the calls that the cap leaves them."""
    column = next((one for one in leads.columns if one.name == name), None)
    level, _ = (None, 0.0) if column is None or column.numbers is not None else crowding(leads, column)
    if column is None or level is None:
        msg = f"no value of {name!r} has more calls than its share of the leads now: there is nothing to cap"
        raise BadInput(msg)
    here = column.codes == level
    one = Queue(
        of=np.zeros(leads.size, np.int64), places=np.asarray([leads.queue.calls]), lot=leads.queue.lot
    )
    called = capped(one, score, here) > 0
    cut = _cut(score[~here], int((called & ~here).sum()))
    theirs = _cut(score[here], int((called & here).sum()))
    less = max(theirs - cut, 0.0)
    value = str(fields.names(leads.table, name)[np.flatnonzero(here)[0]])
    given = {"field": name, "value": value, "less": less}
    return _Told(way="less", given=given, score=np.where(here, score - less, score), calls=int(called.sum()))


def _cut(score: Reals, calls: int) -> float:
    """The lowest score among the best so many; above all of them where nobody is called."""
    best = -np.sort(-score[np.isfinite(score)])
    if not best.size:
        return 0.0
    return float(best[min(calls, best.size) - 1]) if calls > 0 else float(np.nextafter(best[0], np.inf))


def _today_cut(leads: Bench, request: Request) -> float | None:
    """None where the stream says who is called, and nobody asked for another number of calls."""
    asked = request.calls or request.calls_per_day
    if leads.score is None or ("selected" in leads.table.column_names and not asked):
        return None
    return _cut(leads.score, leads.queue.calls)


def _until(leads: Bench) -> date:
    """The last creation day of what is learned from."""
    if "created" not in leads.table.column_names:
        msg = "the leads carry no creation day, so new ones cannot be told apart; name created in the stream"
        raise BadInput(msg)
    days = leads.table.column("created").cast(pa.int32()).to_pylist()
    known = [day for day, used in zip(days, leads.known, strict=True) if used and day is not None]
    return EPOCH + timedelta(days=max(known, default=0))
