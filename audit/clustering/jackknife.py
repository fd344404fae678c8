"""Design effects by the delete-a-group jackknife: every number again without each bucket of accounts.

The variance of a number with whole accounts as the units is ``(K - 1) / K`` times the sum of squared
moves that it makes when one of K random groups of accounts is left out. It asks nothing of the number but
that it can be computed, so every metric and comparison has one, those between groups that share
accounts too. K is the effective number of random groups that hold the group's leads, which is small
where few accounts, or one very large one, make up the group; Student's quantile with K - 1 degrees of
freedom allows for how well K groups tell a variance.

References
----------
P. S. Kott (2001), Journal of Official Statistics 17:521 (delete-a-group jackknife). L. Kish (1965),
Survey Sampling (design effect). E. Korn and B. Graubard (1998), Survey Methodology 24:193 (intervals from
the effective sample size). A. Carter, K. Schnepel and D. Steigerwald (2017), Review of Economics and
Statistics 99:698 (effective number of clusters).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pyarrow as pa

from audit.arrays import BoolArray, FloatArray
from audit.clustering.accounts import FEWEST, Accounts, accounts_by_group
from audit.clustering.effect import ESTIMATE, DesignEffects, Effect, Key, Names
from audit.clustering.figures import SHARES, Figure, figures, frame_of
from audit.clustering.leave_out import whole_and_parts
from audit.cube import Cube
from audit.registry import metric
from audit.schema import Stream

_PARTS = MappingProxyType(
    {"score_quantile": SHARES, "score_gap_widest": SHARES, "score_gap_area": SHARES, "abroca": "auc"}
)
"""What the design effect of a number that is not smooth is taken from."""
_STEADY = 20.0
"""Effective number of random groups below which a group's own design effect does not stand alone."""


def design_effects(
    table: pa.Table, stream: Stream, cube: Cube, accounts: Accounts | None
) -> DesignEffects | None:
    """The design effect of every estimate and comparison of an audit; None without accounts."""
    if accounts is None:
        return None
    whole, parts = whole_and_parts(table, stream, cube, accounts)
    frame = frame_of(whole, stream)
    seen = figures(whole, frame)
    moves = {key: _Moves.start(figure) for key, figure in seen.items()}
    for part in parts if accounts.buckets > 1 else ():
        for key, figure in figures(part, frame).items():
            if key in moves:
                moves[key].add(seen[key], figure)
    own = {key: _effect(seen[key], moves[key]) for key in seen}
    groups = {key[0]: figure.part for key, figure in seen.items() if key[2] == ESTIMATE}
    return DesignEffects(
        effects=dict(_shared(own, seen)),
        accounts={names: accounts_by_group(table, accounts, part) for names, part in groups.items()},
        fewest=FEWEST,
    )


@dataclass(slots=True, kw_only=True, eq=False)
class _Moves:
    """Running sums over the buckets left out: squared moves of the value, and leads left out."""

    squares: FloatArray
    leads: FloatArray
    leads_squared: FloatArray
    buckets: FloatArray

    @classmethod
    def start(cls, figure: Figure) -> _Moves:
        return cls(
            squares=np.zeros_like(figure.value),
            leads=np.zeros_like(figure.weight),
            leads_squared=np.zeros_like(figure.weight),
            buckets=np.zeros_like(figure.weight),
        )

    def add(self, whole: Figure, part: Figure) -> None:
        """One more bucket left out; a group that is gone without it has no value there and does not move."""
        value, weight = _aligned(whole, part)
        left_out = np.maximum(whole.weight - weight, 0.0)
        moved = (value - whole.value) ** 2
        self.squares += np.where(np.isfinite(moved), moved, 0.0)
        self.leads += left_out
        self.leads_squared += left_out**2
        self.buckets += left_out > 0


def _aligned(whole: Figure, part: Figure) -> tuple[FloatArray, FloatArray]:
    """Value and weight of a part in the order of the whole's groups."""
    if part.part.groups == whole.part.groups:
        return part.value, part.weight
    place = {group: i for i, group in enumerate(part.part.groups)}
    order = np.array([place.get(group, -1) for group in whole.part.groups])
    here = order >= 0
    value, weight = np.full_like(whole.value, np.nan), np.zeros_like(whole.weight)
    value[..., here], weight[..., here] = part.value[..., order[here]], part.weight[..., order[here]]
    return value, weight


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Own:
    """Variance with accounts and with leads as the units, and effective random groups, of each group.

    ``leads`` weighs the groups where they share one design effect.
    """

    clustered: FloatArray
    independent: FloatArray
    effective: FloatArray
    leads: FloatArray


