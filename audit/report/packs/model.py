"""A pack as a value: a rule section by section, what a report shows of it, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from audit.report.paper import Item, Table

Standing = Literal["shown", "partly", "missing"]
NO_ADVICE = (
    "This is not legal advice. Whether a rule applies to your use, and what satisfies it, is for your "
    "counsel "
    "to say. The pack repeats what one audit report holds and adds nothing to it."
)

COMPANY = "the company that uses the score"
MAKER = "the maker of the score"
INDEPENDENT = "an independent auditor"
COUNSEL = "your counsel"
RUNNER = "who runs Fairlead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Something that a rule asks for and the report does not hold, and who must supply it."""

    what: str
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Provision:
    """One section of a rule: where it stands, what it asks for, what the report shows, what is missing.

    ``evidence`` are sentences made from the report's facts, and from nothing else.
    """

    article: str
    asks: str
    evidence: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()

    @property
    def standing(self) -> Standing:
        """Whether the report shows what is asked for, a part of it, or nothing."""
        if not self.evidence:
            return "missing"
        return "partly" if self.needs else "shown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """One rule against one report. ``as_of`` is the month (ISO 8601) whose law the pack was written by."""

    id: str
    title: str
    rule: str
    sources: tuple[str, ...]
    applies: str
    as_of: str
    provisions: tuple[Provision, ...]
    tables: tuple[Table, ...]
    stamp: tuple[Item, ...]


def need(what: str, who: str) -> tuple[Need, ...]:
    """One need, as a provision takes it."""
    return (Need(what=what, who=who),)
