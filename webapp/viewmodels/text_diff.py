"""Two texts side by side, line by line: what differs is told by a word, not by colour alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Literal

from webapp.language import gettext, marked

NEAR = 3
"""Lines that are the same are shown up to so far from a change."""
Kind = Literal["same", "changed", "added", "removed", "gap"]
WORDS: dict[Kind, str] = {
    "same": "",
    "changed": marked("changed"),
    "added": marked("added"),
    "removed": marked("removed"),
    "gap": marked("not shown"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One row: a line of the old text and one of the new; None where there is none.

    A gap stands for ``hidden`` lines that are the same on both sides.
    """

    kind: Kind
    old: str | None = None
    new: str | None = None
    old_line: int = 0
    new_line: int = 0
    hidden: int = 0

    @property
    def words(self) -> str:
        """What happened to the line, in a word."""
        return gettext(WORDS[self.kind])


def text_diff(old: str, new: str) -> tuple[Pair, ...]:
    """The rows of a comparison; empty where the texts are the same."""
    if old == new:
        return ()
    before, after = old.splitlines(), new.splitlines()
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    rows: list[Pair] = []
    for group in matcher.get_grouped_opcodes(NEAR):
        rows += _gap(rows, group[0][1])
        for tag, a, b, c, d in group:
            rows += _rows(tag, (before, a, b), (after, c, d))
    return (*rows, *_gap(rows, len(before), last=True))


def _gap(rows: Sequence[Pair], start: int, *, last: bool = False) -> list[Pair]:
    shown = max((row.old_line for row in rows), default=0)
    hidden = start - shown
    return [Pair(kind="gap", hidden=hidden)] if hidden > 0 and (rows or not last) else []


def _rows(tag: str, old: tuple[list[str], int, int], new: tuple[list[str], int, int]) -> Iterator[Pair]:
    olds = [(number + 1, old[0][number]) for number in range(old[1], old[2])]
    news = [(number + 1, new[0][number]) for number in range(new[1], new[2])]
    for left, right in zip_longest(olds, news):
        kind: Kind = "same" if tag == "equal" else "changed"
        if left is None or right is None:
            kind = "added" if left is None else "removed"
        yield Pair(
            kind=kind,
            old=left[1] if left else None,
            new=right[1] if right else None,
            old_line=left[0] if left else 0,
            new_line=right[0] if right else 0,
        )
