"""Fields that give the group away: dropped, made coarse, decorrelated, or repaired towards the median."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from audit.finding.words import listed
from audit.finding.words import plain as words_of
from audit.rows.levels import Codes, Reals
from audit.rows.mitigation import remaking
from audit.rows.mitigation.attempt import MISSING, Attempt, Made, NotHere
from audit.rows.mitigation.bench import Bench
from audit.rows.mitigation.encoded import Column
from audit.rows.mitigation.learning import Fields, Prepare, Remake, cross_fitted, plain
from audit.rows.mitigation.model import Remedy
from audit.rows.mitigation.wording import TRAINED_LABELS

COARSE = 4
GRID = np.linspace(0, 1, 201)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Way:
    """A remedy on the proxies: how our columns change, or their numbers, or a customer's own frame."""

    remedy: Remedy
    remake: Remake
    columns: Callable[[tuple[Column, ...]], tuple[Column, ...]] | None = None
    prepare: Prepare | None = None


def attempts(leads: Bench, proxies: tuple[str, ...]) -> tuple[Attempt, ...]:
    """Every remedy on the fields that surely give the group away, the strongest first; none without any."""
    if not proxies:
        return ()
    every = proxies if len(proxies) > 1 else ()
    ways = [*(_dropped((name,)) for name in proxies), *([_dropped(every)] if every else [])]
    ways += [_coarsened(proxies), _decorrelated(proxies), _repaired(proxies)]
    return tuple(_attempt(leads, way) for way in ways)


def _attempt(leads: Bench, way: _Way) -> Attempt:
    def run() -> Made:
        fields = way.columns(leads.columns) if way.columns else leads.columns
        if not fields:
            msg = "no field would be left to learn from"
            raise NotHere(msg)
        return Made(decided=leads.queue.top(cross_fitted(leads, fields, plain, way.prepare, way.remake)))

    return Attempt(remedy=way.remedy, run=run, trained=True)


def _remedy(kind: str, names: tuple[str, ...], words: tuple[str, str, str], *, aware: bool) -> Remedy:
    title, what, source = words
    return Remedy(
        id=f"{kind}:{'+'.join(names)}",
        family="fields",
        title=f"{title} {listed(tuple(map(words_of, names)))}",
        what=what,
        needs="training data",
        labels=TRAINED_LABELS,
        source=source,
        attribute_at_decision=aware,
    )


def _dropped(names: tuple[str, ...]) -> _Way:
    words = (
        "Train without",
        "Train a score anew that never sees what gives the group away. Other fields may say the same.",
        "the proxy map of the audit",
    )
    return _Way(
        remedy=_remedy("drop", names, words, aware=False),
        remake=remaking.silent(names),
        columns=lambda fields: tuple(one for one in fields if one.name not in names),
    )


def _coarsened(names: tuple[str, ...]) -> _Way:
    words = (
        "Make coarse",
        (
            f"Train a score anew that sees at most {COARSE} levels of these fields: quarters of a quantity,"
            " the most frequent names and all others."
        ),
        "the proxy map of the audit",
    )
    return _Way(
        remedy=_remedy("coarsen", names, words, aware=False),
        remake=remaking.coarse(names, COARSE),
        columns=lambda fields: tuple(coarse(one) if one.name in names else one for one in fields),
    )


def coarse(column: Column) -> Column:
    """At most four levels."""
    if column.numbers is not None:
        present = np.isfinite(column.numbers)
        edges = np.quantile(column.numbers[present], [0.25, 0.5, 0.75]) if present.any() else np.zeros(3)
        codes = np.where(present, np.searchsorted(edges, column.numbers, side="right"), COARSE)
        return Column(name=column.name, codes=codes, names=tuple("12345"))
    counts = np.bincount(column.codes, minlength=len(column.names))
    kept = np.argsort(-counts, kind="stable")[: COARSE - 1]
    place = np.full(len(column.names), COARSE - 1)
    place[kept] = np.arange(kept.size)
    return Column(name=column.name, codes=place[column.codes], names=tuple("1234"))


def _decorrelated(names: tuple[str, ...]) -> _Way:
    words = (
        "Decorrelate",
        (
            "Train a score anew on what is left of these fields after the group's own mean is taken out of"
            " them. The group of every new lead must be known."
        ),
        "fairlearn CorrelationRemover",
    )
    return _Way(
        remedy=_remedy("decorrelate", names, words, aware=True),
        remake=remaking.columnwise(names, lambda given: _columnwise(given, names, decorrelated)),
        prepare=lambda given: _columnwise(given, names, decorrelated),
    )


def _repaired(names: tuple[str, ...]) -> _Way:
    words = (
        "Repair towards the median",
        (
            "Train a score anew on fields whose values are moved, rank by rank, to the median of all"
            " groups. The group of every new lead must be known."
        ),
        "Feldman et al. (2015), KDD 21:259",
    )
    return _Way(
        remedy=_remedy("repair", names, words, aware=True),
        remake=remaking.columnwise(names, lambda given: _columnwise(given, names, repaired)),
        prepare=lambda given: _columnwise(given, names, repaired),
    )


def _columnwise(given: Fields, names: tuple[str, ...], change: Callable[[Reals, Fields], Reals]) -> Reals:
    places = [place for place, name in enumerate(given.names) if name in names]
    made = given.values.copy()
    made[:, places] = change(_filled(given.values[:, places], given), given)
    return made


def _filled(values: Reals, given: Fields) -> Reals:
    """Missing values by the median of what is learned from."""
    learned = np.where(given.learned[:, None], values, np.nan)
    some = np.isfinite(learned).any(axis=0)
    middle = np.zeros(values.shape[1])
    middle[some] = np.nanmedian(learned[:, some], axis=0)
    return np.where(np.isfinite(values), values, middle)


def decorrelated(values: Reals, given: Fields) -> Reals:
    """What is left of each column after the groups' own means, by fairlearn; raises NotHere without it."""
    try:
        from fairlearn.preprocessing import CorrelationRemover  # noqa: PLC0415 - an extra
    except ImportError:
        raise NotHere(MISSING) from None
    size = int(given.levels.max(initial=0)) + 1
    groups = (given.levels[:, None] == np.arange(1, size)).astype(np.float64)
    joined = np.column_stack([groups, values])
    remover = CorrelationRemover(sensitive_feature_ids=list(range(groups.shape[1])))
    remover.fit(joined[given.learned])
    return np.asarray(remover.transform(joined), dtype=np.float64)


def repaired(values: Reals, given: Fields) -> Reals:
    """Each value by the median over groups of the value at its rank within its own group."""
    made = values.copy()
    found = [
        code for code in np.unique(given.levels).tolist() if (given.levels[given.learned] == code).sum() > 1
    ]
    for place in range(values.shape[1]):
        learned = {code: _learned(values[:, place], given, code) for code in found}
        middle = np.median([np.quantile(one, GRID) for one in learned.values()], axis=0)
        for code, own in learned.items():
            here = given.levels == code
            made[here, place] = np.interp(_ranks(values[here, place], own), GRID, middle)
    return made


def _learned(values: Reals, given: Fields, code: int) -> Reals:
    return np.sort(values[given.learned & (given.levels == code)])


def _ranks(values: Reals, own: Reals) -> Reals:
    """Where each value stands among its group, 0 to 1; equal values in the middle of their places."""
    ends: Codes = np.searchsorted(own, values, side="left") + np.searchsorted(own, values, side="right")
    return np.clip(ends / (2 * own.size), 0, 1)
