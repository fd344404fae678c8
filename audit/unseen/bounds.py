"""Every bound of an audit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from audit.cube import Cube
from audit.disparity.reference_group import reference_of, references
from audit.grouping import Grouping, grouping, grouping_with
from audit.schema import Stream
from audit.score_scale import cube_scale
from audit.tally.columns import ATTRIBUTE, CONTROL
from audit.unseen.clustered import Name, Replicates, Spread, spreads, widened
from audit.unseen.groups import group_regions
from audit.unseen.listing import Listed, Regions, listed, listing
from audit.unseen.outcomes import outcome_regions
from audit.unseen.value import Bound


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Found:
    """The regions of one grouping, and which of its groups are listed."""

    part: Grouping
    shown: Listed
    regions: tuple[Regions, ...]


def bounds(cube: Cube, stream: Stream, replicates: Replicates | None = None) -> tuple[Bound, ...]:
    """Where the numbers of all leads, of every group, and of its gap to the reference group can lie.

    Two causes: outcomes that are not seen (nobody worked the lead, or it is too young), and leads of
    unknown group. Two methods each: the worst case, which assumes nothing, and missing at random given
    what is seen. Only what misses something is listed, and only groups with the minimum of leads, the
    50 largest of an attribute. With ``replicates`` the intervals allow for leads of one account being alike.
    """
    found = tuple(_found(cube, stream))
    spread = _spreads(replicates, stream) if replicates and any(one.regions for one in found) else {}
    return tuple(
        bound
        for one in found
        for of in one.regions
        for bound in listing(one.part, widened(of, one.part, spread, one.shown.confidence), one.shown)
    )


def _found(cube: Cube, stream: Stream) -> Iterator[_Found]:
    alone = tuple(grouping(cube, (name,)) for name in _attributes(cube))
    chosen, minimum = references(alone, stream), stream.audit.minimum_group
    for part in (grouping(cube, ()), *alone):
        reference = reference_of(part, chosen, minimum) if part.attributes else None
        shown = listed(part, reference, minimum, stream.audit.confidence)
        yield _Found(part=part, shown=shown, regions=tuple(_regions(cube, part, stream, shown)))


def _regions(cube: Cube, part: Grouping, stream: Stream, shown: Listed) -> Iterator[Regions]:
    scale = cube_scale(cube, stream)
    yield from outcome_regions(_with_controls(cube, part), scale)
    yield from group_regions(part, scale, shown)


def _spreads(replicates: Replicates, stream: Stream) -> dict[Name, Spread]:
    def regions(cube: Cube) -> Iterator[tuple[Grouping, Regions]]:
        for part in (grouping(cube, ()), *(grouping(cube, (name,)) for name in _attributes(cube))):
            # Without a bucket a group may have fewer leads than the minimum: it is still there.
            shown = listed(part, None, 1, stream.audit.confidence)
            for of in _regions(cube, part, stream, shown):
                yield part, of

    return spreads(replicates, regions)


def _attributes(cube: Cube) -> tuple[str, ...]:
    return tuple(n.removeprefix(ATTRIBUTE) for n in cube.names if n.startswith(ATTRIBUTE))


def _with_controls(cube: Cube, part: Grouping) -> Grouping:
    kept = tuple(name for name in cube.names if name.startswith(CONTROL))
    return grouping_with(cube, part.attributes, kept) if kept else part


__all__ = ["Bound", "Listed", "bounds"]
