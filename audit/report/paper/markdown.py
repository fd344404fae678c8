"""A paper as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from audit.report.paper.model import Item, Paper, Section, Table
from audit.report.printable import printable

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~&])")
# At the beginning of a line these would be a list, a heading or a rule.
_OPENING = re.compile(r"^(\d+)([.)])(?=\s|$)|^([-+=])")


def to_markdown(paper: Paper) -> str:
    """The paper as text (CommonMark with tables); names from the data mean nothing to Markdown."""
    parts = [f"# {plain(paper.title)}", *(plain(one) for one in paper.lead)]
    for section in paper.sections:
        parts += _section(section)
    parts += ["## What this was made from", _items(paper.stamp), f"*{plain(paper.close)}*"]
    return printable("\n\n".join(parts)) + "\n"


def plain(text: str) -> str:
    """A text on one line that Markdown shows as it is."""
    one = _SPECIAL.sub(r"\\\1", " ".join(text.split()))
    return _OPENING.sub(lambda found: f"{found[1]}\\{found[2]}" if found[1] else f"\\{found[3]}", one)


def _section(section: Section) -> Iterator[str]:
    mark = f" ({plain(section.mark)})" if section.mark else ""
    yield f"## {plain(section.heading)}{mark}"
    yield from (plain(one) for one in section.text)
    if section.points:
        yield "\n".join(f"- {plain(one)}" for one in section.points)
    if section.items:
        # A comment between two lists keeps Markdown from making one of them.
        yield from ("<!-- -->", _items(section.items)) if section.points else (_items(section.items),)
    for table in section.tables:
        yield from _table(table)


def _items(items: tuple[Item, ...]) -> str:
    return "\n".join(f"- **{plain(one.term)}**: {plain(one.text)}" for one in items)


def _table(table: Table) -> Iterator[str]:
    rows = (table.head, tuple("---" for _ in table.head))
    cells = [*rows, *(tuple(plain(cell) for cell in row) for row in table.rows)]
    yield plain(table.caption)
    yield "\n".join("| " + " | ".join(row) + " |" for row in cells)
    yield from (plain(note) for note in table.notes)
