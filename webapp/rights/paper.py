"""A document of sections that can be shown as a page, as Markdown and as JSON: one content, three forms."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One fact: what it is about, and what is to say. ``blank`` says that a person must fill it in."""

    term: str
    text: str
    blank: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under their heads."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading with facts and, maybe, a table."""

    heading: str
    lines: tuple[Line, ...] = ()
    table: Table | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A whole document; ``stamp`` says which rules it was made from, and when."""

    schema: str
    title: str
    stamp: tuple[Line, ...]
    sections: tuple[Section, ...]

    @property
    def blanks(self) -> int:
        """How many facts a person must fill in."""
        return sum(line.blank for section in self.sections for line in section.lines)


def to_json(paper: Paper) -> str:
    """For other programs."""
    return json.dumps(asdict(paper), indent=2, ensure_ascii=False) + "\n"


def to_markdown(paper: Paper) -> str:
    """For people who keep documents as text."""
    made = [f"# {_plain(paper.title)}", _listed(paper.stamp)]
    for section in paper.sections:
        made.append(f"## {_plain(section.heading)}")
        if section.lines:
            made.append(_listed(section.lines))
        if section.table is not None:
            made += [_plain(section.table.caption), _table(section.table)]
    return "\n\n".join(made) + "\n"


def _listed(lines: tuple[Line, ...]) -> str:
    return "\n".join(f"- **{_plain(line.term)}**: {_plain(line.text)}" for line in lines)


def _table(table: Table) -> str:
    rows = [table.head, tuple("---" for _ in table.head), *table.rows]
    return "\n".join("| " + " | ".join(_plain(cell) for cell in row) + " |" for row in rows)


def _plain(text: str) -> str:
    """A text that means nothing to Markdown: names in a CRM may hold any sign."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(text.split()))
