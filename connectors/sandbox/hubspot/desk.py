"""What people and workflows do in the portal, past the API's checks: for tests and for ``/__control/``.

Object types are named as in paths (``contacts``, ``deals``); ids are text, as the API shows them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from connectors.sandbox.fields import Value
from connectors.sandbox.hubspot import deeds
from connectors.sandbox.hubspot.clock import moment_ms
from connectors.sandbox.hubspot.definitions import as_text
from connectors.sandbox.hubspot.faults import Fault
from connectors.sandbox.hubspot.kinds import Kind, kind_of
from connectors.sandbox.hubspot.scoring import Score, ScoringRule
from connectors.sandbox.hubspot.world import World

# Another record to associate: its type, its id, and the ids of the association's types.
Joint = tuple[str, str, Sequence[int]]


@dataclass(frozen=True, slots=True)
class Desk:
    """The portal as somebody sits in front of it. A name that is not there raises LookupError."""

    world: World

    def create(self, kind: str, values: Mapping[str, Value], joints: Sequence[Joint] = ()) -> str:
        """A new record; its id."""
        found = self._kind(kind)
        joined = [
            (self._kind(other), self._number(other, name), tuple(types)) for other, name, types in joints
        ]
        return str(deeds.create(self.world, found, self._texts(found, values), joined, "CRM_UI"))

    def change(self, kind: str, name: str, values: Mapping[str, Value]) -> None:
        """New values; None or empty text clears."""
        found = self._kind(kind)
        deeds.change(self.world, found, self._number(kind, name), self._texts(found, values), "CRM_UI")

    def remember(self, kind: str, name: str, field: str, versions: Sequence[tuple[str, str]]) -> None:
        """What a property was: values with the moments (ISO) since when they stood, oldest first."""
        found = [(value, moment_ms(since) or 0, "CRM_UI") for value, since in versions]
        self.world.tables[self._kind(kind)].remember(self._number(kind, name), field, found)

    def archive(self, kind: str, name: str) -> None:
        """Into the recycling bin."""
        deeds.archive(self.world, self._kind(kind), self._number(kind, name))

    def restore(self, kind: str, name: str) -> None:
        """Out of the recycling bin."""
        deeds.restore(self.world, self._kind(kind), self._number(kind, name, archived=True))

    def merge(self, kind: str, winner: str, loser: str) -> None:
        """Two records become one."""
        deeds.merge(self.world, self._kind(kind), self._number(kind, winner), self._number(kind, loser))

    def erase(self, name: str) -> None:
        """A contact is deleted for good (GDPR)."""
        deeds.erase(self.world, self._number("contacts", name))

    def associate(self, kind: str, name: str, other: str, target: str, types: Sequence[int] = ()) -> None:
        """Two records belong together."""
        pair = (self._kind(kind), self._kind(other))
        deeds.associate(self.world, pair, self._number(kind, name), self._number(other, target), types)

    def dissociate(self, kind: str, name: str, other: str, target: str) -> None:
        """Two records belong together no more."""
        pair = (self._kind(kind), self._kind(other))
        deeds.dissociate(self.world, pair, self._number(kind, name), self._number(other, target))

    def stamp_all(self, kind: str, at: str = "") -> None:
        """A bulk job touches every record of a type in one millisecond; search knows at once."""
        moment = moment_ms(at) or self.world.clock.milliseconds()
        self.world.tables[self._kind(kind)].stamp_all(moment)

    def publish_score(
        self, number: int, name: str, output: str, rules: Sequence[ScoringRule], kind: str = "contacts"
    ) -> None:
        """A lead score is made, or its rules change: its configuration is of now."""
        self.world.scoring.scores[number] = Score(
            id=number,
            name=name,
            output=output,
            rules=tuple(rules),
            changed_ms=self.world.clock.milliseconds(),
            kind=self._kind(kind),
        )

    def drop_property(self, kind: str, name: str) -> None:
        """An admin archives a property."""
        self.world.tables[self._kind(kind)].drop_property(name)

    def touch(self, kind: str, name: str) -> None:
        """A workflow changes a record without changing a value that anybody reads."""
        self.change(kind, name, {})

    def values(self, kind: str, name: str) -> dict[str, str]:
        """The stored values of a record, archived or not."""
        records = self.world.tables[self._kind(kind)]
        number = records.find(name)
        return records.values(self._number(kind, name, archived=True) if number is None else number)

    def ids(self, kind: str) -> tuple[str, ...]:
        """The records of a type that are not archived."""
        return tuple(str(number) for number in self.world.tables[self._kind(kind)].live())

    def _texts(self, kind: Kind, values: Mapping[str, Value]) -> dict[str, str]:
        definitions = self.world.tables[kind].definitions
        return {name: as_text(definitions[name], value) or "" for name, value in values.items()}

    def _number(self, kind: str, name: str, *, archived: bool = False) -> int:
        number = self.world.tables[self._kind(kind)].find(name, archived=archived)
        if number is None:
            msg = f"the stand-in portal has no such record among the {kind}"
            raise LookupError(msg)
        return number

    def _kind(self, name: str) -> Kind:
        kind = kind_of(name)
        if kind is None:
            msg = f"the stand-in portal has no object type {name}"
            raise LookupError(msg)
        return kind

    def do(self, fault: Fault) -> None:
        """The deed of a planned fault."""
        deeds_by_name: dict[str, Callable[[], object]] = {
            "archive": lambda: self.archive(fault.of, fault.record),
            "restore": lambda: self.restore(fault.of, fault.record),
            "touch": lambda: self.touch(fault.of, fault.record),
            "change": lambda: self.change(fault.of, fault.record, fault.values),
            "merge": lambda: self.merge(fault.of, fault.record, fault.other),
            "erase": lambda: self.erase(fault.record),
            "create": lambda: self.create(fault.of, fault.values),
        }
        deeds_by_name[fault.deed]()
