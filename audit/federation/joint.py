"""The joint audit in one function: releases in, figures and findings out."""

from __future__ import annotations

from collections.abc import Iterator

from audit.estimate import Estimate
from audit.federation.added import Side, Sum, added, facts, sides
from audit.federation.caution import cautions
from audit.federation.comparing import Compared, between, compared
from audit.federation.figures import missing, plain_figure, rate_figures
from audit.federation.fitting import check_fit
from audit.federation.model import Figure, Joint, JointCount, JointGap, JointRate, Names, Party
from audit.federation.own import disagreements, own_figures
from audit.federation.plan import Plan, plan_of
from audit.federation.reach import reach
from audit.federation.tables import Tables, least_shown
from audit.finding import Finding
from audit.finding.conclude import findings
from audit.finding.facts import Facts
from audit.metrics import GroupEstimate
from audit.metrics.per_group import part_measures
from audit.schema import Attribute, BadInput, Stream, Tolerance, nearest

OPEN = "hidden counts leave it open"


def joint(parties: tuple[Party, ...], special: tuple[str, ...] = ()) -> Joint:
    """Audit the leads of several organisations by their releases alone.

    ``special`` are attributes that are a special category of personal data (GDPR, Article 9), which a
    release does not tell. The order of the parties does not matter.

    Raises
    ------
    BadInput
        The releases do not fit together, or ``special`` names an attribute that they do not have.
    """
    parties = tuple(sorted(parties, key=lambda party: party.name))
    check_fit(parties)
    plan = plan_of(parties)
    stream = _stream(parties, plan, special)
    parts = tuple((party.name, _tables((party,), plan)) for party in parties)
    whole = _tables(parties, plan)
    rates, found = tuple(_rates(whole, stream)), compared(whole, stream)
    own = own_figures(whole, parts, stream.audit)
    return Joint(
        stream=stream,
        parties=parties,
        edges=plan.edges,
        rates=rates,
        gaps=found.gaps,
        counts=tuple(_counts(whole, 1 - stream.audit.confidence)),
        own=own,
        disagreements=disagreements(found.gaps, own, stream.audit) if len(parties) > 1 else (),
        cautions=cautions(parties, plan),
        findings=tuple(_findings(stream, rates, found)),
    )


def _stream(parties: tuple[Party, ...], plan: Plan, special: tuple[str, ...]) -> Stream:
    names = [one.name for one in plan.dimensions]
    for name in special:
        if name not in names:
            close = nearest(name, tuple(names))
            hint = f"did you mean {close}" if close else f"use one of {', '.join(names)}"
            msg = f"--special-category {name}: no release has this attribute; {hint}"
            raise BadInput(msg)
    terms = parties[0].release.terms
    return Stream(
        name=", ".join(sorted({party.release.terms.stream for party in parties})),
        attributes=tuple(
            Attribute(
                name=one.name, column=one.name, reference=one.reference, special_category=one.name in special
            )
            for one in plan.dimensions
        ),
        higher_is_better=terms.higher_is_better,
        threshold=terms.threshold,
        audit=Tolerance(
            tolerance_difference=terms.tolerance_difference,
            tolerance_ratio=terms.tolerance_ratio,
            confidence=terms.confidence,
            intersections=max(map(len, plan.scopes)),
        ),
    )


def _tables(parties: tuple[Party, ...], plan: Plan) -> Tables:
    return Tables(
        plan=plan,
        sides=added([sides(party, plan) for party in parties], Side()),
        facts=added([facts(party, plan) for party in parties], Sum()),
        k=least_shown(parties),
    )


def _rates(tables: Tables, stream: Stream) -> Iterator[JointRate]:
    for scope in tables.plan.scopes:
        certain = tables.certain(scope)
        yield from _measured(tables, scope, stream) if certain else _bounded(tables, scope, stream)


def _measured(tables: Tables, scope: Names, stream: Stream) -> Iterator[JointRate]:
    """The measures of a table whose every count is known: those of an audit."""
    part = tables.part(scope)
    for measure in part_measures(part, stream):
        for group, one in zip(part.groups, measure.estimates(), strict=True):
            yield JointRate(attribute=scope, group=group, metric=measure.metric, figure=_figure(one))


def _bounded(tables: Tables, scope: Names, stream: Stream) -> Iterator[JointRate]:
    groups, alpha = tables.groups(scope), 1 - stream.audit.confidence
    for metric in tables.metrics(scope):
        for group, figure in zip(groups, rate_figures(tables.rates(scope, metric), alpha), strict=True):
            yield JointRate(attribute=scope, group=group, metric=metric, figure=figure)


def _figure(one: Estimate) -> Figure:
    if one.value is None or one.low is None or one.high is None:
        return missing(one.undefined or "", one.n)
    return plain_figure(one.value, (one.low, one.high), one.n)


def _counts(tables: Tables, alpha: float) -> Iterator[JointCount]:
    for scope in tables.plan.scopes:
        for group in tables.groups(scope):
            for fact in tables.plan.facts:
                one = tables.facts.get((scope, group, fact), Sum())
                if fact.band is not None and len(scope) > 1:
                    continue
                most = reach(one.noise, alpha)
                yield JointCount(
                    attribute=scope,
                    group=group,
                    fact=fact,
                    value=None if one.hidden else one.low + one.noisy,
                    least=one.low + max(one.noisy - most, 0),
                    most=one.high + max(one.noisy + most, 0),
                    noisy=bool(one.noise),
                )


def _findings(stream: Stream, rates: tuple[JointRate, ...], found: Compared) -> Iterator[Finding]:
    """The findings of an audit; those of hidden counts say between what the gap lies."""
    told = tuple(_estimate(one) for one in rates)
    made = findings(Facts(stream=stream, estimates=told, disparities=found.disparities))
    for one in made:
        words = _hidden_words(one, found.gaps)
        yield one.adding(words) if words else one


def _estimate(one: JointRate) -> GroupEstimate:
    figure = one.figure
    estimate = (
        Estimate.missing(figure.undefined or OPEN, figure.n)
        if figure.value is None
        else Estimate(value=figure.value, low=figure.low, high=figure.high, n=figure.n)
    )
    return GroupEstimate(attribute=one.attribute, group=one.group, metric=one.metric, estimate=estimate)


def _hidden_words(one: Finding, gaps: tuple[JointGap, ...]) -> str:
    shown = dict(one.evidence)
    for gap in gaps:
        same = (gap.attribute, gap.group, gap.metric) == (one.attribute, one.group, one.metric)
        if same and gap.kind == shown.get("kind") and gap.figure.value is None:
            least, most = gap.figure.least, gap.figure.most
            return (
                f"Hidden counts leave {between(least, most, gap.kind)}; told is the smallest that they allow."
            )
    return ""
