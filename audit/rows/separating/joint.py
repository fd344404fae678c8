"""How well the features together give an attribute away, and the few that suffice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from audit.inference import benjamini_hochberg, normal_p
from audit.intervals import quantile
from audit.rows.clusters import Clusters, clusters
from audit.rows.levels import Levels, Reals, feature, groups
from audit.rows.separating.discriminant import Held, Task, held_out, task
from audit.rows.separating.pairs import with_pairs
from audit.rows.separating.separation import MOST_GROUPS, surely_tells
from audit.schema import Stream

PREFIX = "feature:"
PAIRED = 0.05
"""Of the chance of a false alarm, what goes to the search with pairs: a p-value is divided by its part."""
SURELY = 0.95
CARRIED = 0.9
MOST_CARRYING = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class JointProxy:
    """All features together as a stand-in for one attribute (``joint_proxies`` in audit.json).

    ``auc`` is held-out, one group against the rest, averaged over groups; ``n`` the leads that it
    is measured on. ``carried_by`` are the features, the most telling first, that reach nine tenths
    of what all of them tell (at most ten), ``carried_auc`` is what these alone reach; both empty
    where the features together tell nothing sure.
    """

    attribute: str
    features: tuple[str, ...]
    auc: float
    low: float
    high: float
    p_adjusted: float
    n: int
    carried_by: tuple[str, ...]
    carried_auc: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """What a set of features tells about one attribute, before correction for many attributes."""

    held: Held
    p: float
    n: int
    tasks: tuple[Task, ...]


def joint_proxies(table: pa.Table, stream: Stream, seed: int) -> tuple[JointProxy, ...]:
    """All features together against every attribute.

    A feature that tells little alone may tell much with others: ten features that each correlate by
    0.30 with a group identify it with an AUC of 0.92. Groups under ``minimum_group`` and unknown
    values take no part; fewer than two features are not "together", and give nothing here.

    ``p_adjusted`` tests an AUC of 0.5, two-sided, corrected over the attributes by Benjamini
    and Hochberg (1995), JRSS B 57:289. The method sees what adds up and,
    from 500 leads on, what two features tell only in combination; not what takes three.
    """
    names = [column[len(PREFIX) :] for column in table.column_names if column.startswith(PREFIX)]
    if len(names) < 2:
        return ()
    features, least = [feature(table, name) for name in names], stream.audit.minimum_group
    accounts = clusters(table, seed)
    if accounts is not None and accounts.too_few:
        return ()
    told = [
        (attribute.name, together(features, groups(table, attribute.name, least), seed, accounts))
        for attribute in stream.attributes
    ]
    found = [(attribute, one) for attribute, one in told if one is not None]
    corrected = benjamini_hochberg(np.asarray([one.p for _, one in found], dtype=np.float64))
    made = [
        _joint((attribute, names), one, float(p), stream.audit.confidence)
        for (attribute, one), p in zip(found, corrected, strict=True)
    ]
    return tuple(made)


def jointly_informative(one: JointProxy, confidence: float) -> bool:
    """Whether the features together surely tell something about the attribute."""
    return surely_tells(one.low, one.p_adjusted, confidence)


def together(
    features: Sequence[Levels], group: Levels, seed: int, accounts: Clusters | None = None
) -> Together | None:
    """The features together against one attribute; None without two groups or without a feature."""
    if group.size < 2 or not features:
        return None
    order = np.random.default_rng(seed).permutation(group.codes.size)
    counts = np.bincount(group.codes[group.codes >= 0], minlength=group.size)
    largest = np.argsort(-counts, kind="stable")[:MOST_GROUPS].tolist()
    targets = largest[:1] if group.size == 2 else largest
    tasks = tuple(task(features, group, target, order, accounts) for target in targets)
    held = _averaged(tasks, range(len(features)))
    found = Together(held=held, p=min(_p(held) / (1 - PAIRED), 1.0), n=_leads(tasks, group), tasks=tasks)
    return _better(found, features)


def _better(found: Together, features: Sequence[Levels]) -> Together:
    """With pairs of features, where these surely tell more than what adds up."""
    made = [
        with_pairs(one, [Levels(codes=each.codes[one.rows], names=each.names) for each in features])
        for one in found.tasks
    ]
    tasks = tuple(one for one in made if one is not None)
    if len(tasks) < len(made):
        return found
    held = _averaged(tasks, range(tasks[0].encoded.shape[2]))
    if held.auc - quantile(SURELY) * held.variance**0.5 <= found.held.auc:
        return found
    return replace(found, held=held, p=min(_p(held) / PAIRED, 1.0), tasks=tasks)


def _p(held: Held) -> float:
    if held.null_variance < 1e-12:  # every lead is told the same
        return 1.0
    z = np.asarray([(held.auc - 0.5) / np.sqrt(held.null_variance)])
    return float(normal_p(z)[0])


def _leads(tasks: Sequence[Task], group: Levels) -> int:
    return min(int((group.codes >= 0).sum()), sum(one.target.size for one in tasks))


def _averaged(tasks: Sequence[Task], chosen: Sequence[int]) -> Held:
    """The mean over groups; their errors are taken as fully dependent, which is cautious."""
    each = [held_out(one, chosen) for one in tasks]
    return Held(
        auc=float(np.mean([one.auc for one in each])),
        variance=float(np.mean([one.variance**0.5 for one in each]) ** 2),
        null_variance=float(np.mean([one.null_variance**0.5 for one in each]) ** 2),
    )


def _joint(named: tuple[str, list[str]], one: Together, p: float, confidence: float) -> JointProxy:
    attribute, names = named
    half = quantile(confidence) * float(np.sqrt(one.held.variance))
    made = JointProxy(
        attribute=attribute,
        features=tuple(names),
        auc=one.held.auc,
        low=max(0.0, one.held.auc - half),
        high=min(1.0, one.held.auc + half),
        p_adjusted=p,
        n=one.n,
        carried_by=(),
        carried_auc=None,
    )
    if not jointly_informative(made, confidence):
        return made
    chosen, auc = _carrying(one.tasks, made.auc)
    return replace(made, carried_by=_named(one.tasks, names, chosen), carried_auc=auc)


def _named(tasks: Sequence[Task], names: list[str], chosen: list[int]) -> tuple[str, ...]:
    """The features behind the chosen columns; of a pair's column, the pair that most models chose."""
    found: dict[str, None] = {}
    for column in chosen:
        behind: tuple[int, ...] = (column,)
        if column >= len(names):
            slots = Counter(fold[column - len(names)] for one in tasks for fold in one.pairs)
            behind = slots.most_common(1)[0][0]
        found.update(dict.fromkeys(names[i] for i in behind))
    return tuple(found)


