"""The account of the rows: each is rejected for one reason, the first that applies, or kept."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audit.intake.model import Refusal

FIRST_FEW = 5


class Ledger:
    """Which rows still stand, and why the others fell."""

    def __init__(self, rows: int) -> None:
        self._standing = np.ones(rows, dtype=np.bool_)
        self._refusals: list[Refusal] = []

    @property
    def standing(self) -> NDArray[np.bool_]:
        """True for every row that no reason has turned away so far."""
        return self._standing

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """The reasons met so far, in the order in which they were checked."""
        return tuple(self._refusals)

    def reject(self, code: str, text: str, rows: NDArray[np.bool_]) -> None:
        """Turn away the standing rows among ``rows`` (a mask over the whole table)."""
        positions = np.flatnonzero(rows & self._standing)
        if positions.size:
            self._standing = self._standing & ~rows
            first = tuple(int(position) for position in positions[:FIRST_FEW])
            self._refusals.append(Refusal(code=code, text=text, count=int(positions.size), rows=first))
