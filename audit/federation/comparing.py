"""Every joint group beside its reference, judged as an audit judges it and corrected for all together.

A table whose every count is known goes through the audit's own comparisons. Of the others the rates alone
are compared, each by the worst of all counts that it may have.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from audit.arrays import FloatArray
from audit.cube import Cube
from audit.disparity import Disparity, Kind
from audit.disparity.comparisons import joint_contrasts, judged
from audit.disparity.contrast import Contrast, contrasts
from audit.disparity.multiplicity import Comparison
from audit.disparity.span import span_comparisons
from audit.federation.figures import figure_of, gap_figures, undefined_gaps
from audit.federation.model import Figure, JointGap, Names
from audit.federation.pairs import equality_p, gap_interval, known_gap
from audit.federation.rates import Rates, taken
from audit.federation.tables import Tables
from audit.grouping import Grouping
from audit.metrics.measure import Measure
from audit.metrics.per_group import part_measures
from audit.registry import METRICS
from audit.release.shape import OTHER
from audit.schema import Stream, Tolerance
from audit.tally.columns import UNKNOWN

_KINDS: tuple[Kind, ...] = ("difference", "ratio")


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The comparisons as the findings read them, and as figures with what is not known of them."""

    disparities: tuple[Disparity, ...]
    gaps: tuple[JointGap, ...]


def compared(tables: Tables, stream: Stream) -> Compared:
    """Every comparison of every table, in the order of the tables."""
    made = [one for scope in tables.plan.scopes if scope for one in _comparisons(tables, scope, stream)]
    found = tuple(judged(tuple(one for one, _ in made), stream.audit))
    figures = [figure for one, own in made for figure in _figures(one, own)]
    gaps = tuple(_gap(one, figure) for one, figure in zip(found, figures, strict=True))
    return Compared(
        disparities=tuple(_told(one, gap) for one, gap in zip(found, gaps, strict=True)), gaps=gaps
    )


def reference_of(tables: Tables, scope: Names, minimum: int) -> int | None:
    """The place of the group that the others are compared with; None where none is known by name.

    That is the stream's, or the largest; of a crossing that of its attributes' references, where it has
    enough leads.
    """
    groups, leads = tables.groups(scope), tables.leads(scope)
    usual = tuple(_reference(tables, name) for name in scope)
    if usual in groups and (len(scope) == 1 or leads[usual] >= minimum):
        return groups.index(usual)
    known = [group for group in groups if not {UNKNOWN, OTHER} & set(group)]
    return groups.index(max(known, key=lambda group: leads[group])) if known else None


def _reference(tables: Tables, name: str) -> str:
    named = next(one.reference for one in tables.plan.dimensions if one.name == name)
    leads = {group[0]: n for group, n in tables.leads((name,)).items()}
    if named is not None and named in leads:
        return named
    known = [level for level in leads if level not in {UNKNOWN, OTHER}]
    return max(known, key=lambda level: leads[level], default="")


_Made = tuple[Comparison, tuple[Figure, ...] | None]


def _comparisons(tables: Tables, scope: Names, stream: Stream) -> Iterator[_Made]:
    reference = reference_of(tables, scope, stream.audit.minimum_group)
    if reference is None:
        return
    if tables.certain(scope):
        part = tables.part(scope)
        measures = part_measures(part, stream)
        yield from ((one, None) for one in _audited(part, measures, reference, stream))
        return
    part = _names(tables, scope)
    metrics, alpha = tables.metrics(scope), 1 - stream.audit.confidence
    for metric in metrics:
        kinds: list[Kind] = [kind for kind in _KINDS if _wanted(metric, kind, metrics)]
        if kinds:
            pairs = _Pairs(rates=tables.rates(scope, metric), reference=reference, audit=stream.audit)
            p = equality_p(pairs.rates, reference, alpha)
            for kind in kinds:
                contrast = replace(pairs.contrast(metric, kind), p=p)
                figures = gap_figures(pairs.rates, reference, kind, alpha)
                yield Comparison(part=part, reference=reference, contrast=contrast), figures


def _audited(
    part: Grouping, measures: tuple[Measure, ...], reference: int, stream: Stream
) -> Iterator[Comparison]:
    """The comparisons of an audit whose score nobody sees."""
    for measure in measures:
        for contrast in contrasts(measure, reference, stream.audit, 1.0):
            yield Comparison(part=part, reference=reference, contrast=contrast)
    for contrast in joint_contrasts(part.cube, part, reference, stream, (0.0, 1.0)):
        yield Comparison(part=part, reference=reference, contrast=contrast)
    yield from span_comparisons(part, measures, stream.audit)


def _wanted(metric: str, kind: Kind, there: tuple[str, ...]) -> bool:
    """Whether a rate is compared, and what it is the mirror image of is, too: that is what is corrected."""
    known = METRICS[metric]
    if known.family is None or (known.complement_of or metric) not in there:
        return False
    return not known.ratio_only if kind == "difference" else known.has_ratio


