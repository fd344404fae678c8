"""Every bound of an audit."""

from __future__ import annotations

from audit.cube import Cube
from audit.disparity.reference_group import reference_of, references
from audit.grouping import Grouping, grouping, grouping_with
from audit.schema import Stream
from audit.score_scale import cube_scale
from audit.tally.columns import ATTRIBUTE, CONTROL
from audit.unseen.groups import group_bounds
from audit.unseen.listing import Listed, listed
from audit.unseen.outcomes import outcome_bounds
from audit.unseen.value import Bound


def bounds(cube: Cube, stream: Stream) -> tuple[Bound, ...]:
    """Where the numbers of all leads, of every group, and of its gap to the reference group can lie.

    Two causes: outcomes that are not seen (nobody worked the lead, or it is too young), and leads of
    unknown group. Two methods each: the worst case, which assumes nothing, and missing at random given
    what is seen. Only what misses something is listed, and only groups with the minimum of leads, the
    50 largest of an attribute.
    """
    names = tuple(n.removeprefix(ATTRIBUTE) for n in cube.names if n.startswith(ATTRIBUTE))
    alone = tuple(grouping(cube, (name,)) for name in names)
    chosen = references(alone, stream)
    scale, minimum, confidence = cube_scale(cube, stream), stream.audit.minimum_group, stream.audit.confidence
    found: list[Bound] = []
    for part in (grouping(cube, ()), *alone):
        reference = reference_of(part, chosen, minimum) if part.attributes else None
        shown = listed(part, reference, minimum, confidence)
        found += outcome_bounds(_with_controls(cube, part), scale, shown)
        found += group_bounds(part, scale, shown)
    return tuple(found)


def _with_controls(cube: Cube, part: Grouping) -> Grouping:
    kept = tuple(name for name in cube.names if name.startswith(CONTROL))
    return grouping_with(cube, part.attributes, kept) if kept else part


__all__ = ["Bound", "Listed", "bounds"]
