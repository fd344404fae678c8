"""Changes to the text of a policy that leave the rest of it, and its comments, as they are.

A policy is a head and a block for each rule. The comment lines directly above ``[[rule]]`` belong to it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AbstractTable

from audit.schema import BadInput

_RULE = re.compile(r"\s*\[\[\s*rule\s*\]\]\s*(#.*)?")
UNSPLIT = (
    "The table cannot show this text, because its rules cannot be told apart line by line; "
    "change it in the text below."
)
Table = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A policy's text in pieces; put together they are the text again."""

    head: str
    blocks: tuple[str, ...]

    @property
    def text(self) -> str:
        """The whole text."""
        return self.head + "".join(self.blocks)

    @property
    def rules(self) -> tuple[Table, ...]:
        """The rules as they are written, whether or not they are valid."""
        return tuple(tomllib.loads(block)["rule"][0] for block in self.blocks)

    @property
    def policy(self) -> Table:
        """The ``[policy]`` section as it is written; empty where there is none."""
        found = tomllib.loads(self.head).get("policy")
        return found if isinstance(found, dict) else {}


def sheet_of(text: str) -> Sheet:
    """The pieces of a text.

    Raises
    ------
    BadInput
        The text is no TOML, or is written so that its rules do not stand in lines of their own.
    """
    try:
        document = tomllib.loads(text)
        sheet = _split(text)
        written = document.get("rule", [])
        if list(sheet.rules) != written or tomllib.loads(sheet.head).keys() != document.keys() - {"rule"}:
            raise BadInput(UNSPLIT)
    except (ValueError, KeyError, IndexError, RecursionError):
        raise BadInput(UNSPLIT) from None
    return sheet


def with_rule(sheet: Sheet, place: int, table: Table) -> Sheet:
    """Rule ``place`` (from 0) says ``table``; what it says already stays as it is written."""
    blocks = list(sheet.blocks)
    blocks[place] = _changed(blocks[place], table, lambda document: document["rule"][0])
    return replace(sheet, blocks=tuple(blocks))


def without_rule(sheet: Sheet, place: int) -> Sheet:
    """Rule ``place`` (from 0) is gone, with the comments directly above it; those below it stay."""
    lines = sheet.blocks[place].splitlines(keepends=True)
    said = [number for number, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#")]
    below = "".join(lines[said[-1] + 1 :]) if said else ""
    before, after = sheet.blocks[:place], sheet.blocks[place + 1 :]
    if not below.strip():
        return replace(sheet, blocks=(*before, *after))
    if before:
        return replace(sheet, blocks=(*before[:-1], before[-1] + below.lstrip("\n"), *after))
    return replace(sheet, head=sheet.head + below.lstrip("\n"), blocks=after)


def with_new_rule(sheet: Sheet, table: Table, why: str = "") -> Sheet:
    """One rule more at the end, with a comment above it."""
    document = tomlkit.document()
    rules = tomlkit.aot()
    rules.append(_table(table))
    document["rule"] = rules
    comment = f"# {' '.join(why.split())}\n" if why else ""
    ended = _ended(sheet)
    return replace(ended, blocks=(*ended.blocks, f"\n{comment}{tomlkit.dumps(document)}"))


def with_head(sheet: Sheet, values: Table) -> Sheet:
    """The ``[policy]`` section says ``values``; an empty one is taken out."""
    whole = {**sheet.policy, **values}
    wanted = {key: value for key, value in whole.items() if value not in ("", [], None)}
    return replace(sheet, head=_changed(sheet.head, wanted, lambda document: document["policy"]))


def _ended(sheet: Sheet) -> Sheet:
    """The same, with a line feed behind the last line."""
    if sheet.text.endswith("\n") or not sheet.text:
        return sheet
    if sheet.blocks:
        return replace(sheet, blocks=(*sheet.blocks[:-1], f"{sheet.blocks[-1]}\n"))
    return replace(sheet, head=f"{sheet.head}\n")


def _changed(text: str, wanted: Table, part: Any) -> str:  # noqa: ANN401 - a piece of tomlkit's document
    try:
        document = tomlkit.parse(text)
        table = part(document)
    except (TOMLKitError, KeyError):
        raise BadInput(UNSPLIT) from None
    held = tomllib.loads(text)
    for key in [key for key in table if key not in wanted]:
        del table[key]
    for key, value in wanted.items():
        if part(held).get(key) != value or key not in table:
            table[key] = _item(value)
    return tomlkit.dumps(document)


def _table(values: Table) -> AbstractTable:
    table = tomlkit.table()
    for key, value in values.items():
        table[key] = _item(value)
    return table


def _item(value: Any) -> Any:  # noqa: ANN401 - whatever TOML holds
    if isinstance(value, Mapping):
        inline = tomlkit.inline_table()
        inline.update(value)
        return inline
    return tomlkit.item(value)


def _split(text: str) -> Sheet:
    lines = text.splitlines(keepends=True)
    starts = [place for place, line in enumerate(lines) if _RULE.fullmatch(line.rstrip("\r\n"))]
    cuts = [*_with_comments(lines, starts), len(lines)]
    blocks = tuple("".join(lines[start:end]) for start, end in pairwise(cuts))
    return Sheet(head="".join(lines[: cuts[0]]), blocks=blocks)


def _with_comments(lines: Sequence[str], starts: Sequence[int]) -> Iterator[int]:
    for start in starts:
        first = start
        while first and lines[first - 1].lstrip().startswith("#"):
            first -= 1
        yield first
