"""When several findings of an attribute are one pattern seen from its reference group."""

from __future__ import annotations

from dataclasses import replace

from audit.finding.facts import Names
from audit.finding.reading import DECISIVE_TIER, reading
from audit.finding.value import SEVERITIES, Finding
from audit.finding.words import briefly, count, listed, plain, sentence

MANY = 3


def patterns(found: list[Finding]) -> list[Finding]:
    """Say where one reference group stands behind several findings, and weigh its own loss once.

    Where the reference of an attribute is worse off than several groups, that is one loss: the
    most serious finding keeps its severity, the others step down once. Where three groups or more
    are worse off than the reference, each is a loss of its own, and the most serious finding says
    that they share the reference. Expects the most serious first, and keeps that order.
    """
    told: dict[tuple[Names, str, bool], list[int]] = {}
    for place, one in enumerate(found):
        facts = dict(one.evidence)
        if one.verdict == "fail" and facts["worse_off"] is not None:
            loses = facts["worse_off"] == facts["reference"]
            told.setdefault((one.attribute, one.metric, loses), []).append(place)
    changed = list(found)
    for (_, _, loses), places in told.items():
        if loses and len(places) > 1:
            _weigh_once(changed, places)
        elif not loses and len(places) >= MANY:
            _say(changed, places[0], _shared(changed[places[0]], len(places)))
    return changed


def _weigh_once(found: list[Finding], places: list[int]) -> None:
    first = found[places[0]]
    _say(
        found,
        places[0],
        sentence(f"{_reference(first)} are behind {count(len(places), 'group')} of {_of(first)}"),
    )
    for place in places[1:]:
        one = found[place]
        lower = SEVERITIES[max(SEVERITIES.index(one.severity) - 1, 1)]
        _say(
            found,
            place,
            f"It is one of {len(places)} findings in which {_reference(one)} are behind"
            "; the first of them counts in full, this one a step less.",
        )
        found[place] = replace(found[place], severity=lower)


def _shared(one: Finding, groups: int) -> str:
    decisive = reading(one.metric).tier <= DECISIVE_TIER
    stand = "are behind" if decisive else "differ in this way from"
    way = " in this way" if decisive else ""
    return (
        f"{count(groups, 'group')} of {_of(one)} {stand} {_reference(one)}{way};"
        " check that this is the right group to compare with."
    )


def _reference(one: Finding) -> str:
    """The reference in words; of a crossing not by its name, which the headline tells."""
    crossed = len(one.attribute) > 1
    name = str(dict(one.evidence)["reference"])
    return "leads of the reference group" if crossed else briefly(one.attribute, (name,))


def _of(one: Finding) -> str:
    return listed(tuple(plain(name) for name in one.attribute))


def _say(found: list[Finding], place: int, words: str) -> None:
    found[place] = found[place].adding(words)
