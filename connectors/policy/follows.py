"""Whether the words of one vocabulary can be worked out from those of another."""

from __future__ import annotations

from collections.abc import Mapping


def follows(one: Mapping[str, str], than: Mapping[str, str]) -> bool:
    """Whether the first vocabulary's word is known from the second's; what is in none is one more word."""
    into: dict[str, str] = {}
    words = [(than.get(value, ""), one.get(value, "")) for value in (*one, *than)]
    return all(into.setdefault(known, word) == word for known, word in [("", ""), *words])
