"""An explanation as who may not see special categories sees it: without a word about one."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import replace

from audit.rows.explaining.drivers import agreements
from audit.rows.explaining.model import Driver, Explained, GapStory, Locked, Searched
from audit.schema import BadInput
from webapp.explanations import Found
from webapp.open_audits import hidden_in
from webapp.services import Services
from webapp.special_names import marked


def plain_explained(made: Explained, hidden: Collection[str]) -> Explained:
    """Without special categories, by their names and columns; itself where there are none.

    A field that is one, or that is said to give one away, is left out with all its figures.
    """
    if not hidden:
        return made
    drivers = tuple(_driver(one, hidden) for one in made.drivers if _seen(one.fields, hidden))
    return replace(
        made,
        request=replace(made.request, fixed=tuple(one for one in made.request.fixed if one not in hidden)),
        drivers=drivers,
        agreements=made.agreements if len(drivers) == len(made.drivers) else agreements(drivers),
        gaps=tuple(_gap(one, hidden) for one in made.gaps if one.attribute not in hidden),
        recourse=tuple(one for one in made.recourse if one.attribute not in hidden),
        locked=tuple(one for one in made.locked if not _is_told(one, hidden)),
        searched=tuple(_searched(made.searched, hidden)),
    )


def _seen(fields: tuple[str, ...], hidden: Collection[str]) -> bool:
    return not frozenset(fields) & frozenset(hidden)


def _driver(one: Driver, hidden: Collection[str]) -> Driver:
    return replace(one, groups=tuple(each for each in one.groups if each.attribute not in hidden))


def _gap(one: GapStory, hidden: Collection[str]) -> GapStory:
    parts = tuple(each for each in one.parts if _seen(each.fields, hidden))
    # Whether the methods agree is said of all fields, so it goes with any that is left out.
    return replace(one, parts=parts, agreement=one.agreement if len(parts) == len(one.parts) else None)


def _is_told(one: Locked, hidden: Collection[str]) -> bool:
    return one.field in hidden or any(name in one.reason for name in hidden)


def _searched(every: tuple[Searched, ...], hidden: Collection[str]) -> Iterator[Searched]:
    for one in every:
        if one.field not in hidden:
            yield replace(one, copies=tuple(each for each in one.copies if each not in hidden))


def hidden_for(opened: Services, found: Found) -> frozenset[str]:
    """What the special categories are called that an explanation may speak of: names and columns.

    Those of its stream, of the stream in force, and those that the newest audit recorded.
    """
    names = marked(opened, found.connection_id, {found.stream_version})
    for row in opened.evidence.newest(found.connection_id, 1):
        with suppress(BadInput):  # one of a form that is no longer read
            names |= hidden_in(opened, row)
    return names


def plain_found(found: Found, hidden: Collection[str]) -> Found:
    """A kept explanation without special categories; itself where nothing is to be left out."""
    made = found.report.explained
    plain = plain_explained(made, hidden)
    if plain == made:
        return found
    fixed = tuple(one for one in found.fixed if one not in hidden)
    return replace(found, fixed=fixed, report=replace(found.report, explained=plain), text="")
