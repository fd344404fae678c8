"""What is counted together: groups that every release names, tables that all have, score edges in common."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from audit.federation.model import Names, Party
from audit.release import Dimension, Release
from audit.release.facts import Fact
from audit.release.shape import OTHER
from audit.schema import BadInput
from audit.tally.columns import UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """A group that is counted with `OTHER`, because ``lacking`` organisations do not name it."""

    attribute: str
    group: str
    lacking: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The joint tables.

    Attributes and groups are in the order of their names, `OTHER` last. ``scopes`` are the sets of
    attributes that every release has a table of: none (all leads), each, and crossings. ``apart`` are
    crossings that only some have.
    """

    dimensions: tuple[Dimension, ...]
    scopes: tuple[Names, ...]
    apart: tuple[Names, ...]
    edges: tuple[float, ...]
    facts: tuple[Fact, ...]
    folded: tuple[Folded, ...]

    def group(self, attribute: Names, group: Names) -> tuple[Names, Names]:
        """Where a group of a release is counted: its attributes by name, and its joint groups."""
        known = {one.name: one.levels for one in self.dimensions}
        pairs = sorted(zip(attribute, group, strict=True))
        return (
            tuple(name for name, _ in pairs),
            tuple(level if level in known[name] else OTHER for name, level in pairs),
        )

    def fact(self, fact: Fact, edges: tuple[float, ...]) -> Fact:
        """The joint fact of one over a release's own ``edges``."""
        if fact.band is None:
            return fact
        if fact.band > len(edges):
            band = len(self.edges) + 1
        else:
            below = edges[: fact.band]
            band = sum(edge in self.edges for edge in below)
        return Fact(selected=fact.selected, result=fact.result, band=band)


def plan_of(parties: tuple[Party, ...]) -> Plan:
    """The plan of releases that fit together (`audit.federation.fitting`).

    A group is joint where every release names it, or has no lead outside the groups that it names. Every
    other group is counted with "all other groups".

    Raises
    ------
    BadInput
        An attribute has no group that all releases name.
    """
    names = sorted(one.name for one in parties[0].release.dimensions)
    found = [_dimension(parties, name) for name in names]
    scopes = [_scopes(party.release) for party in parties]
    common = set.intersection(*map(set, scopes))
    edges = set.intersection(*(set(party.release.edges) for party in parties))
    plan = Plan(
        dimensions=tuple(dimension for dimension, _ in found),
        scopes=tuple(sorted(common, key=lambda scope: (len(scope), scope))),
        apart=tuple(sorted(set.union(*map(set, scopes)) - common)),
        edges=tuple(sorted(edges)),
        facts=(),
        folded=tuple(one for _, folded in found for one in folded),
    )
    return _with_facts(plan, parties)


def _with_facts(plan: Plan, parties: tuple[Party, ...]) -> Plan:
    found = {plan.fact(fact, party.release.edges) for party in parties for fact in party.release.facts}
    order = {None: 0, "yes": 1, "no": 2, "none": 3, "open": 4}

    def place(fact: Fact) -> tuple[int, int, int]:
        return -1 if fact.band is None else fact.band, order[fact.selected], order[fact.result]

    return replace(plan, facts=tuple(sorted(found, key=place)))


def _scopes(release: Release) -> tuple[Names, ...]:
    return tuple(dict.fromkeys(tuple(sorted(one.attribute)) for one in release.groups))


def _dimension(parties: tuple[Party, ...], name: str) -> tuple[Dimension, list[Folded]]:
    own = {party.name: next(one for one in party.release.dimensions if one.name == name) for party in parties}
    every = sorted({level for one in own.values() for level in one.levels} - {OTHER})
    lacking = {level: _lacking(parties, own, level) for level in every}
    common = [level for level in every if not lacking[level]]
    if not set(common) - {UNKNOWN}:
        told = "; ".join(f"{who}: {', '.join(one.levels)}" for who, one in own.items())
        message = (
            f"the releases do not fit together: no group of {name} is named by all ({told}); call the groups "
            "alike in every stream, or coarsen the attribute, and make the releases anew"
        )
        raise BadInput(message)
    other = len(common) < len(every) or any(OTHER in one.levels for one in own.values())
    named = sorted({one.reference for one in own.values() if one.reference in common}, key=str)
    dimension = Dimension(
        name=name,
        levels=(*common, *((OTHER,) if other else ())),
        reference=named[0] if named else None,
    )
    folded = [Folded(attribute=name, group=level, lacking=who) for level, who in lacking.items() if who]
    return dimension, folded


def _lacking(parties: Iterable[Party], own: dict[str, Dimension], level: str) -> tuple[str, ...]:
    """Organisations that may have leads of a group which they do not name."""
    return tuple(
        party.name
        for party in parties
        for one in [own[party.name]]
        if level not in one.levels and (OTHER in one.levels or party.release.left_out)
    )
