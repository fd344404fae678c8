"""What a report says of a model that a customer brought."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class BroughtModel:
    """``digest`` is its file's SHA-256, ``steps`` are the kinds of its steps, ``notes`` say what is odd."""

    digest: str
    steps: tuple[str, ...]
    notes: tuple[str, ...]
