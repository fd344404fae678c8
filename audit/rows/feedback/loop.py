"""Whether a low score goes with less contact, and less contact with fewer conversions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import sqrt

import numpy as np
import pyarrow as pa

from audit.arrays import BoolArray, FloatArray
from audit.clustering.accounts import Accounts
from audit.cube import Cube
from audit.estimate import Estimate
from audit.inference import holm
from audit.intervals import quantile, wilson
from audit.rows.feedback.clustered import Clusters, clustered_links, clustered_rate, clusters_of
from audit.rows.feedback.effects import Told, experiment, through
from audit.rows.feedback.jump import bandwidth, cells
from audit.rows.feedback.leads import Leads, Side, read_leads, read_sides
from audit.rows.feedback.links import GAPS, Links, bar_of, links
from audit.rows.feedback.model import Channel, Effect, Experiment, Feedback, ScoreBand
from audit.rows.feedback.verdict import loop_verdict
from audit.schema import Stream

BANDS = 10
NO_CONTACT = "no lead counts as contacted, or all do"
FEWEST = 30


def feedback(
    table: pa.Table, cube: Cube, stream: Stream, seed: int, accounts: Accounts | None = None
) -> Feedback | None:
    """The loop, on leads whose contact and outcome are known (and that could be watched for a week).

    None where the table has no score, no outcome or no work. Outcomes of leads that nobody contacted are
    used as they are recorded: a "no" that was written because nobody tried is the loop itself. With
    ``accounts`` intervals and tests are those of whole accounts.
    """
    if not {"score", "outcome", "worked"} <= set(table.column_names):
        return None
    everyone = read_leads(table, stream)
    if len(everyone.rows) < FEWEST:
        return None
    sides, width = read_sides(table, cube, stream, everyone), _width(everyone, stream)
    clusters = None if accounts is None else clusters_of(accounts, everyone.rows)
    found = links(everyone, sides, stream, width)
    if clusters is not None:
        found = clustered_links(found, clusters, (everyone, sides), (stream, width))
    of = everyone.of(everyone.outcome >= 0)
    link = _link(found, stream.audit.confidence)
    random = np.random.default_rng(seed)
    return Feedback(
        verdict=loop_verdict(*_pairs(found), _rate_without(of), stream.audit),
        level=1 - stream.audit.confidence,
        n=len(everyone.rows),
        bands=tuple(_bands(everyone, stream, clusters)),
        trend=found.trend[0],
        contact_jump=found.contact_jump[0],
        conversion_jump=found.conversion_jump[0],
        bandwidth=width,
        contact_effect=found.contact_effect[0],
        channels=_corrected(tuple(_channels(sides, found.gaps, link, (stream.audit.confidence, random)))),
        experiment=_experiment(of, stream, link[0]),
    )


def _width(everyone: Leads, stream: Stream) -> float | None:
    bar = bar_of(stream)
    return None if bar is None else bandwidth(cells(everyone.better - bar, everyone.contact))


def _pairs(found: Links) -> tuple[tuple[Effect, Effect], tuple[Effect, Effect]]:
    return (
        (found.trend[0], found.contact_jump[0]),
        (found.contact_effect[0], found.conversion_jump[0]),
    )


def _link(found: Links, confidence: float) -> Told:
    """What a contact goes with; where contact follows the threshold, one step over the other (Wald).

    The variance is that of the delta method, as if both steps were independent.
    """
    if found.contact_effect[0].value is not None:
        return found.contact_effect
    (contact, contact_variance), (conversion, variance) = found.contact_jump, found.conversion_jump
    step, rise = contact.value, conversion.value
    if step is None or rise is None or (contact.low or 0.0) <= 0:
        return Effect.missing(contact.undefined or conversion.undefined or NO_CONTACT), 0.0
    value = rise / step
    spread = (variance + value**2 * contact_variance) / step**2
    half = quantile(confidence) * sqrt(spread)
    made = Effect(value=value, low=value - half, high=value + half, p=conversion.p, n=conversion.n)
    return made, spread


def _bands(of: Leads, stream: Stream, clusters: Clusters | None) -> Iterator[ScoreBand]:
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
            contact=_rate(of.contact, rows, confidence, clusters),
            conversion=_rate(of.outcome, rows & (of.outcome >= 0), confidence, clusters),
        )


def _rate(hits: FloatArray, rows: BoolArray, confidence: float, clusters: Clusters | None) -> Estimate:
    hit = hits[rows]
    n = float(len(hit))
    if not n:
        return Estimate.missing("no lead has a known outcome")
    low, high = wilson(np.array([hit.sum()]), np.array([n]), confidence)
    made = Estimate(value=float(hit.mean()), low=float(low[0]), high=float(high[0]), n=int(n))
    return made if clusters is None else clustered_rate(made, hit, rows, clusters, confidence)


def _rate_without(of: Leads) -> float:
    """Conversion rate of leads without a contact; 0 where there are none."""
    without = of.outcome[of.contact == 0]
    return float(without.mean()) if len(without) else 0.0


def _experiment(of: Leads, stream: Stream, link: Effect) -> Experiment | None:
    """The two arms below the bar, where nobody is contacted now."""
    if link.value is None:
        return None
    below = of.contact == 0
    bar = bar_of(stream)
    if bar is not None:
        below &= of.better < bar
    without = float(of.outcome[below].mean()) if below.any() else 0.0
    return experiment(without, min(without + link.value, 1.0), stream.audit.confidence)


def _channels(
    sides: tuple[Side, ...], gaps: tuple[Told, ...], link: Told, how: tuple[float, np.random.Generator]
) -> Iterator[Channel]:
    """Every group that is compared, and what of its gap goes through contact."""
    confidence, random = how
    compared = [(side, code) for side in sides for code in side.wanted]
    for place, (side, code) in enumerate(compared):
        contact, gap, closer = gaps[GAPS * place : GAPS * (place + 1)]
        product = through(contact, link, confidence, random)
        yield Channel(
            attribute=side.part.attributes[0],
            group=side.part.groups[code][0],
            reference=side.part.groups[side.reference][0],
            contact_gap=contact[0],
            gap=gap[0],
            gap_at_equal_contact=closer[0],
            through_contact=product,
            share=_share(product, gap[0]),
        )


def _corrected(channels: tuple[Channel, ...]) -> tuple[Channel, ...]:
    told = [one.through_contact.p for one in channels if one.through_contact.p is not None]
    adjusted = iter(holm(np.array(told)).tolist())
    return tuple(
        one if one.through_contact.p is None else replace(one, p_adjusted=next(adjusted)) for one in channels
    )


def _share(product: Effect, gap: Effect) -> float | None:
    """Part of a sure gap; None where 0 is plausible."""
    if product.value is None or gap.value is None or gap.low is None or gap.high is None:
        return None
    return product.value / gap.value if gap.low > 0 or gap.high < 0 else None
