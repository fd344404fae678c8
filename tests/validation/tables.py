"""Tables and percentages of the report."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np


def percent(share: float) -> str:
    """A share in per cent, without the sign."""
    return f"{100 * share:.1f}"


def row(*cells: object) -> str:
    """One line of a table."""
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def table(*head: str) -> Iterator[str]:
    """The head of a table."""
    yield row(*head)
    yield row(*("---" for _ in head))


def share_of(times: int, runs: int) -> str:
    """Percentage with its Monte-Carlo error; where it is 0 or 1, that of one and a half runs."""
    share = times / runs
    at = min(max(share, 1.5 / runs), 1 - 1.5 / runs)
    return f"{percent(share)} +- {percent(float(np.sqrt(at * (1 - at) / runs)))}"
