"""Whether a low score goes with less contact, and less contact with fewer conversions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from audit.arrays import BoolArray, FloatArray, IntArray
from audit.cube import Cube
from audit.disparity.reference_group import reference_of, references
from audit.disparity.stratified import Strata
from audit.estimate import Estimate
from audit.grouping import Grouping, groupings
from audit.inference import holm
from audit.intervals import wilson
from audit.registry.treatment import WEEK
from audit.rows.feedback.effects import (
    NO_SHARED,
    contact_effect,
    experiment,
    pooled,
    through,
    trend,
)
from audit.rows.feedback.jump import bandwidth, cells, jump
from audit.rows.feedback.model import Channel, Effect, Experiment, Feedback, ScoreBand
from audit.rows.feedback.verdict import loop_verdict
from audit.rows.treatment.layout import equal_strata, group_of_row, layout
from audit.schema import Stream

BANDS = 10
MOST_CHANNELS = 20
NO_THRESHOLD = "the stream names no threshold"
NO_CONTACT = "no lead counts as contacted, or all do"
FEWEST = 30
NEARLY = 0.9
UNEVEN = "outcomes of leads without a contact are known less often than those of others"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Leads:
    """The leads of which contact is known; ``better`` is the score, higher is better.

    ``rows`` are their places in the table. ``outcome`` is -1 where it is not known.
    """

    rows: IntArray
    better: FloatArray
    contact: FloatArray
    outcome: FloatArray
    stratum: IntArray

    def of(self, some: BoolArray) -> _Leads:
        """Some of the leads."""
        return _Leads(
            rows=self.rows[some],
            better=self.better[some],
            contact=self.contact[some],
            outcome=self.outcome[some],
            stratum=self.stratum[some],
        )


def feedback(table: pa.Table, cube: Cube, stream: Stream, seed: int) -> Feedback | None:
    """The loop, on leads whose contact and outcome are known (and that could be watched for a week).

    None where the table has no score, no outcome or no work. Outcomes of leads that nobody contacted are
    used as they are recorded: a "no" that was written because nobody tried is the loop itself.
    """
    if not {"score", "outcome", "worked"} <= set(table.column_names):
        return None
    everyone = _leads(table, stream)
    if len(everyone.rows) < FEWEST:
        return None
    of = everyone.of(everyone.outcome >= 0)
    confidence = stream.audit.confidence
    width, jumps = _jumps(everyone, of, stream)
    effect = contact_effect(of.stratum, of.contact, of.outcome, confidence)
    link = effect if effect[0].value is not None else _by_jump(*jumps)
    rise = trend(everyone.better, everyone.contact, confidence)
    random = np.random.default_rng(seed)
    channels = _corrected(tuple(_channels(table, cube, stream, (of, link), random)))
    verdict = loop_verdict((rise, jumps[0]), (effect[0], jumps[1]), _rate_without(of), stream.audit)
    return Feedback(
        verdict=verdict,
        level=1 - confidence,
        n=len(everyone.rows),
        bands=tuple(_bands(everyone, stream)),
        trend=rise,
        contact_jump=jumps[0],
        conversion_jump=jumps[1],
        bandwidth=width,
        contact_effect=effect[0],
        channels=channels,
        experiment=_experiment(of, stream, link[0]),
    )


def _leads(table: pa.Table, stream: Stream) -> _Leads:
    contact, outcome = (_truth(table, name) for name in ("worked", "outcome"))
    score = np.asarray(table.column("score").to_numpy(), dtype=np.float64)
    rows = (contact >= 0) & np.isfinite(score)
    if "observed_hours" in table.column_names:
        watched = np.asarray(table.column("observed_hours").to_numpy(), dtype=np.float64)
        old = rows & (watched >= WEEK)
        rows = old if old.any() else rows
    better = score if stream.higher_is_better else -score
    stratum = equal_strata(table, stream)
    return _Leads(
        rows=np.flatnonzero(rows),
        better=better[rows],
        contact=contact[rows],
        outcome=outcome[rows],
        stratum=stratum[rows],
    )


def _truth(table: pa.Table, name: str) -> FloatArray:
    """1, 0, and -1 where it is not known."""
    column = table.column(name).cast(pa.int8()).fill_null(-1)
    return np.asarray(column.to_numpy(), dtype=np.float64)


def _jumps(everyone: _Leads, of: _Leads, stream: Stream) -> tuple[float | None, tuple[Effect, Effect]]:
    """Steps of contact and of conversion at the threshold, within one bandwidth: that of contact."""
    if stream.threshold is None or stream.decision is not None:
        none = Effect.missing(NO_THRESHOLD)
        return None, (none, none)
    bar = stream.threshold if stream.higher_is_better else -stream.threshold
    contacts = cells(everyone.better - bar, everyone.contact)
    width = bandwidth(contacts)
    contact = jump(contacts, width, stream.audit.confidence)
    if not _alike_known(everyone):
        return width, (contact, Effect.missing(UNEVEN))
    return width, (contact, jump(cells(of.better - bar, of.outcome), width, stream.audit.confidence))


def _alike_known(everyone: _Leads) -> bool:
    """Whether outcomes of leads without a contact are known about as often as those of others.

    Else the leads with an outcome, on both sides of the threshold, are others than those that differ in
    contact.
    """
    known = everyone.outcome >= 0
    with_contact, without = (known[everyone.contact == side] for side in (1, 0))
    if not len(with_contact) or not len(without):
        return True
    return bool(without.mean() >= NEARLY * with_contact.mean())


def _by_jump(contact: Effect, conversion: Effect) -> tuple[Effect, float]:
    """What a contact goes with where contact follows the threshold: one step over the other (Wald)."""
    steps = (contact.value, contact.low, conversion.value, conversion.low, conversion.high)
    step, least, rise, low, high = steps
    if step is None or least is None or rise is None or low is None or high is None or least <= 0:
        return Effect.missing(contact.undefined or NO_CONTACT), 0.0
    made = Effect(value=rise / step, low=low / step, high=high / step, p=conversion.p, n=conversion.n)
    return made, ((high - low) / step / 3.92) ** 2


def _bands(of: _Leads, stream: Stream) -> Iterator[ScoreBand]:
    """Up to ten bands of equally many leads, the lowest scores first."""
    score = of.better if stream.higher_is_better else -of.better
    edges = np.unique(np.quantile(score, np.linspace(0, 1, BANDS + 1)[1:-1], method="lower"))
    band = np.searchsorted(edges, score, side="right")
    confidence = stream.audit.confidence
    for code in np.unique(band):
        rows = band == code
        inside = score[rows]
        yield ScoreBand(
            low=float(inside.min()),
            high=float(inside.max()),
            n=int(rows.sum()),
            contact=_rate(of.contact[rows], confidence),
            conversion=_rate(of.outcome[rows & (of.outcome >= 0)], confidence),
        )


def _rate(hit: FloatArray, confidence: float) -> Estimate:
    n = float(len(hit))
    if not n:
        return Estimate.missing("no lead has a known outcome")
    low, high = wilson(np.array([hit.sum()]), np.array([n]), confidence)
    return Estimate(value=float(hit.mean()), low=float(low[0]), high=float(high[0]), n=int(n))


def _rate_without(of: _Leads) -> float:
    """Conversion rate of leads without a contact; 0 where there are none."""
    without = of.outcome[of.contact == 0]
    return float(without.mean()) if len(without) else 0.0


def _experiment(of: _Leads, stream: Stream, link: Effect) -> Experiment | None:
    """The two arms below the bar, where nobody is contacted now."""
    if link.value is None:
        return None
    below = of.contact == 0
    if stream.threshold is not None and stream.decision is None:
        bar = stream.threshold if stream.higher_is_better else -stream.threshold
        below &= of.better < bar
    without = float(of.outcome[below].mean()) if below.any() else 0.0
    return experiment(without, min(without + link.value, 1.0), stream.audit.confidence)


def _channels(
    table: pa.Table,
    cube: Cube,
    stream: Stream,
    known: tuple[_Leads, tuple[Effect, float]],
    random: np.random.Generator,
) -> Iterator[Channel]:
    """Every large enough group against its reference, the 20 largest of each attribute."""
    of, link = known
    parts = tuple(part for part in groupings(cube, 1) if part.attributes)
    chosen = references(parts, stream)
    for part in parts:
        reference = reference_of(part, chosen, stream.audit.minimum_group)
        if reference is None:
            continue
        group = group_of_row(table, part)[of.rows]
        sizes = np.bincount(group, minlength=len(part.groups))
        large = np.argsort(-sizes, kind="stable")[: MOST_CHANNELS + 1]
        wanted = [code for code in sorted(large.tolist()) if sizes[code] >= stream.audit.minimum_group]
        rates = _gaps(group, of, part, reference)
        if sizes[reference] >= stream.audit.minimum_group:
            for code in wanted:
                if code != reference:
                    yield _channel(part, (code, reference), rates, link, (stream.audit.confidence, random))


def _corrected(channels: tuple[Channel, ...]) -> tuple[Channel, ...]:
    told = [one.through_contact.p for one in channels if one.through_contact.p is not None]
    adjusted = iter(holm(np.array(told)).tolist())
    return tuple(
        one if one.through_contact.p is None else replace(one, p_adjusted=next(adjusted)) for one in channels
    )


def _gaps(group: IntArray, of: _Leads, part: Grouping, reference: int) -> tuple[Strata, Strata, Strata]:
    """Contact and conversion at equal score, and conversion at equal score and contact."""
    alike = layout(group, part, reference, of.stratum)
    closer = layout(group, part, reference, of.stratum * 2 + of.contact.astype(np.int64))
    everyone = np.ones(len(group), dtype=np.bool_)
    return (
        alike.paired(everyone, of.contact)[0],
        alike.paired(everyone, of.outcome)[0],
        closer.paired(everyone, of.outcome)[0],
    )


def _channel(
    part: Grouping,
    sides: tuple[int, int],
    rates: tuple[Strata, Strata, Strata],
    link: tuple[Effect, float],
    how: tuple[float, np.random.Generator],
) -> Channel:
    (code, reference), (confidence, random) = sides, how
    contact, gap, closer = (pooled(_only(strata, code), confidence, NO_SHARED) for strata in rates)
    product = through(contact, link, confidence, random)
    return Channel(
        attribute=part.attributes[0],
        group=part.groups[code][0],
        reference=part.groups[reference][0],
        contact_gap=contact[0],
        gap=gap[0],
        gap_at_equal_contact=closer[0],
        through_contact=product,
        share=_share(product, gap[0]),
    )


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


def _share(product: Effect, gap: Effect) -> float | None:
    """Part of a sure gap; None where 0 is plausible."""
    if product.value is None or gap.value is None or gap.low is None or gap.high is None:
        return None
    return product.value / gap.value if gap.low > 0 or gap.high < 0 else None
