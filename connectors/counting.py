"""How often what is held of an organisation was changed: counted in the folder and in the database.

A folder that counts less than the database was put back from a backup. Whoever was erased since would be
in it again, so it is not read before they are erased once more (`connectors.lining_up`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from audit.schema import BadInput

BEHIND = (
    "the stored leads are older than the database, as after a backup of the folder alone: run fairlead sync, "
    "which first erases again whoever was erased since"
)


class Behind(BadInput):
    """What lies in the folder is older than what the database knows of."""

    def __init__(self) -> None:
        super().__init__(BEHIND)


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """``state`` counts the states of the leads, ``erasures`` those of the list of who must not come back."""

    state: int = 0
    erasures: int = 0


NOTHING = Numbers()


@dataclass(slots=True, kw_only=True)
class Changes:
    """What was written of one organisation: the numbers reached (0: not touched), and the lines of the list.

    ``away`` are lead keys that must not come back, each with the second (since 1970) until which, None for
    good; ``back`` are those that may again. ``removed`` says that nothing is held any more.
    """

    state: int = 0
    erasures: int = 0
    away: dict[str, int | None] = field(default_factory=dict, repr=False)
    back: set[str] = field(default_factory=set, repr=False)
    removed: bool = False

    def __bool__(self) -> bool:
        """Whether anything was written."""
        return bool(self.state or self.erasures or self.removed)


# Told of changes by the CRM and the id of the organisation, while its lock is held.
Noted = Callable[[str, str, Changes], None]


def nobody(crm: str, organisation: str, changes: Changes) -> None:
    """There is no database that should know."""