def _carrying(tasks: Sequence[Task], auc: float) -> tuple[list[int], float]:
    """Features in the order of how much each adds, until they tell nine tenths of what all tell."""
    moments = [_correlations(np.column_stack([one.tested, one.target])) for one in tasks]
    chosen: list[int] = []
    reached = 0.5
    while reached < 0.5 + CARRIED * (auc - 0.5) and len(chosen) < min(MOST_CARRYING, len(moments[0]) - 1):
        chosen.append(_next(moments, chosen))
        reached = _averaged(tasks, chosen).auc
    return chosen, reached


def _correlations(columns: Reals) -> Reals:
    """Correlation matrix; 0 where a column does not vary."""
    centred = columns - columns.mean(axis=0)
    length = np.sqrt((centred**2).sum(axis=0))
    centred = centred / np.where(length > 1e-9, length, np.inf)
    return np.asarray(centred.T @ centred, dtype=np.float64)


def _next(moments: list[Reals], chosen: list[int]) -> int:
    """The feature that explains most of what the chosen ones leave, summed over groups."""
    gain = np.sum([_gain(one, chosen) for one in moments], axis=0)
    gain[chosen] = -1
    return int(np.argmax(gain))


def _gain(moment: Reals, chosen: list[int]) -> Reals:
    left = moment
    if chosen:
        known = moment[:, chosen]
        left = moment - known @ np.linalg.pinv(moment[np.ix_(chosen, chosen)]) @ known.T
    own = np.diag(left)[:-1]
    return np.where(own > 1e-9, left[:-1, -1] ** 2 / np.maximum(own, 1e-9), 0.0)
