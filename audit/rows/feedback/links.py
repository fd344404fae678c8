"""The links of the loop among some leads, each with its variance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from audit.arrays import BoolArray
from audit.disparity.stratified import Strata
from audit.intervals import quantile
from audit.rows.feedback.effects import NO_SHARED, Told, contact_effect, pooled, trend
from audit.rows.feedback.jump import cells, jump
from audit.rows.feedback.leads import Leads, Side
from audit.rows.feedback.model import Effect
from audit.rows.treatment.layout import layout
from audit.schema import Stream

NO_THRESHOLD = "the stream names no threshold"
UNEVEN = "outcomes of leads without a contact are known less often than those of others"
NEARLY = 0.9
GAPS = 3
"""Gaps of each group: contact, conversion, and conversion at equal contact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Contact over the score, both steps at the threshold, what contact goes with, and the groups' gaps.

    ``gaps`` are those in contact, in conversion, and in conversion at equal contact, of one group after the
    other.
    """

    trend: Told
    contact_jump: Told
    conversion_jump: Told
    contact_effect: Told
    gaps: tuple[Told, ...]

    @property
    def every(self) -> tuple[Told, ...]:
        """All of them in one row."""
        return (self.trend, self.contact_jump, self.conversion_jump, self.contact_effect, *self.gaps)

    @classmethod
    def of(cls, every: tuple[Told, ...]) -> Links:
        """Links from the row that `every` gives."""
        one, two, three, four, *gaps = every
        return cls(trend=one, contact_jump=two, conversion_jump=three, contact_effect=four, gaps=tuple(gaps))


def bar_of(stream: Stream) -> float | None:
    """The threshold on the scale on which higher is better; None where none decides."""
    if stream.threshold is None or stream.decision is not None:
        return None
    return stream.threshold if stream.higher_is_better else -stream.threshold


def links(everyone: Leads, sides: tuple[Side, ...], stream: Stream, width: float | None) -> Links:
    """Every link among these leads; ``width`` is how far from the threshold they are compared."""
    known = everyone.outcome >= 0
    of, confidence = everyone.of(known), stream.audit.confidence
    contact, conversion = _jumps(everyone, of, stream, width)
    return Links(
        trend=_told(trend(everyone.better, everyone.contact, confidence), confidence),
        contact_jump=_told(contact, confidence),
        conversion_jump=_told(conversion, confidence),
        contact_effect=contact_effect(of.stratum, of.contact, of.outcome, confidence),
        gaps=tuple(gap for side in sides for gap in _gaps(side.of(known), of, confidence)),
    )


def _told(one: Effect, confidence: float) -> Told:
    if one.low is None or one.high is None:
        return one, 0.0
    return one, ((one.high - one.low) / 2 / quantile(confidence)) ** 2


def _jumps(everyone: Leads, of: Leads, stream: Stream, width: float | None) -> tuple[Effect, Effect]:
    """Steps of contact and of conversion at the threshold, within one bandwidth: that of contact."""
    bar = bar_of(stream)
    if bar is None:
        none = Effect.missing(NO_THRESHOLD)
        return none, none
    contact = jump(cells(everyone.better - bar, everyone.contact), width, stream.audit.confidence)
    if not _alike_known(everyone):
        return contact, Effect.missing(UNEVEN)
    return contact, jump(cells(of.better - bar, of.outcome), width, stream.audit.confidence)


def _alike_known(everyone: Leads) -> bool:
    """Whether outcomes of leads without a contact are known about as often as those of others.

    Else the leads with an outcome, on both sides of the threshold, are others than those that differ in
    contact.
    """
    known = everyone.outcome >= 0
    with_contact, without = (known[everyone.contact == side] for side in (1, 0))
    if not len(with_contact) or not len(without):
        return True
    return bool(without.mean() >= NEARLY * with_contact.mean())


def _gaps(side: Side, of: Leads, confidence: float) -> Iterator[Told]:
    """Contact and conversion at equal score, and conversion at equal score and contact."""
    alike = layout(side.group, side.part, side.reference, of.stratum)
    closer = layout(side.group, side.part, side.reference, of.stratum * 2 + of.contact.astype(np.int64))
    everyone: BoolArray = np.ones(len(side.group), dtype=np.bool_)
    rates = (
        alike.paired(everyone, of.contact)[0],
        alike.paired(everyone, of.outcome)[0],
        closer.paired(everyone, of.outcome)[0],
    )
    for code in side.wanted:
        for strata in rates:
            yield pooled(_only(strata, code), confidence, NO_SHARED)


def _only(strata: Strata, code: int) -> Strata:
    """The strata of one group."""
    own = strata.group == code
    return Strata(
        group=np.zeros(int(own.sum()), dtype=np.int64),
        groups=1,
        hits=strata.hits[own],
        n=strata.n[own],
        other_hits=strata.other_hits[own],
        other_n=strata.other_n[own],
    )
