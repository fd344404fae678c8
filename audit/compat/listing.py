"""Every number of an audit under the names of SageMaker Clarify."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from audit.arrays import FloatArray
from audit.clustering.effect import DesignEffects
from audit.compat.accounts import widened
from audit.compat.clarify import printed
from audit.compat.column import Column
from audit.compat.conditional import conditional
from audit.compat.corrected import of_both, of_decisions, of_outcomes
from audit.compat.model import Compat
from audit.compat.names import CLARIFY, LIBRARY, Name
from audit.compat.sides import Sides, sides
from audit.cube import Cube
from audit.disparity.reference_group import reference_of, references
from audit.estimate import Estimate
from audit.grouping import grouping, grouping_with
from audit.metrics import GroupEstimate
from audit.metrics.confusion import Counts, usable
from audit.rows.matching.flip_test import Flip
from audit.schema import Stream
from audit.tally.columns import ATTRIBUTE, CONTROL, NO, OUTCOME, SCORE, SELECTED, YES

Flips = tuple[Flip, ...]
CLOSE = 1e-9
UNKNOWN_IS_REST = "Clarify counts leads of unknown group among the rest; here they are on neither side"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Found:
    """Our columns and Clarify's numbers: on its own other side, and on ours."""

    ours: Mapping[str, Column]
    theirs: Mapping[str, FloatArray]
    alike: Mapping[str, FloatArray]


def clarify(
    cube: Cube,
    stream: Stream,
    estimates: tuple[GroupEstimate, ...],
    flips: Flips,
    effects: DesignEffects | None = None,
) -> tuple[Compat, ...]:
    """All 21 metrics of Clarify for the groups of every single attribute.

    Each of the 25 largest known groups is the disadvantaged side once against all other leads, as
    Clarify has it, and, where there are more than two known groups, once against the reference. What the
    stream has no columns for is left out. ``flips`` are the flip tests, which need rows; with
    design ``effects`` the other intervals are those of clustered leads.
    """
    names = [name for name in cube.names if name != SCORE]
    counted = cube.project(*names)
    attributes = tuple(name[len(ATTRIBUTE) :] for name in names if name.startswith(ATTRIBUTE))
    chosen = references(tuple(grouping(counted, (one,)) for one in attributes), stream)
    controls = tuple(name for name in names if name.startswith(CONTROL))
    made: list[Compat] = []
    for attribute in attributes:
        part = grouping_with(counted, (attribute,), controls)
        reference = reference_of(part, chosen, stream.audit.minimum_group)
        for one in sides(part, reference):
            made += _records(one, _found(one, stream.audit.confidence, effects), flips)
        made += _entropy(attribute, estimates)
    return tuple(made)


def _found(of: Sides, confidence: float, effects: DesignEffects | None) -> _Found:
    ours: dict[str, Column] = {}
    theirs, alike = printed(of.group, of.clarify_other), printed(of.group, of.other)
    stratified: dict[str, tuple[FloatArray, FloatArray]] = {}
    if of.part.has(OUTCOME):
        ours |= of_outcomes(of, confidence)
        answers = usable(of.part, NO), usable(of.part, YES)
        ours["CDDL"], stratified["CDDL"] = conditional(of, answers, confidence)
    if of.part.has(SELECTED):
        ours |= of_decisions(of, confidence)
        answers = of.part.at(SELECTED, NO), of.part.at(SELECTED, YES)
        ours["CDDPL"], stratified["CDDPL"] = conditional(of, answers, confidence)
    if of.part.has(OUTCOME) and of.part.has(SELECTED):
        ours |= of_both(of, confidence)
    return _Found(
        ours=widened(ours, of, effects, confidence),
        theirs={**theirs, **{name: pair[0] for name, pair in stratified.items()}},
        alike={**alike, **{name: pair[1] for name, pair in stratified.items()}},
    )


def _records(of: Sides, found: _Found, flips: Flips) -> Iterator[Compat]:
    unknown = _differ(of.other, of.clarify_other)
    tested = {(one.attribute, one.group, one.reference): one for one in flips}
    for i, group in enumerate(of.names):
        for name, what in CLARIFY.items():
            if name in found.ours:
                yield _record(of, what, i, found)
        flip = tested.get((of.part.attributes[0], group[0], of.other_name[0] if of.other_name else None))
        if flip is not None:
            yield _flipped(of, group, flip, unknown=unknown)


def _differ(one: Counts, other: Counts) -> bool:
    return bool((one.leads != other.leads).any())


def _record(of: Sides, what: Name, i: int, found: _Found) -> Compat:
    ours = found.ours[what.name]
    value, low, high = (_plain(part[i]) for part in (ours.value, ours.low, ours.high))
    theirs, alike = (float(part[what.name][i]) for part in (found.theirs, found.alike))
    return Compat(
        library=LIBRARY,
        name=what.name,
        stage=what.stage,
        attribute=of.part.attributes,
        group=of.names[i],
        reference=of.other_name,
        metric=what.metric,
        value=value,
        low=low,
        high=high,
        n=int(ours.n[i]),
        undefined=ours.undefined[i],
        compat_value=None if math.isnan(theirs) else theirs,
        note=_note(what, value, theirs, alike),
    )


def _note(what: Name, value: float | None, theirs: float, alike: float) -> str | None:
    """Why Clarify's number is another one; None where it is the same, or neither has one."""
    ours = math.nan if value is None else value
    causes = [] if _same(ours, alike) else [what.differs]
    causes += [] if _same(theirs, alike) else [UNKNOWN_IS_REST]
    return sentences(*causes)


def sentences(*causes: str | None) -> str | None:
    """The causes as one text; None where there is none."""
    return " ".join(f"{cause}." for cause in causes if cause) or None


def _same(one: float, other: float) -> bool:
    return (math.isnan(one) and math.isnan(other)) or math.isclose(one, other, rel_tol=CLOSE, abs_tol=CLOSE)


def _plain(number: np.float64) -> float | None:
    """None for "no value" and for an interval without an end."""
    return float(number) if np.isfinite(number) else None


def _flipped(of: Sides, group: tuple[str, ...], flip: Flip, *, unknown: bool) -> Compat:
    what = CLARIFY["FT"]
    causes = (what.differs, flip.note, UNKNOWN_IS_REST if unknown else None)
    return Compat(
        library=LIBRARY,
        name=what.name,
        stage=what.stage,
        attribute=of.part.attributes,
        group=group,
        reference=of.other_name,
        metric=what.metric,
        value=flip.estimate.value,
        low=flip.estimate.low,
        high=flip.estimate.high,
        n=flip.estimate.n,
        undefined=flip.estimate.undefined,
        compat_value=flip.compat_value,
        note=sentences(*causes),
    )


def _entropy(attribute: str, estimates: tuple[GroupEstimate, ...]) -> Iterator[Compat]:
    """GE of all leads: it knows no facet, so Clarify prints the same number for each."""
    what = CLARIFY["GE"]
    for one in estimates:
        if one.attribute == () and one.metric == what.metric:
            yield _of_all(attribute, what, one.estimate)


def _of_all(attribute: str, what: Name, found: Estimate) -> Compat:
    return Compat(
        library=LIBRARY,
        name=what.name,
        stage=what.stage,
        attribute=(attribute,),
        group=(),
        reference=None,
        metric=what.metric,
        value=found.value,
        low=found.low,
        high=found.high,
        n=found.n,
        undefined=found.undefined,
        compat_value=found.value,
    )
