"""Differential privacy: random noise in place of hidden counts, by OpenDP, in whole numbers only.

Every table is a histogram over disjoint cells, so one lead more or less changes one cell of it by one: its
sensitivity is 1 (L1, neighbours differ by adding or removing one lead; replacing one costs twice the
epsilon). Discrete Laplace noise of scale 1/e on every cell makes the table e-private (Ghosh, A.,
Roughgarden, T. and Sundararajan, M. 2012, SIAM J. Comput. 41, 1673-1693), all its cells together (parallel
composition). The tables share the epsilon equally (sequential composition). Which groups have a name of
their own is decided by a noisy count too, against a threshold that a lone lead reaches with a chance of
delta at most. Sums and rates of noisy counts cost nothing more (post-processing). OpenDP samples whole
numbers exactly, so the known attack on floating-point noise (Mironov, I. 2012, CCS, 650-661) has no hold.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from math import ceil, isfinite, log

import numpy as np

from audit.arrays import BoolArray
from audit.cube import Cube
from audit.release.basis import Basis, basis_of
from audit.release.counted import atoms
from audit.release.facts import Fact, band_facts, decision_facts
from audit.release.model import Group, Noise, Release, Terms, sealed
from audit.release.noise_scale import (
    FOR_NAMES,
    LARGEST_EPSILON,
    LARGEST_SCALE,
    SLACK,
    SMALLEST_EPSILON,
    scale_of,
)
from audit.release.shape import OTHER, Dimension, Shape
from audit.schema import BadInput
from audit.tally.columns import ATTRIBUTE

DELTA = 1e-7


def check_epsilon(epsilon: float) -> None:
    """Raise BadInput for an epsilon that is no number, says nothing, or protects nobody."""
    if not isfinite(epsilon) or not SMALLEST_EPSILON <= epsilon <= LARGEST_EPSILON:
        message = (
            f"epsilon is {epsilon:g}: choose from {SMALLEST_EPSILON:g} (much noise) to {LARGEST_EPSILON:g}"
        )
        raise BadInput(message)


def named_groups(cube: Cube, shape: Shape, epsilon: float) -> Shape:
    """The shape with the groups that a noisy count shows to exist; all others are counted together.

    Spends the part of ``epsilon`` that goes to names, shared among the attributes. The names of groups must
    not tell that one lead exists, so the names in ``shape`` are not taken over but found anew.
    """
    each = epsilon * FOR_NAMES / max(len(shape.dimensions), 1)
    dimensions = []
    for dimension in shape.dimensions:
        axis = cube.axis(ATTRIBUTE + dimension.name)
        leads = np.bincount(cube.column(axis.name), cube.n, minlength=axis.size)
        seen = _seen(
            dict(zip(axis.levels, map(int, leads.tolist()), strict=True)), each, len(shape.dimensions)
        )
        reference = dimension.reference if dimension.reference in seen else None
        dimensions.append(Dimension(name=dimension.name, levels=(*seen, OTHER), reference=reference))
    return replace(shape, dimensions=tuple(dimensions))


def noisy_release(cube: Cube, shape: Shape, terms: Terms, epsilon: float) -> Release:
    """Draw the noise once and make the release; whoever calls has spent ``epsilon`` of the budget before.

    Score bands must not come from the leads (`audit.release.plain_shape`).

    Raises
    ------
    BadInput
        ``epsilon`` is out of range, or the extra ``privacy`` is not installed.
    """
    check_epsilon(epsilon)
    require_opendp()
    shape = named_groups(cube, shape, epsilon)
    basis = basis_of(cube, shape)
    banded = [scope for scope in shape.scopes if len(scope) < 2 and shape.bands]
    scale = _scale(epsilon, len(shape.scopes) + len(banded))
    facts = decision_facts(shape) + band_facts(shape)
    groups = []
    for scope in shape.scopes:
        tables = [_noisy(basis, scope, decision_facts(shape), scale)]
        tables += [_noisy(basis, scope, band_facts(shape), scale)] if scope in banded else []
        groups += _groups(shape, scope, tables)
    return sealed(
        terms=terms,
        k=shape.k,
        edges=shape.edges,
        dimensions=shape.dimensions,
        facts=facts,
        groups=tuple(groups),
        left_out=False,
        noise=Noise(epsilon=epsilon, delta=DELTA, scale=scale),
    )


def _scale(epsilon: float, tables: int) -> float:
    scale = scale_of(epsilon, tables)
    if scale > LARGEST_SCALE:
        message = (
            f"{tables} tables with epsilon {epsilon:g} would be nothing but noise: cross fewer attributes"
        )
        raise BadInput(message)
    return scale


def require_opendp() -> None:
    """Raise BadInput where the extra is not installed."""
    try:
        import opendp.prelude  # noqa: F401, PLC0415 - an extra
    except ImportError:
        message = 'noise needs the extra "privacy": pip install "fairlead[privacy]"'
        raise BadInput(message) from None


def _noisy(
    basis: Basis, scope: tuple[int, ...], facts: tuple[Fact, ...], scale: float
) -> dict[tuple[int, ...], tuple[int, ...]]:
    """One table: noise in its finest cells, and every fact as a sum of these, by group."""
    finest = [fact for fact in facts if atoms(fact, facts) == {fact}]
    levels = list(product(*(range(len(basis.shape.dimensions[i].levels)) for i in scope)))
    width = len(basis.shape.dimensions)
    exact = [
        int(basis.n[_members(basis, scope, group) & fact.holds(basis.codes[:, width:])].sum())
        for group in levels
        for fact in finest
    ]
    drawn = np.array(_laplace(exact, scale), dtype=np.int64).reshape(len(levels), len(finest))
    sums = np.array([[one in atoms(fact, facts) for one in finest] for fact in facts], dtype=np.int64)
    return {
        group: tuple(int(count) for count in sums @ row) for group, row in zip(levels, drawn, strict=True)
    }


def _members(basis: Basis, scope: tuple[int, ...], group: tuple[int, ...]) -> BoolArray:
    found = np.ones(len(basis.n), dtype=np.bool_)
    for place, level in zip(scope, group, strict=True):
        found &= basis.codes[:, place] == level
    return found


def _groups(
    shape: Shape, scope: tuple[int, ...], tables: list[dict[tuple[int, ...], tuple[int, ...]]]
) -> list[Group]:
    attribute = tuple(shape.dimensions[i].name for i in scope)
    return [
        Group(
            attribute=attribute,
            group=tuple(shape.dimensions[i].levels[level] for i, level in zip(scope, group, strict=True)),
            counts=tuple(count for table in tables for count in table[group]),
        )
        for group in tables[0]
    ]


def _laplace(counts: list[int], scale: float) -> list[int]:
    from opendp import domains, measurements, metrics, mod  # noqa: PLC0415 - an extra

    mod.enable_features("contrib")
    space = domains.vector_domain(domains.atom_domain(T=int)), metrics.l1_distance(T=int)
    mechanism = measurements.make_laplace(*space, scale=scale)
    return [int(count) for count in mechanism(counts)]


def _seen(leads: dict[str, int], epsilon: float, attributes: int) -> tuple[str, ...]:
    """Levels whose noisy count passes a threshold; both are OpenDP's, and so is the proof of the delta."""
    from opendp import domains, measurements, metrics, mod  # noqa: PLC0415 - an extra

    mod.enable_features("contrib")
    space = (
        domains.map_domain(domains.atom_domain(T=str), domains.atom_domain(T=int)),
        metrics.l01inf_distance(metrics.absolute_distance(T=int)),
    )
    scale = SLACK / epsilon
    threshold = ceil(2 + scale * log(attributes / DELTA))
    mechanism = measurements.make_laplace_threshold(*space, scale=scale, threshold=threshold)
    spent = mechanism.map((1, 1, 1))  # type: ignore[no-untyped-call]
    if spent[0] > epsilon or spent[1] * attributes > DELTA:
        message = "the noise of the group names would cost more than was asked for"
        raise ValueError(message)
    return tuple(sorted(level for level in mechanism(leads) if level != OTHER))