def _names(tables: Tables, scope: Names) -> Grouping:
    """The groups of a table without its cells: nobody may count them."""
    none = np.zeros(0)
    whole = none.astype(np.int64)
    empty = Cube(axes=(), codes=whole, n=whole, score_sum=none, score_squares=none)
    return Grouping(attributes=scope, groups=tables.groups(scope), cube=empty, index=whole)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Pairs:
    """The groups of a table and what they are compared with."""

    rates: Rates
    reference: int
    audit: Tolerance

    def contrast(self, metric: str, kind: Kind) -> Contrast:
        """The comparisons of one metric, each by the worst of the counts that are possible; without a p."""
        rates, audit, alpha = self.rates, self.audit, 1 - self.audit.confidence
        low, high = gap_interval(rates, self.reference, kind, alpha)
        least, most = known_gap(rates, self.reference, kind, alpha)
        n, certain = rates.n(most=False), rates.exact & taken(rates, self.reference).exact
        undefined = undefined_gaps(rates, self.reference, kind, alpha)
        defined = np.array([reason is None for reason in undefined], dtype=np.bool_)
        spread = np.where(certain, _spread(rates, kind), np.inf)
        by, ratio = audit.tolerance_difference, audit.tolerance_ratio
        large = bool(n[self.reference] >= audit.minimum_group)
        return Contrast(
            metric=metric,
            kind=kind,
            value=(least + most) / 2,
            low=low,
            high=high,
            p=np.ones(len(n)),
            n=np.maximum(n, 0).astype(np.int64),
            smallest=np.full(len(n), float(audit.minimum_group)),
            undefined=undefined,
            enough=defined & (n >= audit.minimum_group) & large,
            reference_enough=large,
            tolerance=(-by, by) if kind == "difference" else (ratio, 1 / ratio),
            spread=spread,
            noise=float(spread[self.reference] / max(n[self.reference], 1.0)),
        )


def _spread(rates: Rates, kind: Kind) -> FloatArray:
    """The variance that one lead contributes, two hits and two misses added (Agresti and Coull 1998)."""
    hits = np.array([one.hits.low for one in rates.sides], dtype=np.float64)
    padded = (hits + 2) / (np.maximum(rates.n(most=False), 0) + 4)
    padded = np.clip(padded, 1e-9, 1 - 1e-9)
    spread = padded * (1 - padded) if kind == "difference" else (1 - padded) / padded
    return np.asarray(spread, dtype=np.float64)


def _figures(one: Comparison, own: tuple[Figure, ...] | None) -> Iterator[Figure | None]:
    for i in range(len(one.part.groups)):
        if i != one.reference:
            yield None if own is None else own[i]


def _gap(one: Disparity, figure: Figure | None) -> JointGap:
    found = figure_of(one) if figure is None else figure
    return JointGap(
        attribute=one.attribute,
        group=one.group,
        reference=one.reference,
        metric=one.metric,
        kind=one.kind,
        figure=found,
        p_adjusted=one.p_adjusted,
        verdict=one.verdict,
        why=_why(one, found) if one.verdict == "insufficient" else None,
    )


def _why(one: Disparity, figure: Figure) -> str | None:
    """What leaves it open: the reason, or how far what is hidden or noisy lets the gap be."""
    if figure.undefined is not None:
        return figure.undefined
    if figure.value is None:
        return f"hidden counts leave {between(figure.least, figure.most, one.kind)}"
    if figure.noisy:
        return f"chance and the noise in the counts leave {between(figure.low, figure.high, one.kind)}"
    return None


def between(low: float | None, high: float | None, kind: Kind) -> str:
    """Between what a gap lies, in words."""
    least, most = low or 0.0, high or 0.0
    if kind == "ratio":
        return f"the ratio between {least:.2f} and {most:.2f}"
    return f"the gap between {_points(least)} and {_points(most)} points"


def _points(value: float) -> str:
    return f"{100 * value + 0.0:+.1f}".replace("-", "\N{MINUS SIGN}")


def _told(one: Disparity, gap: JointGap) -> Disparity:
    """What findings are made from: of what is hidden the value that they can be sure of."""
    figure = gap.figure
    if one.value is None or (figure.value is not None and not figure.noisy):
        return one
    if one.verdict == "insufficient":
        none = {"value": None, "low": None, "high": None, "p": None, "p_adjusted": None, "n_needed": None}
        return replace(one, **none, undefined=gap.why)  # type: ignore[arg-type]
    if figure.value is not None:
        return one
    equal = 0.0 if one.kind == "difference" else 1.0
    ends = sorted((figure.least or 0.0, figure.most or 0.0), key=lambda end: abs(end - equal))
    return replace(one, value=ends[0] if one.verdict == "fail" else ends[1])