def _effect(figure: Figure, moves: _Moves) -> Own:
    buckets = np.maximum(moves.buckets[0], 1.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = moves.leads**2 / moves.leads_squared
    effective = np.nan_to_num(spread, nan=1.0).min(axis=0)
    return Own(
        clustered=(buckets - 1) / buckets * moves.squares.sum(axis=0),
        independent=np.nansum(figure.independent, axis=0),
        effective=effective,
        leads=figure.weight[0],
    )


def _shared(own: dict[Key, Own], seen: dict[Key, Figure]) -> Iterator[tuple[Key, Effect]]:
    """Effects of all numbers, those that have none of their own taken from what they are made of."""
    alone = {key: deff_of(one) for key, one in own.items()}
    for key in own:
        attributes, name, kind = key
        if name == SHARES:
            continue
        deff, parts = alone[key], (attributes, _PARTS.get(metric(name).id, ""), ESTIMATE)
        if parts in alone:
            deff = alone[parts]
            if kind != ESTIMATE:
                deff = np.maximum(deff, deff[seen[key].reference or 0])
        if name == "option_distance":
            deff = _of_options(own, attributes)
        yield key, Effect(deff=deff, df=_df(key, own, seen))
        if name == "count":
            # The calibration error resamples, so it is not computed again: its bands are.
            bands = Effect(deff=_of_bands(own, attributes), df=_df(key, own, seen))
            yield (attributes, "calibration_error", ESTIMATE), bands


def deff_of(one: Own) -> FloatArray:
    """Clustered over independent variance: of its own where enough groups tell it, else all groups' too."""
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = one.clustered / one.independent
    usable = np.isfinite(ratio) & (one.clustered > 0)
    common = _common(one, usable & (one.effective >= _STEADY))
    ratio = np.where(usable, ratio, common)
    ratio = np.where(one.effective < _STEADY, np.maximum(ratio, common), ratio)
    return np.maximum(ratio, 1.0)


def _common(one: Own, usable: BoolArray) -> float:
    """Design effect of all groups together, weighted by leads."""
    weight = one.leads[usable] ** 2
    independent = float((weight * one.independent[usable]).sum())
    return float((weight * one.clustered[usable]).sum()) / independent if independent > 0 else 1.0


def _of_bands(own: dict[Key, Own], attributes: Names) -> FloatArray:
    """Design effect of a sum of distances over the score's bands: from the outcome rate of each band."""
    bands = [
        one
        for (names, name, kind), one in own.items()
        if names == attributes and name.startswith("outcome_rate@") and kind == ESTIMATE
    ]
    groups = len(own[attributes, "count", ESTIMATE].leads)
    top, bottom = np.zeros(groups), np.zeros(groups)
    for one in bands:
        deff = deff_of(one)
        independent = np.sqrt(np.nan_to_num(one.independent)) * one.leads
        top += np.sqrt(deff) * independent
        bottom += independent
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(bottom > 0, (top / bottom) ** 2, 1.0)


def _of_options(own: dict[Key, Own], attributes: Names) -> FloatArray:
    """Design effect of the distance of two mixes, which is not smooth: from the gap of each option."""
    gaps = [
        one
        for (names, name, kind), one in own.items()
        if names == attributes
        and name.startswith(("option_rate@", "level_at_least@"))
        and kind == "difference"
    ]
    top, bottom = (np.zeros(len(own[attributes, "count", ESTIMATE].leads)) for _ in range(2))
    for one in gaps:
        independent = np.nan_to_num(one.independent)
        top += deff_of(one) * independent
        bottom += independent
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(bottom > 0, top / bottom, 1.0)


def _df(key: Key, own: dict[Key, Own], seen: dict[Key, Figure]) -> FloatArray:
    """Effective random groups less one; of a comparison, of the side that has fewer."""
    effective, reference = own[key].effective, seen[key].reference
    if reference is not None:
        other = own[key[0], "count", ESTIMATE].effective[reference]
        effective = np.minimum(effective, other)
    return np.maximum(effective - 1.0, 1.0)
