"""How much noise there is: the scale by the epsilon and the number of tables that share it."""

from __future__ import annotations

SMALLEST_EPSILON, LARGEST_EPSILON = 0.01, 10.0
LARGEST_SCALE = 20_000.0
FOR_NAMES = 0.1
SLACK = 1 + 1e-9


def scale_of(epsilon: float, tables: int) -> float:
    """The scale in every table; a tenth of the epsilon goes to the names of groups."""
    return tables / (epsilon * (1 - FOR_NAMES)) * SLACK
