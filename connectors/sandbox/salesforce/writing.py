"""Writes of records, one by one, with the rules a real org enforces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.salesforce.ids import full_id
from connectors.sandbox.fields import Value
from connectors.sandbox.salesforce.lead_history import tracked_changes
from connectors.sandbox.salesforce.new_org import named
from connectors.sandbox.salesforce.org import Org, qualified
from connectors.sandbox.salesforce.schema import FieldDef, ObjectDef
from connectors.sandbox.salesforce.tables import Record
from connectors.sandbox.salesforce.users import EDIT_CONVERTED, User
from connectors.sandbox.salesforce.values import RowError, stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The record that a write left, and whether it was made by it."""

    id: str
    created: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """One user's writes to one object of one org."""

    org: Org
    user: User
    definition: ObjectDef
    auto_assign: bool = False

    def update(self, record_id: str, values: Mapping[str, object]) -> Written:
        """Change one record. Raises RowError."""
        with self.org.lock:
            row = self._writable(record_id)
            changed = self._changed(row, values)
            self._obey_rules(changed)
            tracked_changes(self.org, self.user, self.definition, row, changed)
            self.org.records[self.definition.name][str(row["Id"])] = changed
        return Written(id=str(row["Id"]), created=False)

    def insert(self, values: Mapping[str, object]) -> Written:
        """Make one record. Raises RowError."""
        given = {name.lower() for name, value in values.items() if value is not None and value != ""}
        missing = [
            f.name for f in self.definition.fields.values() if f.required and f.name.lower() not in given
        ]
        if missing:
            text = f"Required fields are missing: [{', '.join(missing)}]"
            raise RowError(code="REQUIRED_FIELD_MISSING", message=text, fields=tuple(missing))
        with self.org.lock:
            record_id = self.org.new_id(self.definition.name)
            now = self.org.clock.stamp()
            fresh: dict[str, Value] = {"Id": record_id, "CreatedDate": now, "CreatedById": self.user.id}
            fresh |= {f.name: False for f in self.definition.fields.values() if f.type == "boolean"}
            changed = self._changed(fresh | {"OwnerId": self.user.id}, values)
            self._obey_rules(changed)
            self.org.records[self.definition.name][record_id] = changed
        return Written(id=record_id, created=True)

    def upsert(self, key: FieldDef, value: str, values: Mapping[str, object]) -> Written:
        """Change the one record with that external id, or make it. Raises RowError."""
        if not value:
            text = f"{key.name} not specified"
            raise RowError(code="MISSING_ARGUMENT", message=text, fields=(key.name,))
        with self.org.lock:
            found = self.matching(key, value)
            if len(found) > 1:
                text = f"{key.name}: more than one record found for external id field: {found}"
                raise RowError(code="DUPLICATE_EXTERNAL_ID", message=text, fields=(key.name,))
            if found:
                return self.update(found[0], values)
            return self.insert({**values, key.name: value})

    def matching(self, key: FieldDef, value: str) -> list[str]:
        """The ids of the records with an external id, in any case of letters."""
        rows = self.org.rows(self.definition, self.user)
        return [str(row["Id"]) for row in rows if str(row.get(key.name) or "").lower() == value.lower()]

    def delete(self, record_id: str) -> Written:
        """Put one record into the recycle bin. Raises RowError."""
        with self.org.lock:
            row = self._writable(record_id)
            self.org.records[self.definition.name][str(row["Id"])] = {
                **row,
                **self._stamps(),
                "IsDeleted": True,
            }
        return Written(id=str(row["Id"]), created=False)

    def _writable(self, record_id: str) -> Record:
        try:
            wanted = full_id(record_id)
        except ValueError:
            text = f"{self.definition.label} ID: id value of incorrect type"
            raise RowError(code="MALFORMED_ID", message=text, fields=("Id",)) from None
        self.org.commit_due()
        row = self.org.records[self.definition.name].get(wanted)
        if row is None or wanted in self.user.hidden_records:
            raise RowError(code="INVALID_CROSS_REFERENCE_KEY", message="invalid cross reference id")
        if row.get("IsDeleted"):
            raise RowError(code="ENTITY_IS_DELETED", message="entity is deleted")
        self._check_lock(wanted)
        return row

    def _check_lock(self, record_id: str) -> None:
        left = self.org.switches.locked.get(record_id, 0)
        if left:
            self.org.switches.locked[record_id] = left - 1
            text = f"unable to obtain exclusive access to this record or 1 records: {record_id}"
            raise RowError(code="UNABLE_TO_LOCK_ROW", message=text)

    def _changed(self, row: Record, values: Mapping[str, object]) -> Record:
        fresh = "SystemModstamp" not in row
        made = dict(row)
        for name, value in values.items():
            field = self._field(name, fresh=fresh)
            made[field.name] = stored(field, value)
            self._check_unique(field, made)
        return named(made | self._stamps())

    def _field(self, name: str, *, fresh: bool) -> FieldDef:
        field = self.org.field_of(self.definition, name, self.user)
        if field is None:
            text = f"No such column '{name}' on sobject of type {self.definition.name}"
            raise RowError(code="INVALID_FIELD", message=text)
        allowed = field.creatable if fresh else field.updateable
        if not allowed or qualified(self.definition, name) in self.user.readonly_fields:
            text = (
                f"Unable to create/update fields: {field.name}. Please check the security settings of this "
                "field and verify that it is read/write for your profile or permission set."
            )
            raise RowError(code="INVALID_FIELD_FOR_INSERT_UPDATE", message=text, fields=(field.name,))
        return field

    def _check_unique(self, field: FieldDef, row: Mapping[str, Value]) -> None:
        value = row[field.name]
        if not field.external_id or value is None:
            return
        others = [other for other in self.matching(field, str(value)) if other != row["Id"]]
        if others:
            text = f"duplicate value found: {field.name} duplicates value on record with id: {others[0][:15]}"
            raise RowError(code="DUPLICATE_VALUE", message=text)

    def _stamps(self) -> dict[str, Value]:
        now, owner = self.org.clock.stamp(), self.org.switches.assignment_owner
        stamps: dict[str, Value] = {
            "SystemModstamp": now,
            "LastModifiedDate": now,
            "LastModifiedById": self.user.id,
        }
        assigned = owner and self.auto_assign and self.definition.name == "Lead"
        return stamps | ({"OwnerId": owner} if assigned else {})

    def _obey_rules(self, changed: Record) -> None:
        if self.definition.name != "Lead":
            return
        may = EDIT_CONVERTED in self.user.permissions or not self.org.switches.refuse_converted
        if changed.get("IsConverted") and not may:
            raise RowError(code="CANNOT_UPDATE_CONVERTED_LEAD", message="cannot reference converted lead")
        rule = self.org.switches.validation
        complaint = rule(changed) if rule else None
        if complaint:
            raise RowError(code="FIELD_CUSTOM_VALIDATION_EXCEPTION", message=complaint)
