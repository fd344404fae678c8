"""The contacts of one sync, step by step onto the disk, each behind what was kept before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from connectors.hubspot.changed import Window, changes
from connectors.hubspot.client import OBJECT
from connectors.hubspot.links import links
from connectors.hubspot.planning import MANY, SO_MANY, Plan
from connectors.hubspot.pull import in_order
from connectors.hubspot.reading import LEAKED, TIER, Reader, Taken
from connectors.hubspot.sealed import seal, unseal
from connectors.hubspot.walking import walk
from connectors.moments import instant
from connectors.remembered import Remembered
from connectors.staging import Staging
from connectors.synced import Watch

LIST = "list"
SECOND = timedelta(seconds=1)


class Untold(Exception):
    """Everything must be read: reading what changed would not do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """Some ids, and the place in their list that is behind them."""

    ids: Sequence[str] = field(repr=False)
    place: Mapping[str, Any] = field(repr=False)


@dataclass(slots=True, kw_only=True)
class Progress:
    """One pull under way. What is kept is kept for good; ``reached`` of the staging tells how far it came."""

    staged: Staging
    beside: Remembered
    reader: Reader
    watch: Watch
    _total: int = 0
    _known: set[int] = field(default_factory=set, repr=False)

    @property
    def own(self) -> int:
        """How many of the contacts were last changed by Fairlead itself."""
        return int(self.staged.reached.get("own", 0))

    @property
    def notes(self) -> tuple[str, ...]:
        """What an admin should know of the contacts that were read."""
        leaked = int(self.staged.reached.get("leaked", 0))
        if not leaked:
            return ()
        told = f'{TIER} says "{LEAKED}" of {leaked:,} contacts, which is the outcome: it counts as missing.'
        return (told,)

    def everything(self) -> None:
        """Read the list of all contacts to its end.

        Raises
        ------
        Refused, Busy
            As the reader does; what was kept stays.
        """
        if self.staged.reached.get("done"):
            return
        listing = walk(self.reader.client, self._place(LIST))
        self._begin(listing.total)
        groups = (_Group(ids=step.ids, place=step.place) for step in listing.steps())
        self._keep(LIST, groups)

    def changes(self, plan: Plan) -> None:
        """Read every contact that changed in the plan's window, and those whose deals or leads did.

        Raises
        ------
        Untold
            So many changed that everything is better read.
        Refused, Busy
            As the reader does; what was kept stays.
        """
        phases = (OBJECT, *self.reader.related.kinds)
        reached = self.staged.reached.get("phase", OBJECT)
        for phase in phases[phases.index(reached) :] if reached in phases else ():
            # Up to the next second: the plan's moment is cut to whole ones.
            window = Window(since=instant(plan.since), until=plan.moment + SECOND, kind=phase)
            self._keep(phase, self._changed(window, int(self._place(phase).get("last", 0))))

    def keep_beside(self, ids: Sequence[str]) -> None:
        """Read some contacts that no window told of; the place stays where it was."""
        taken = self.reader.take(ids)
        self.beside.note(taken.past, taken.losers)
        self.staged.append(taken.batch, self.staged.reached)

    def _changed(self, window: Window, last: int) -> Iterator[_Group]:
        for number, page in enumerate(changes(self.reader.client, window, last)):
            if not number:
                self._begin(self.staged.read + page.left)
            if page.left > MANY:
                raise Untold(SO_MANY)
            numbers = page.ids if window.kind == OBJECT else self._contacts_of(window.kind, page.ids)
            fresh = [one for one in numbers if one not in self._known]
            self._known.update(fresh)
            yield _Group(ids=[str(one) for one in fresh], place={"last": page.ids[-1]})

    def _contacts_of(self, kind: str, ids: Sequence[int]) -> list[int]:
        found = links(self.reader.client, kind, OBJECT, [str(one) for one in ids])
        return sorted({int(link.id) for to in found.values() for link in to})

    def _keep(self, phase: str, groups: Iterator[_Group]) -> None:
        def read(group: _Group) -> tuple[_Group, Taken]:
            return group, self.reader.take(group.ids)

        for group, taken in in_order(groups, read):
            self.beside.note(taken.past, taken.losers)
            self.staged.append(taken.batch, self._reached(phase, group.place, taken))
            self.watch(self.staged.read, max(self._total, self.staged.read))

    def _reached(self, phase: str, place: Mapping[str, Any], taken: Taken) -> dict[str, Any]:
        return {
            "phase": phase,
            "place": seal(self.reader.keyring, place),
            "done": place.get("done") is True,
            "own": self.own + taken.own,
            "leaked": int(self.staged.reached.get("leaked", 0)) + taken.leaked,
        }

    def _place(self, phase: str) -> dict[str, Any]:
        """How far a phase came; an empty place where it did not begin."""
        if self.staged.reached.get("phase") != phase:
            return {}
        return unseal(self.reader.keyring, self.staged.reached.get("place"))

    def _begin(self, total: int) -> None:
        self._total = max(self._total, total)
        self.watch(self.staged.read, max(self._total, self.staged.read))
