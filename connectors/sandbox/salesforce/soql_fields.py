"""Field names of a query resolved against what the user may see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from connectors.sandbox.fields import Value
from connectors.sandbox.salesforce.errors import ApiError
from connectors.sandbox.salesforce.org import Org
from connectors.sandbox.salesforce.schema import FieldDef, ObjectDef
from connectors.sandbox.salesforce.soql_tree import Name
from connectors.sandbox.salesforce.tables import Record
from connectors.sandbox.salesforce.users import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A resolved field: its canonical path, its definition, and how to read it from a record.

    ``key`` reads the id of the parent that the field belongs to; None where there is no such record.
    """

    path: tuple[str, ...]
    definition: FieldDef
    read: Callable[[Record], Value]
    key: Callable[[Record], Value] = lambda _: None
    parent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Where names are looked up: one object of one org, through one user's eyes."""

    org: Org
    user: User
    object: ObjectDef
    text: str

    def column(self, name: Name) -> Column:
        """The field behind a name. Raises ApiError 400 INVALID_FIELD."""
        if len(name.path) == 1:
            return self._own(name)
        if len(name.path) == 2:
            return self._parent(name)
        raise self.missing(name, ".".join(name.path))

    def _own(self, name: Name) -> Column:
        found = self.org.field_of(self.object, name.path[0], self.user)
        if found is None:
            raise self.missing(name, name.path[0])
        self.org.requested.add(found.name)
        own = found.name
        return Column(path=(own,), definition=found, read=lambda row: row.get(own))

    def _parent(self, name: Name) -> Column:
        link = self.object.relationship(name.path[0])
        if link is None or not self.org.field_of(self.object, link.name, self.user):
            text = f"Didn't understand relationship '{name.path[0]}' in field path."
            raise self._error(name, text)
        target = self._target(name, link)
        found = self.org.field_of(target, name.path[1], self.user)
        if found is None:
            raise self.missing(name, name.path[1], link.relationship)
        self.org.requested.add(f"{link.relationship}.{found.name}")
        org, key, field = self.org, link.name, found.name
        return Column(
            path=(link.relationship, field),
            definition=found,
            read=lambda row: org.parent(target, row.get(key)).get(field),
            key=lambda row: org.parent(target, row.get(key)).get("Id"),
            parent=target.name,
        )

    def _target(self, name: Name, link: FieldDef) -> ObjectDef:
        """The object that a relationship leads to; one that the org lacks is not understood."""
        try:
            return self.org.object_named(link.reference_to, self.user)
        except ApiError:
            text = f"Didn't understand relationship '{name.path[0]}' in field path."
            raise self._error(name, text) from None

    def missing(self, name: Name, word: str, entity: str = "") -> ApiError:
        """The error of a field that does not exist or that the user may not see."""
        text = (
            f"No such column '{word}' on entity '{entity or self.object.name}'. If you are attempting to "
            "use a custom field, be sure to append the '__c' after the custom field name. Please "
            "reference your WSDL or the describe call for the appropriate names."
        )
        return self._error(name, text)

    def _error(self, name: Name, text: str) -> ApiError:
        caret = " " * (name.at - 1)
        message = f"\n{self.text}\n{caret}^\nERROR at Row:1:Column:{name.at}\n{text}"
        return ApiError(400, "INVALID_FIELD", message)
