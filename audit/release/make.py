"""Counts in, release out: what must be hidden is hidden, and the rest is proven to keep it so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from audit.arrays import BoolArray
from audit.cube import Cube
from audit.release.basis import Basis, basis_of
from audit.release.chain import extend, protect, prove_chain
from audit.release.earlier import (
    Made,
    chain_of,
    difference_of,
    group_of,
    known_of,
    must_hide,
    shown,
    unchanged_known,
)
from audit.release.model import Group, Release, Terms, sealed
from audit.release.sensitive import small_counts
from audit.release.shape import SMALLEST_K, Shape, shape_of
from audit.release.suppress import Pattern, Watch, unwatched
from audit.release.tables import Tables, space_of, tables_of
from audit.release.weights import weights_of
from audit.schema import BadInput, Stream

_MOST_SENSITIVE = 400
_SPARSE = 0.2


def terms_of(stream: Stream) -> Terms:
    """What a release says of its stream; names of columns stay inside."""
    return Terms(
        stream=stream.name,
        confidence=stream.audit.confidence,
        tolerance_difference=stream.audit.tolerance_difference,
        tolerance_ratio=stream.audit.tolerance_ratio,
        threshold=stream.threshold,
        higher_is_better=stream.higher_is_better,
    )


def fitting_shape(cube: Cube, stream: Stream, *, crossings: int | None = None, k: int = SMALLEST_K) -> Shape:
    """The shape of a first release: as `shape_of`, without crossings of which more than a fifth is too small.

    Such a table would be mostly hidden, and what hides it would take more from the others than it gives.

    Raises
    ------
    BadInput
        As `shape_of`, and where too many cells are small however few attributes are crossed.
    """
    shape = shape_of(cube, stream, crossings=crossings, k=k)
    basis = basis_of(cube, shape)
    tables = tables_of(shape, space_of(basis))
    values = tables.values(tables.space.counts(basis))
    sensitive = small_counts(tables, values, shape.k).cells
    shares = {scope: _share(tables, sensitive, values > 0, scope) for scope in shape.scopes}
    kept = tuple(scope for scope in shape.scopes if len(scope) < 2 or _dense(scope, shares))
    shape = replace(shape, scopes=kept)
    if sum(sensitive[_rows(tables, scope)].sum() for scope in kept) > _MOST_SENSITIVE:
        message = (
            f"more than {_MOST_SENSITIVE} counts are too small to share: coarsen an attribute that has many "
            "groups, or audit more leads"
        )
        raise BadInput(message)
    return shape


def release_of(basis: Basis, terms: Terms, earlier: tuple[Made, ...] = ()) -> Release:
    """The release of these counts: see `next_release`."""
    return next_release(basis, terms, earlier).release


def next_release(
    basis: Basis, terms: Terms, earlier: tuple[Made, ...] = (), watch: Watch = unwatched
) -> Made:
    """The release of these counts, given what left before over an overlapping population.

    ``earlier`` are exact releases of the same shape, oldest first. Whatever is hidden in any of them, now, or
    in the difference of two stays so even for an outsider who solves them all at once and knows what did not
    shrink from each to the next.

    Raises
    ------
    BadInput
        Fewer than ``k`` leads are left, fewer than ``k`` changed since an earlier release, or the earlier
        releases give away what would have to be hidden.
    """
    refuse_too_few(basis, earlier)
    earlier = _complete(earlier)
    known = known_of(basis, earlier)
    tables = known.tables
    values = tables.values(tables.space.counts(basis))
    chain = chain_of(known)
    pattern = Pattern(
        tables=tables,
        weights=weights_of(tables, values),
        width=basis.shape.k,
        hidden=must_hide(known),
        watch=watch,
    )
    protect(pattern, chain, unchanged_known(known))
    counts = [None if hide else int(value) for hide, value in zip(pattern.hidden, values, strict=True)]
    worlds = tuple(difference_of(tables.space, total) for total in chain.totals)
    return Made(basis=basis, release=_assembled(tables, counts, terms, basis), worlds=worlds)


def _complete(earlier: tuple[Made, ...]) -> tuple[Made, ...]:
    """The earlier releases, the latest with its worlds: those that nobody kept are worked out again."""
    if not earlier or earlier[-1].worlds is not None:
        return earlier
    before, latest = _complete(earlier[:-1]), earlier[-1]
    known = known_of(latest.basis, before)
    chain, seen = chain_of(known), shown(known.tables, latest.release)
    pattern = Pattern(
        tables=known.tables,
        weights=np.ones(len(seen)),
        width=latest.basis.shape.k,
        hidden=~seen,
        fixed=True,
    )
    extend(pattern, chain)
    prove_chain(pattern, chain)
    worlds = tuple(difference_of(known.tables.space, total) for total in chain.totals)
    return (*before, replace(latest, worlds=worlds))


def refuse_too_few(basis: Basis, earlier: tuple[Made, ...]) -> None:
    """Raise BadInput where there are too few leads, or too few that changed since an earlier release."""
    k = basis.shape.k
    if basis.total < k:
        message = f"only {basis.total} leads are in groups that can be shown, and at least {k} are needed"
        raise BadInput(message)
    for before in earlier:
        changed = changed_leads(before.basis, basis)
        if 0 < changed < k:
            message = (
                f"fewer than {k} leads have come, gone or changed since an earlier release: two releases "
                "would tell who; hand out the earlier one again, or wait"
            )
            raise BadInput(message)


def changed_leads(before: Basis, after: Basis) -> int:
    """Leads that must have come, gone or changed between two counts, at the least."""
    space = space_of(before, after)
    change = space.counts(after) - space.counts(before)
    return int(max(change[change > 0].sum(), -change[change < 0].sum()))


def _assembled(tables: Tables, counts: list[int | None], terms: Terms, basis: Basis) -> Release:
    shape = tables.shape
    groups: dict[tuple[tuple[str, ...], tuple[str, ...]], list[int | None]] = {}
    for (scope, levels, _), count in zip(tables.cells, counts, strict=True):
        attribute = tuple(shape.dimensions[place].name for place in scope)
        groups.setdefault((attribute, group_of(shape, scope, levels)), []).append(count)
    first = tables.cells[: len(next(iter(groups.values())))]
    return sealed(
        terms=terms,
        k=shape.k,
        edges=shape.edges,
        dimensions=shape.dimensions,
        facts=tuple(fact for _, _, fact in first),
        groups=tuple(Group(attribute=a, group=g, counts=tuple(found)) for (a, g), found in groups.items()),
        left_out=basis.left_out > 0,
        noise=None,
    )


def _rows(tables: Tables, scope: tuple[int, ...]) -> BoolArray:
    return np.array([cell[0] == scope for cell in tables.cells], dtype=np.bool_)


def _share(tables: Tables, sensitive: BoolArray, held: BoolArray, scope: tuple[int, ...]) -> float:
    rows = _rows(tables, scope)
    return float((sensitive & rows).sum() / max((rows & (held | sensitive)).sum(), 1))


def _dense(scope: tuple[int, ...], shares: dict[tuple[int, ...], float]) -> bool:
    """Whether a crossing, and every smaller crossing within it, has few small cells."""
    within = [other for other in shares if len(other) > 1 and set(other) <= set(scope)]
    return all(shares[other] <= _SPARSE for other in within)
