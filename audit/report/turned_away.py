"""Rows that were turned away, as the report of a laboratory or of explanations keeps them: one sum."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from audit.intake import Refusal


def turned_away(record: Mapping[str, Any], code: str) -> tuple[Refusal, ...]:
    """The rows of one kind ("rejected" or "excluded") as one sum; none where there were none."""
    return (Refusal(code=code, text=code, count=record[code], rows=()),) if record[code] else ()
