"""A paper as a value: sections of sentences, points, facts and tables, whatever form it is shown in."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One fact: what it is about, and what is to say."""

    term: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under their heads; the first cell of a row names it."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading with what stands under it: a mark in a word or two, sentences, facts, points, tables."""

    heading: str
    mark: str = ""
    text: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()
    points: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A whole paper. ``stamp`` says what it was made from, ``close`` is its last sentence."""

    title: str
    lead: tuple[str, ...]
    sections: tuple[Section, ...]
    stamp: tuple[Item, ...]
    close: str

    def noting(self, words: str) -> Paper:
        """The paper with a further sentence at its beginning; itself where there is none."""
        return replace(self, lead=(*self.lead, words)) if words else self
