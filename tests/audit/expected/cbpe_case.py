"""Leads made without chance, the same in any environment: what NannyML and we are asked about."""

from __future__ import annotations

import math

GOLDEN = (math.sqrt(5) - 1) / 2
STEPS = 100


def calibrated(n: int, start: int = 0) -> list[tuple[float, int]]:
    """Scores in hundredths of a probability, and outcomes that come as often as they say."""
    rows = []
    for i in range(start, start + n):
        p = round((i * GOLDEN % 1) ** 1.5 * STEPS) / STEPS
        rows.append((p, int(i * math.sqrt(2) % 1 < p)))
    return rows


def two_groups(n: int, start: int = 0) -> list[tuple[str, float, int]]:
    """Two groups with the same scores: what is promised comes true for "a", and half as often for "b"."""
    rows = []
    for i in range(start, start + n):
        group = "b" if i % 3 == 0 else "a"
        p = round((i * GOLDEN % 1) ** 1.5 * STEPS) / STEPS
        rows.append((group, p, int(i * math.sqrt(2) % 1 < (p / 2 if group == "b" else p))))
    return rows
