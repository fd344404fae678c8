"""Which entries of a list of states mean success: what is known of the platforms, else what the words say.

It is only what stands in the form first. Whatever is not plain is "not yet known".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from connectors.entries import Entry
from connectors.policy.map import Map, as_compared
from connectors.policy.spelling import words_of
from connectors.policy.starter.standard import Table

YES, NO, OPEN = "1", "0", ""
_FAILED = re.compile(
    r"\b(not|no|non|lost|dead|un ?qualified|disqualified|rejected|junk|spam|closed lost|verloren|kein\w*"
    r"|nicht|perdu|perdido|perdida|abgelehnt)\b"
)
_WON = re.compile(r"\b(won|converted|customer|sold|success\w*|gewonnen|kunde|gagn[eé]|ganado|cliente?)\b")


def guessed(table: Table, field: str, entries: Iterable[Entry]) -> Mapping[str, str]:
    """What each entry of ``field`` likely means, by its value: "1" success, "0" none, "" not yet known."""
    known = {
        as_compared(old): new
        for one in table.standard
        if one.rule.field == field and isinstance(one.rule.operator, Map)
        for old, new in one.rule.operator.vocabulary
    }
    return {one.value: known.get(as_compared(one.value), _by_words(one)) for one in entries}


def _by_words(entry: Entry) -> str:
    said = " ".join(words_of(entry.label))
    if _FAILED.search(said):
        return NO
    return YES if _WON.search(said) else OPEN
