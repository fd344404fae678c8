"""Whether releases can be added up: the same attributes, decisions, results and scores; else what to mend."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from audit.federation.model import Party
from audit.release import Release
from audit.release.counted import rates_of
from audit.schema import BadInput

_AGAIN = "and make the release anew"

_Told = Callable[[Release], object]
_SAME: tuple[tuple[str, _Told, str], ...] = (
    (
        "attributes",
        lambda one: ", ".join(sorted(dimension.name for dimension in one.dimensions)),
        "give the streams the same [[stream.attribute]] names",
    ),
    (
        "direction of the score",
        lambda one: "higher is better" if one.terms.higher_is_better else "lower is better",
        "turn the score of one stream, or set higher_is_better alike",
    ),
    (
        "decision",
        lambda one: _threshold(one.terms.threshold),
        "agree on what selects a lead: the same threshold, or a decision column in every stream",
    ),
    ("scores", lambda one: _have(_banded(one), "scores"), "give every stream a score, or none"),
    (
        "facts behind the rates",
        lambda one: f"{len(rates_of(one))} rates: {', '.join(rates_of(one)) or 'none'}",
        "give every stream a decision (or threshold) and an outcome, or take them out of all",
    ),
    (
        "confidence",
        lambda one: f"{one.terms.confidence:g}",
        "agree on confidence under [audit]",
    ),
    (
        "tolerance of differences",
        lambda one: f"{one.terms.tolerance_difference:g}",
        "agree on tolerance_difference under [audit]",
    ),
    (
        "tolerance of ratios",
        lambda one: f"{one.terms.tolerance_ratio:g}",
        "agree on tolerance_ratio under [audit]",
    ),
)


def check_fit(parties: tuple[Party, ...]) -> None:
    """Raise BadInput where the releases do not add up: one sentence that names both, and the mend."""
    for party in parties:
        _check_filled(party)
    first = parties[0]
    for other in parties[1:]:
        for what, told, mend in _SAME:
            one, two = told(first.release), told(other.release)
            if one != two:
                _refuse((first, other), f"the {what} differ ({first.name}: {one}; {other.name}: {two})", mend)
    _check_scale(parties)
    for name in sorted(one.name for one in first.release.dimensions):
        _check_references(parties, name)


def _check_filled(party: Party) -> None:
    release = party.release
    if not release.dimensions:
        msg = (
            f"the release of {party.name} has no attribute, so no groups can be compared: name one in its "
            f"stream {_AGAIN}"
        )
        raise BadInput(msg)
    counts = [count for one in release.groups for count in one.counts]
    # Hidden counts are no proof of emptiness; a release without one lead shows zeros alone.
    if not any(count is None or count > 0 for count in counts):
        msg = f"the release of {party.name} counts no lead: leave it out of the merge"
        raise BadInput(msg)


def _check_scale(parties: tuple[Party, ...]) -> None:
    """Bands differ by what is in them, but bands of one scale have an edge in common."""
    with_edges = [party for party in parties if party.release.edges]
    for other in with_edges[1:]:
        first = with_edges[0]
        if not set(first.release.edges) & set(other.release.edges):
            why = (
                f"their score bands have no edge in common ({first.name}: {_edges(first)}; {other.name}: "
                f"{_edges(other)}), so the scores may be on different scales"
            )
            _refuse((first, other), why, "put all scores on one scale, with the same score_range")


def _check_references(parties: tuple[Party, ...], name: str) -> None:
    named = {
        one.reference: party
        for party in parties
        for one in party.release.dimensions
        if one.name == name and one.reference is not None
    }
    if len(named) > 1:
        (one, first), (two, other) = sorted(named.items())[:2]
        why = f"the reference group of {name} differs ({first.name}: {one}; {other.name}: {two})"
        _refuse((first, other), why, "agree on one reference, or leave it out of every stream")


def _refuse(two: Iterable[Party], why: str, mend: str) -> None:
    names = " and ".join(party.name for party in two)
    msg = f"the releases of {names} do not fit together: {why}; {mend}, {_AGAIN}"
    raise BadInput(msg)


def _threshold(value: float | None) -> str:
    return "no threshold" if value is None else f"threshold {value:g}"


def _banded(release: Release) -> bool:
    return any(fact.band is not None for fact in release.facts)


def _have(there: bool, what: str) -> str:
    return what if there else f"no {what}"


def _edges(party: Party) -> str:
    return ", ".join(f"{edge:g}" for edge in party.release.edges)
