"""Numbers as the files of a report hold them."""

from __future__ import annotations

import math
from typing import Any

DIGITS = 12


def rounded(value: Any) -> Any:  # noqa: ANN401 - walks whatever JSON may hold
    """Every number to twelve significant digits, and no negative zero: engines differ behind that."""
    if isinstance(value, dict):
        return {key: rounded(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(part) for part in value]
    if isinstance(value, float) and math.isfinite(value):
        return float(f"{value:.{DIGITS}g}") + 0.0
    return value
