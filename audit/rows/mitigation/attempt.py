"""What a remedy does when it is tried: decisions for every lead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from audit.rows.levels import Reals
from audit.rows.mitigation.model import Remedy
from audit.schema import BadInput

MISSING = 'This remedy needs the extra "mitigate": install it with pip install "fairlead[mitigate]".'


class NotHere(BadInput):
    """A remedy that cannot be tried on these leads or in this installation; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Made:
    """Decisions between 0 and 1 per lead; ``fidelity`` where they come from an imitation of the score.

    ``evened`` says that the training data was evened out, so that a gap that stays is only hidden there,
    ``notes`` are sentences about what it found.
    """

    decided: Reals
    fidelity: float | None = None
    evened: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Attempt:
    """A remedy, and how to try it. ``trained`` says that it is compared with the plain model, too."""

    remedy: Remedy
    run: Callable[[], Made]
    trained: bool = False
