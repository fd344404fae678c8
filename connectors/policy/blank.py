"""When a field is empty: the CRMs send null, an empty string or spaces for the same thing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from connectors.policy.model import Applied


def filled(value: str | None) -> str | None:
    """The value without outer spaces; None where nothing is left."""
    return (value.strip() or None) if value is not None else None


def each_filled(values: Sequence[str | None], change: Callable[[str], str | None]) -> Applied:
    """Change every filled value; an empty one stays missing, a filled one that becomes None is unmapped.

    Many leads share few values, so each different one is changed once: ``change`` depends on nothing else.
    """
    often = Counter(values)
    before = {value: filled(value) for value in often}
    after = {value: None if plain is None else change(plain) for value, plain in before.items()}
    lost = sum(n for value, n in often.items() if before[value] is not None and after[value] is None)
    return Applied(values=tuple(map(after.__getitem__, values)), unmapped=lost)
