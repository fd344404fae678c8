"""What a sample shows of a field without showing a value: how full, how varied, and what it looks like."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.policy.looks import Looks

PERSONAL = {
    "mail": "mail addresses",
    "phone": "phone numbers",
    "web": "web addresses",
    "id": "ids of records or accounts",
    "ip": "network addresses",
    "card": "numbers of cards or bank accounts",
    "name": "names of people",
    "free text": "free texts",
}
"""What values may look like that should not be read as they are, in words."""

_NEARLY = 0.9
_ENOUGH = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The shape of one field over ``leads`` leads, ``filled`` of which have it.

    ``distinct`` is the number of different values. ``length`` is a band of the usual length ("1-10", "11-40",
    "41-200" or "over 200" characters; "" where the field is empty). ``looks`` is what most values look
    like, and ``share`` how many of the filled ones do, to a tenth.
    """

    leads: int
    filled: int
    distinct: int
    length: str
    looks: Looks
    share: float

    @property
    def personal(self) -> str:
        """What the values look like, where that points at people: "mail addresses"; else ""."""
        return PERSONAL.get(self.looks, "")

    @property
    def nearly_unique(self) -> bool:
        """Whether nearly every filled lead has a value of its own."""
        return self.filled >= _ENOUGH and self.distinct > _NEARLY * self.filled
