"""Leads of one account resemble each other: what that costs, and which groups have too few accounts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from audit.clustering.accounts import FEWEST, Accounts
from audit.clustering.effect import ESTIMATE, FEWEST_EFFECTIVE, DesignEffects
from audit.finding import Caution, evidence
from audit.finding.facts import Facts
from audit.finding.words import count, listed, quoted
from audit.registry import metric

_LISTED = 10
_STEADY_DF = 19.0
_FREE = 1.05


def alike(accounts: Accounts | None, effects: DesignEffects | None, facts: Facts) -> Iterator[Caution]:
    """What clustering by account did to the audit; nothing where no account column is named."""
    if accounts is None or effects is None:
        return
    yield _clustered(accounts, effects)
    for attribute in facts.stream.attributes:
        yield from _few(attribute.name, effects, facts)


def _clustered(accounts: Accounts, effects: DesignEffects) -> Caution:
    sizes = np.bincount(accounts.code)
    leads, largest = int(sizes.sum()), int(sizes.max(initial=0))
    typical, largest_effect = _typical_and_largest(effects)
    alone = f" {count(accounts.unnamed)} without an account count as one account each."
    return Caution(
        code="clustered",
        text=(
            f"The {count(leads)} belong to {count(accounts.total, 'account')} ({leads / accounts.total:.1f}"
            f" leads per account, {largest:,} in the largest), and leads of one account are not independent."
            f" Intervals and tests allow for that: {_cost(typical)}.{alone if accounts.unnamed else ''}"
        ),
        evidence=evidence(
            accounts=accounts.total,
            leads_per_account=leads / accounts.total,
            largest_account=largest,
            design_effect=typical,
            largest_design_effect=largest_effect,
            without_account=accounts.unnamed,
        ),
    )


def _cost(typical: float | None) -> str:
    if typical is None:
        return "there are too few accounts to tell how much less certain they make a number"
    if typical < _FREE:
        return "it hardly makes a number of a group less certain than it would be otherwise"
    return f"typically, a number of a group is as uncertain as one from {typical:.1f} times fewer leads"


def _typical_and_largest(effects: DesignEffects) -> tuple[float, float] | tuple[None, None]:
    """Median and largest design effect of decisive metrics in groups of one attribute with enough accounts.

    Each is an estimate, off by a quarter and more: the largest of many exaggerates, the median does not.
    """
    found = [
        effect.deff[effect.df >= _STEADY_DF]
        for (attributes, name, kind), effect in effects.effects.items()
        if len(attributes) <= 1 and kind == ESTIMATE and metric(name).family == "confirmatory"
    ]
    every = np.concatenate([np.ones(0), *found])
    return (float(np.median(every)), float(every.max())) if len(every) else (None, None)


def _few(attribute: str, effects: DesignEffects, facts: Facts) -> Iterator[Caution]:
    groups = [
        one.group[0] for one in facts.estimates if one.attribute == (attribute,) and one.metric == "count"
    ]
    accounts = effects.accounts.get((attribute,), np.zeros(0))
    of_count = effects.of((attribute,), "count")
    if of_count is None or len(accounts) < 2:
        return
    few = (accounts < effects.fewest) | (of_count.df + 1 < FEWEST_EFFECTIVE)
    named = [(n, group) for n, group, is_few in zip(accounts.tolist(), groups, few, strict=True) if is_few]
    if not named:
        return
    shown = [f"{quoted(group)} ({n:,})" for n, group in named[:_LISTED]]
    more = [count(len(named) - _LISTED, "more group")] if len(named) > _LISTED else []
    yield Caution(
        code="few_accounts",
        text=(
            f"{count(len(named), 'group')} of {quoted(attribute)} cannot be judged, because too few accounts"
            f" stand behind the leads (at least {FEWEST} are needed, and none may outweigh the others):"
            f" {listed((*shown, *more))}."
        ),
        evidence=evidence(
            attribute=attribute, groups=len(named), fewest=min(n for n, _ in named), needed=FEWEST
        ),
    )
