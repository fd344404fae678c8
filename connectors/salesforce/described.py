"""An object's describe, asked before anything is written: which field cannot hold what we would write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from connectors.errors import Busy
from connectors.salesforce.trouble import unreachable

DOING = "field listing"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldNeed:
    """A field that we write: which types can hold it, its picklist values, how long a text it must take."""

    name: str
    types: frozenset[str]
    values: tuple[str, ...] = ()
    least: int = 0
    external_id: bool = False


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one object as the connected user sees them, by lower-case name."""

    _entries: Mapping[str, Mapping[str, Any]]

    @classmethod
    def read(cls, described: Mapping[str, Any]) -> Self:
        """From a describe answer. Raises Busy where it lists no fields."""
        found = described.get("fields")
        if not isinstance(found, list):
            broken: Busy = unreachable(DOING)
            raise broken
        return cls({str(entry.get("name")).lower(): entry for entry in found if isinstance(entry, dict)})

    def entry(self, name: str) -> Mapping[str, Any] | None:
        """One field's description; None where it is missing or not visible."""
        return self._entries.get(name.lower())

    def namespace(self, name: str) -> str:
        """The prefix (``ns__``) of a managed package that brought a field; empty where nothing needs one."""
        ends = f"__{name.lower()}"
        found = [plain for plain in self._entries if plain.endswith(ends)]
        if name.lower() in self._entries or len(found) != 1:
            return ""
        return str(self._entries[found[0]].get("name"))[: -len(name)]

    def length(self, name: str) -> int:
        """How many characters a field takes; 0 where that is not said."""
        return _whole((self.entry(name) or {}).get("length"))

    def scale(self, name: str) -> int:
        """How many decimals a number field keeps."""
        return _whole((self.entry(name) or {}).get("scale"))


def troubles(need: FieldNeed, fields: Fields) -> list[str]:
    """Why a field cannot hold what we write, in words; nothing where it can."""
    entry = fields.entry(need.name)
    if entry is None:
        return [f"{need.name} is missing or not visible to the connected user"]
    if entry.get("type") not in need.types:
        return [f"{need.name} has the type {_word(entry.get('type'))}"]
    if entry.get("updateable") is False:
        return [f"{need.name} may not be edited by the connected user"]
    return _too_small(need, entry)


def _too_small(need: FieldNeed, entry: Mapping[str, Any]) -> list[str]:
    if need.external_id and entry.get("externalId") is not True:
        return [f"{need.name} is no external id"]
    length = _whole(entry.get("length"))
    if entry.get("type") != "picklist" and 0 < length < need.least:
        return [f"{need.name} takes {length} characters, {need.least} are needed"]
    lacking = [value for value in need.values if value not in _active(entry)]
    if entry.get("type") == "picklist" and entry.get("restrictedPicklist") is True and lacking:
        return [f"{need.name} lacks the value {', '.join(lacking)}"]
    return []


def _active(entry: Mapping[str, Any]) -> set[str]:
    options = entry.get("picklistValues")
    rows = options if isinstance(options, list) else []
    return {str(row.get("value")) for row in rows if isinstance(row, dict) and row.get("active") is not False}


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def _word(value: object) -> str:
    """A type's name, unless it is none."""
    return value if isinstance(value, str) and value.isalnum() else "unknown"
