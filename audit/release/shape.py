"""The shape of a release: which groups, score bands and facts it counts. Fixed before anything is hidden."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import prod

import numpy as np

from audit.arrays import IntArray
from audit.cube import Cube
from audit.schema import BadInput, Stream
from audit.score_scale import USUAL_SCALES, band_edges, cube_scale
from audit.tally.columns import ATTRIBUTE, OUTCOME, SCORE, SELECTED, WORKED

OTHER = "all other groups"
SMALLEST_K = 10
MOST_CELLS = 30_000
_SMALLEST_BAND = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """One attribute and its groups; `OTHER` is the last of them where rare groups are counted together."""

    name: str
    levels: tuple[str, ...]
    reference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What is counted. Two releases can be compared cell by cell exactly when their shapes are equal.

    ``edges`` cut the score into bands, the first and the last open; none where there is no score.
    ``facts`` are the axes of the cube that exist beside the attributes. ``scopes`` are the sets of attributes
    that have a table, by position: none (all leads), each, and crossings.
    """

    dimensions: tuple[Dimension, ...]
    edges: tuple[float, ...]
    facts: tuple[str, ...]
    scopes: tuple[tuple[int, ...], ...]
    k: int = SMALLEST_K

    @property
    def bands(self) -> int:
        """Number of score bands."""
        return len(self.edges) + 1 if SCORE in self.facts else 0


def shape_of(cube: Cube, stream: Stream, *, crossings: int | None = None, k: int = SMALLEST_K) -> Shape:
    """The shape that suits a cube: no group and no score band that holds only a few leads.

    Groups with fewer than ``k`` leads are counted together as `OTHER`; where even those are fewer, their
    leads are left out of every table. Neighbouring score bands are joined until each holds at least five
    ``k`` leads and one in ten; the threshold always stays an edge, so that no band mixes both decisions.
    Where the scale of the score is only what was seen, the threshold is the one edge.

    Raises
    ------
    BadInput
        ``k`` is below 10, the cube has fewer than ``k`` leads, or the tables would have too many cells.
    """
    if k < SMALLEST_K:
        message = f"k is {k}: what leaves the organisation needs at least {SMALLEST_K} leads in every cell"
        raise BadInput(message)
    if cube.total < k:
        message = f"there are {cube.total} leads and at least {k} are needed before figures may be shared"
        raise BadInput(message)
    dimensions = tuple(_dimensions(cube, stream, k))
    shape = Shape(
        dimensions=dimensions,
        edges=_edges(cube, stream, k),
        facts=tuple(name for name in (SCORE, SELECTED, OUTCOME, WORKED) if name in cube.names),
        scopes=_scopes(len(dimensions), stream.audit.intersections if crossings is None else crossings),
        k=k,
    )
    return _affordable(shape)


def plain_shape(cube: Cube, stream: Stream, *, crossings: int | None = None, k: int = SMALLEST_K) -> Shape:
    """A shape that does not depend on single leads, for tables with noise.

    Its score bands are the ten of the stream's ``score_range``, or, without one, the two sides of the
    threshold. Its groups are not to be used: `audit.release.noise` finds those that may be named.
    """
    attributes = {attribute.name: attribute.reference for attribute in stream.attributes}
    names = [axis.name.removeprefix(ATTRIBUTE) for axis in cube.axes if axis.name.startswith(ATTRIBUTE)]
    dimensions = tuple(
        Dimension(name=name, levels=(), reference=attributes[name]) for name in names if name in attributes
    )
    inner = () if stream.score_range is None else band_edges(stream.score_range)[1:-1].tolist()
    held = () if stream.threshold is None else (stream.threshold,)
    return Shape(
        dimensions=dimensions,
        edges=tuple(sorted({*inner, *held})),
        facts=tuple(name for name in (SCORE, SELECTED, OUTCOME, WORKED) if name in cube.names),
        scopes=_scopes(len(dimensions), stream.audit.intersections if crossings is None else crossings),
        k=max(k, SMALLEST_K),
    )


def _scopes(attributes: int, crossings: int) -> tuple[tuple[int, ...], ...]:
    sizes = range(min(max(crossings, 1), attributes) + 1)
    return tuple(chosen for size in sizes for chosen in combinations(range(attributes), size))


def _dimensions(cube: Cube, stream: Stream, k: int) -> list[Dimension]:
    wanted = {attribute.name: attribute.reference for attribute in stream.attributes}
    found = []
    for axis in cube.axes:
        name = axis.name.removeprefix(ATTRIBUTE)
        if not axis.name.startswith(ATTRIBUTE) or name not in wanted:
            continue
        leads = np.bincount(cube.column(axis.name), cube.n, minlength=axis.size)
        # A group that has the name of the others by itself is one of them.
        held = dict(zip(axis.levels, leads.tolist(), strict=True))
        kept = tuple(level for level, n in held.items() if n >= k and level != OTHER)
        rare = sum(n for level, n in held.items() if level not in kept)
        levels = (*kept, OTHER) if rare >= k else kept
        found.append(Dimension(name=name, levels=levels, reference=_reference(wanted[name], kept)))
    return [one for one in found if one.levels]


def _reference(named: str | None, kept: tuple[str, ...]) -> str | None:
    return named if named in kept else None


def _edges(cube: Cube, stream: Stream, k: int) -> tuple[float, ...]:
    scale = cube_scale(cube, stream)
    if scale is None:
        return ()
    axis = cube.axis(SCORE)
    steps = np.bincount(cube.column(SCORE), cube.n, minlength=axis.size)[: len(axis.edges) + 1]
    # The range of the scores that were seen is the best and the worst lead's: edges of it would tell both.
    usual = stream.score_range is not None or scale in USUAL_SCALES
    inner = {float(edge) for edge in band_edges(scale)[1:-1]} if usual else set()
    held = () if stream.threshold is None else (stream.threshold,)
    least = max(5 * k, int(_SMALLEST_BAND * cube.total))
    edges = sorted({*inner, *held} & {float(edge) for edge in axis.edges})
    while edges and (place := _joinable(edges, held, _held(steps, axis.edges, edges), least)) is not None:
        edges.pop(place)
    return tuple(edges)


def _held(steps: np.ndarray, cuts: tuple[float, ...], edges: list[float]) -> IntArray:
    """Leads in each band; a score equal to an edge lies above it, as in the cube."""
    places = np.searchsorted(np.asarray(cuts), np.asarray(edges)) + 1
    return np.array([part.sum() for part in np.split(steps, places)], dtype=np.int64)


def _joinable(edges: list[float], held: tuple[float, ...], leads: IntArray, least: int) -> int | None:
    """The edge to take away for the smallest band that is too small; None where none can go."""
    for band in np.argsort(leads, kind="stable").tolist():
        if leads[band] >= least:
            return None
        beside = [place for place in (band - 1, band) if 0 <= place < len(edges) and edges[place] not in held]
        if beside:
            return int(min(beside, key=lambda place: leads[place + (place == band)]))
    return None


def _affordable(shape: Shape) -> Shape:
    groups = sum(prod(len(shape.dimensions[i].levels) for i in scope) for scope in shape.scopes)
    if groups * 20 > MOST_CELLS:
        message = (
            f"the tables would have {groups:,} groups, which is too many to protect: "
            "cross fewer attributes (--crossings 1), or coarsen an attribute that has many groups"
        )
        raise BadInput(message)
    return shape
