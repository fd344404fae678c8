"""The test of the groups that were picked, on leads that took no part in the picking."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from audit.arrays import BoolArray, FloatArray
from audit.inference import holm
from audit.intervals import mover, student, welch_df, wilson
from audit.schema import Stream
from audit.subgroups.contrast import Block, p_value, surely
from audit.subgroups.cover import by_conditions, members
from audit.subgroups.lattice import Candidate, Lattice
from audit.subgroups.model import Subgroup
from audit.subgroups.treatment import SQUARES, SUM, N, Treatment
from audit.subgroups.words import Counted, told

Ends = tuple[float, float, float]


def confirm(
    of: Lattice, chosen: tuple[Candidate, ...], found: tuple[Treatment, ...], stream: Stream
) -> tuple[Subgroup, ...]:
    """The groups whose test holds after Holm's correction, those that are surely furthest behind first.

    Their intervals hold together for all groups that were tested (Bonferroni), so that it does not matter
    which of these are told: in at most ``1 - confidence`` of audits does any of them miss the true value.
    """
    blocks = [_effective(of, one, by_conditions(of, one)) for one in chosen]
    p = np.array(
        [
            float(p_value(block, np.array([[one.metric, *block.inner]]))[0])
            for one, block in zip(chosen, blocks, strict=True)
        ]
    )
    level = 1 - stream.audit.confidence
    adjusted = holm(p)
    sure = np.flatnonzero(adjusted < level)
    together = 1 - level / len(chosen)
    made = [
        _subgroup(of, chosen[i], blocks[i], (found[chosen[i].metric], float(adjusted[i]), together))
        for i in sure
    ]
    enough = [one for one in made if one.n >= min(of.least, stream.audit.minimum_group)]
    width = {one.metric: abs(one.unit) for one in found}
    return tuple(
        sorted(enough, key=lambda one: (-(one.surely or 0) / width[one.metric], one.attribute, one.group))
    )


def _subgroup(of: Lattice, one: Candidate, block: Block, tested: tuple[Treatment, float, float]) -> Subgroup:
    metric, p_adjusted, confidence = tested
    value, low, high = (metric.unit * end for end in _gap(block, one.metric, confidence))
    group, rest = _group(block, one.metric)
    leads = _group(by_conditions(of, one), one.metric)[0]
    n, hits = round(float(leads[N])), round(float(leads[SUM]))
    attribute = tuple(of.fields[place].name for place in one.fields)
    levels = tuple(
        of.fields[place].levels[code - 1] for place, code in zip(one.fields, one.codes, strict=True)
    )
    counted = Counted(
        metric=metric.metric,
        group=metric.offset + metric.unit * float(group[SUM] / group[N]),
        rest=metric.offset + metric.unit * float(rest[SUM] / rest[N]),
        hits=hits if metric.rate else None,
        n=n,
    )
    return Subgroup(
        attribute=attribute,
        group=levels,
        metric=metric.metric,
        value=value,
        low=min(low, high),
        high=max(low, high),
        p_adjusted=p_adjusted,
        n=n,
        found_by="search",
        group_value=counted.group,
        reference_value=counted.rest,
        hits=counted.hits,
        surely=float(surely(block, np.array([[one.metric, *block.inner]]), confidence)[0]) * abs(metric.unit),
        text=told(attribute, levels, counted),
    )


def _effective(of: Lattice, one: Candidate, block: Block) -> Block:
    """The moments as of independent leads: divided by the design effect of accounts, which is at least 1.

    That of the group or of all others, whichever is larger: the variance with whole accounts as the units
    over the one with leads as the units.
    """
    if of.account is None:
        return block
    inside = members(of, one)
    effect = max(_design_effect(of, one.metric, part) for part in (inside, ~inside))
    return replace(block, moments=block.moments / effect)


def _design_effect(of: Lattice, metric: int, part: BoolArray) -> float:
    n, total, squares = of.moments[metric][:, part]
    if of.account is None or n.sum() < 2:
        return 1.0
    mean = total.sum() / n.sum()
    alone = squares.sum() - n.sum() * mean**2
    by_account = np.bincount(of.account[part], total - n * mean)
    accounts = np.count_nonzero(np.bincount(of.account[part], n))
    if not alone > 0 or accounts < 2:
        return float(n.sum())
    return max(float((by_account**2).sum() / alone) * accounts / (accounts - 1), 1.0)


def _group(block: Block, metric: int) -> tuple[FloatArray, FloatArray]:
    """Moments of the group, and of all other leads."""
    moments = block.moments[metric]
    group = moments[:, *block.inner]
    return group, moments.reshape(3, -1).sum(axis=1) - group


def _gap(block: Block, metric: int, confidence: float) -> Ends:
    """Group minus all others, with its interval: Newcombe's for rates, Welch's for means."""
    pair = np.stack(_group(block, metric), axis=1)
    n, total = pair[N], pair[SUM]
    mean = total / n
    if block.rate[metric]:
        low, high = wilson(total, n, confidence)
        ends = mover(mean[:1], (low[:1], high[:1]), mean[1:], (low[1:], high[1:]))
    else:
        own = np.maximum(pair[SQUARES] - total * mean, 0) / np.maximum(n - 1, 1)
        error = np.maximum(own, block.spread[metric] / n) / n
        df = welch_df(error[:1], np.maximum(n[:1] - 1, 1), error[1:], np.maximum(n[1:] - 1, 1))
        ends = student(mean[:1] - mean[1:], error.sum(keepdims=True), df, confidence)
    return float(mean[0] - mean[1]), float(ends[0][0]), float(ends[1][0])
