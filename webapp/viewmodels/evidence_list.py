"""The evidence of an audit on its page: what there is, by kind, with the first chart of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from webapp.evidence.catalogue import Asked, asked_of, figure
from webapp.evidence.figure import Figure
from webapp.evidence.groups import main_metric
from webapp.evidence.source import Names, Source
from webapp.language import gettext, marked, ngettext
from webapp.viewmodels.words import named

DRAWN_GROUPS = 12
"""Groups up to which a chart stands on the audit's own page; a longer one has a page of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One figure: its address, what it is about, and the figure itself where it is shown at once."""

    asked: Asked
    words: str
    figure: Figure | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The figures of one kind. ``lacking`` says why there is none."""

    anchor: str
    title: str
    items: tuple[Item, ...]
    lacking: str = ""


_TITLES = {
    "coverage": marked("Which leads the numbers rest on"),
    "thresholds": marked("What another threshold would do"),
    "crossings": marked("Attributes together"),
    "calibration": marked("Does a score mean the same for every group"),
    "proxies": marked("From the fields to the attribute to the score"),
    "strengths": marked("How surely each field tells the group"),
}
NO_ATTRIBUTE = marked("This audit has no attribute.")
_NONE = {
    "crossings": marked(
        "This audit has one attribute, or crosses none, so there is nothing to show together."
    ),
}


def evidence_parts(source: Source) -> tuple[Part, ...]:
    """Every kind of evidence that has a place on the page, in the order of a reader's questions."""
    parts = [_part(source, kind) for kind in _TITLES]
    asked = Asked(kind="subgroups", place=1)
    found = figure(source, asked)
    worst = Item(asked=asked, words=gettext("all groups that were found"), figure=_short(found))
    parts.append(Part(anchor="part-subgroups", title=gettext("Who is treated worst"), items=(worst,)))
    return tuple(parts)


def _part(source: Source, kind: str) -> Part:
    items = tuple(_items(source, kind))
    return Part(
        anchor=f"part-{kind}",
        title=gettext(_TITLES[kind]),
        items=items,
        lacking="" if items else gettext(_NONE.get(kind, NO_ATTRIBUTE)),
    )


def _items(source: Source, kind: str) -> Iterator[Item]:
    for asked, names in asked_of(source, kind):
        groups = _groups(source, names)
        words = ngettext(
            "by %(attribute)s (%(n)s\N{NO-BREAK SPACE}group)",
            "by %(attribute)s (%(n)s\N{NO-BREAK SPACE}groups)",
            groups,
            attribute=named(names),
        )
        first = asked.place == 1 and groups <= DRAWN_GROUPS * (2 if kind == "crossings" else 1)
        yield Item(asked=asked, words=words, figure=figure(source, asked) if first else None)


def _groups(source: Source, names: Names) -> int:
    metric = main_metric(source, names)
    return sum(bool(group) for group in source.estimates.get((names, metric or ""), ()))


def _short(found: Figure | None) -> Figure | None:
    """A figure that is not too long for the page."""
    if found is None or found.sheet is None:
        return found
    return found if len(found.sheet.rows) <= DRAWN_GROUPS else None
