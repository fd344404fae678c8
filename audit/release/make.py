"""Counts in, release out: what must be hidden is hidden, and the rest is proven to keep it so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from audit.arrays import BoolArray
from audit.cube import Cube
from audit.release.basis import Basis, basis_of
from audit.release.model import Group, Release, Terms, sealed
from audit.release.sensitive import small_changes, small_counts
from audit.release.shape import SMALLEST_K, Shape, shape_of
from audit.release.suppress import World, protect
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


def release_of(basis: Basis, terms: Terms, earlier: tuple[tuple[Basis, Release], ...] = ()) -> Release:
    """The release of these counts, given what left before over an overlapping population.

    ``earlier`` are exact releases of the same shape. A cell that has changed by fewer than ``k`` leads
    since any of them is hidden, and protected like a small one; what they showed of cells that have not
    changed is taken as known.

    Raises
    ------
    BadInput
        Fewer than ``k`` leads are left, fewer than ``k`` changed since an earlier release, or the earlier
        releases give away what would have to be hidden.
    """
    refuse_too_few(basis, earlier)
    tables = tables_of(basis.shape, space_of(basis, *(one for one, _ in earlier)))
    finest = tables.space.counts(basis)
    values = tables.values(finest)
    shown = [_shown(tables, release) for _, release in earlier]
    worlds = (_now(tables, basis, earlier, shown), *_since(tables, basis, earlier, shown))
    hidden = protect(tables, worlds, weights_of(tables, values))
    counts = [None if hide else int(value) for hide, value in zip(hidden, values, strict=True)]
    return _assembled(tables, counts, terms, basis)


def refuse_too_few(basis: Basis, earlier: tuple[tuple[Basis, Release], ...]) -> None:
    """Raise BadInput where there are too few leads, or too few that changed since an earlier release."""
    k = basis.shape.k
    if basis.total < k:
        message = f"only {basis.total} leads are in groups that can be shown, and at least {k} are needed"
        raise BadInput(message)
    for before, _ in earlier:
        changed = changed_leads(before, basis)
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


def _now(
    tables: Tables,
    basis: Basis,
    earlier: tuple[tuple[Basis, Release], ...],
    shown: list[BoolArray],
) -> World:
    """The counts of today: what an earlier release shows of a cell that has not changed is known."""
    finest = tables.space.counts(basis)
    values = tables.values(finest)
    pinned = np.zeros(len(values), dtype=np.bool_)
    for (before, _), seen in zip(earlier, shown, strict=True):
        pinned |= seen & (tables.values(tables.space.counts(before)) == values)
    return World(
        finest=finest,
        floor=np.zeros_like(finest),
        unseen=np.zeros(len(values), dtype=np.bool_),
        pinned=pinned,
        goals=small_counts(tables, values, basis.shape.k),
    )


def _since(
    tables: Tables, basis: Basis, earlier: tuple[tuple[Basis, Release], ...], shown: list[BoolArray]
) -> list[World]:
    """What came and went since each earlier release, as a table of its own."""
    finest = tables.space.counts(basis)
    found = []
    for (before, _), seen in zip(earlier, shown, strict=True):
        change = finest - tables.space.counts(before)
        values = tables.values(change)
        # Where leads were only added, outsiders may know that; else every move that today's counts allow is
        # open.
        floor = np.zeros_like(change) if (change >= 0).all() else change - finest
        goals = small_changes(values, seen, basis.shape.k)
        none = np.zeros(len(values), dtype=np.bool_)
        if change.any():
            found.append(World(finest=change, floor=floor, unseen=~seen, pinned=none, goals=goals))
    return found


def _shown(tables: Tables, release: Release) -> BoolArray:
    """Cells whose count an earlier release shows; that a fact never occurred shows too."""
    names = [dimension.name for dimension in tables.shape.dimensions]
    values = release.values()
    found = np.ones(len(tables.cells), dtype=np.bool_)
    for i, (scope, levels, fact) in enumerate(tables.cells):
        attribute = tuple(names[place] for place in scope)
        group = _group(tables.shape, scope, levels)
        found[i] = values.get((attribute, group, fact), 0) is not None
    return found


def _assembled(tables: Tables, counts: list[int | None], terms: Terms, basis: Basis) -> Release:
    shape = tables.shape
    groups: dict[tuple[tuple[str, ...], tuple[str, ...]], list[int | None]] = {}
    for (scope, levels, _), count in zip(tables.cells, counts, strict=True):
        attribute = tuple(shape.dimensions[place].name for place in scope)
        groups.setdefault((attribute, _group(shape, scope, levels)), []).append(count)
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


def _group(shape: Shape, scope: tuple[int, ...], levels: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(shape.dimensions[i].levels[level] for i, level in zip(scope, levels, strict=True))


def _rows(tables: Tables, scope: tuple[int, ...]) -> BoolArray:
    return np.array([cell[0] == scope for cell in tables.cells], dtype=np.bool_)


def _share(tables: Tables, sensitive: BoolArray, held: BoolArray, scope: tuple[int, ...]) -> float:
    rows = _rows(tables, scope)
    return float((sensitive & rows).sum() / max((rows & (held | sensitive)).sum(), 1))


def _dense(scope: tuple[int, ...], shares: dict[tuple[int, ...], float]) -> bool:
    """Whether a crossing, and every smaller crossing within it, has few small cells."""
    within = [other for other in shares if len(other) > 1 and set(other) <= set(scope)]
    return all(shares[other] <= _SPARSE for other in within)
