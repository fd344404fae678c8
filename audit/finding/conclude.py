"""From disparities to findings: one per group that fails, led by its worst metric."""

from __future__ import annotations

from dataclasses import replace

from audit.disparity import Disparity
from audit.finding.case import Case, cases, is_treatment
from audit.finding.crossing import beyond_its_parts
from audit.finding.facts import Facts, Names, tolerance
from audit.finding.failing import failed
from audit.finding.likely import likely
from audit.finding.passed import passed
from audit.finding.pattern import patterns
from audit.finding.reading import DECISIVE_TIER, reading
from audit.finding.sentences import proxy_sentence
from audit.finding.subgroup import OTHERS, subgroup_findings
from audit.finding.treatment import treatment_findings
from audit.finding.undecided import undecided
from audit.finding.value import SEVERITIES, Finding, evidence
from audit.rows.proxy import GapPair, Proxy, informative

MATERIAL_SHARE = 0.1


def findings(facts: Facts) -> tuple[Finding, ...]:
    """What the audit concludes, worst first.

    A group with a failing comparison gets one finding, led by the metric that says most directly
    what happens to its leads; its other failing metrics are in the evidence. A crossing of
    attributes gets one only where it fails beyond what its parts explain, and so does what the search
    for the worst-treated found beyond that (`audit.finding.subgroup`). A gap that is
    significant and beyond the tolerance as measured, but not surely so, is one of severity "low"
    (`audit.finding.likely`). The other groups of an
    attribute without enough data share one "info" with the leads still needed, and so do those
    that passed.
    The worst finding of an attribute names the feature that carries the gap, where there is one.
    """
    made = cases(facts)
    singles = [case for case in made if len(case.attribute) == 1]
    found = [failed(case, facts) for case in (*_alone(singles), *_beyond(made, facts))]
    for attribute in dict.fromkeys(case.attribute for case in singles):
        own = [case for case in singles if case.attribute == attribute]
        open_cases = [case for case in own if not case.failing and case.insufficient]
        told = [likely(case, facts) for case in open_cases]
        found += [one for one in told if one is not None]
        found += undecided([case for case, one in zip(open_cases, told, strict=True) if one is None], facts)
        found += passed([case for case in own if not case.failing and not case.insufficient], own, facts)
    found += treatment_findings(facts)
    weighed = patterns(sorted(found, key=_worst_first))
    weighed += subgroup_findings(facts, weighed)
    return _with_proxies(sorted(weighed, key=_worst_first), facts)


def standing_out(facts: Facts) -> tuple[Disparity, ...]:
    """The comparisons of crossings that fail beyond what their parts explain."""
    return tuple(case.failing[0].disparity for case in _beyond(cases(facts), facts))


def _alone(singles: list[Case]) -> list[Case]:
    return [case for case in singles if case.failing]


def _beyond(made: list[Case], facts: Facts) -> list[Case]:
    parts = [gap.disparity for case in made if len(case.attribute) == 1 for gap in case.gaps]
    crossings = [(case, case.failing[0]) for case in made if len(case.attribute) > 1 and case.failing]
    return [
        case
        for case, gap in crossings
        if beyond_its_parts(gap.disparity, parts, tolerance(gap, facts.stream, facts.width))
    ]


def _with_proxies(found: list[Finding], facts: Facts) -> tuple[Finding, ...]:
    """Name the strongest proxy of each gap in the finding that tells of it."""
    for pair in facts.gap_pairs:
        proxy = _carrier(pair, facts)
        place = _place(pair, found)
        if proxy is not None and place is not None:
            found[place] = _naming(found[place], proxy, pair)
    return tuple(found)


def _carrier(pair: GapPair, facts: Facts) -> Proxy | None:
    """The feature that surely carries a part of the gap worth telling, the largest first."""
    return next(
        (
            one
            for one in facts.proxies
            if one.attribute == pair.attribute and (one.share_low or 0) > 0
            if informative(one, facts.stream.audit.confidence)
            if (one.share or 0) >= MATERIAL_SHARE
        ),
        None,
    )


def _place(pair: GapPair, found: list[Finding]) -> int | None:
    failing = [
        i
        for i, one in enumerate(found)
        if one.verdict == "fail" and one.attribute == (pair.attribute,) and not is_treatment(one.metric)
    ]
    own = [i for i in failing if found[i].group == (pair.group,)]
    near = [i for i in failing if reading(found[i].metric).tier <= DECISIVE_TIER]
    return next(iter(own or near), None)


def _naming(one: Finding, proxy: Proxy, pair: GapPair) -> Finding:
    shown = evidence(**dict(one.evidence), proxy=proxy.feature, proxy_auc=proxy.auc, proxy_share=proxy.share)
    return replace(one.adding(proxy_sentence(proxy, pair)), evidence=shown)


def _worst_first(one: Finding) -> tuple[int, bool, float, Names, Names, str]:
    """By severity; what a search found after what every audit asks, then by size."""
    shown = dict(one.evidence)
    searched, size = shown.get("reference") == OTHERS, -float(shown.get("tolerances") or 0)
    return -SEVERITIES.index(one.severity), searched, size, one.attribute, one.group, one.metric
