"""Updates of leads, one by one, with the rules a real org enforces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.salesforce.ids import full_id
from connectors.sandbox.fields import Value
from connectors.sandbox.salesforce.clock import stamp
from connectors.sandbox.salesforce.org import Org, Record, User, named
from connectors.sandbox.salesforce.values import RowError, stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """One user's writes to one org."""

    org: Org
    user: User
    auto_assign: bool

    def update(self, lead_id: str, values: Mapping[str, object]) -> str:
        """Change one lead; returns its 18-character id. Raises RowError."""
        with self.org.lock:
            row = self._writable(lead_id)
            changed = self._changed(row, values)
            self._obey_rules(changed)
            self.org.leads[str(row["Id"])] = changed
        return str(row["Id"])

    def _writable(self, lead_id: str) -> Record:
        try:
            wanted = full_id(lead_id)
        except ValueError:
            raise RowError(
                code="MALFORMED_ID", message="Lead ID: id value of incorrect type", fields=("Id",)
            ) from None
        row = self.org.leads.get(wanted)
        if row is None or wanted in self.user.hidden_records:
            raise RowError(code="INVALID_CROSS_REFERENCE_KEY", message="invalid cross reference id")
        if row.get("IsDeleted"):
            raise RowError(code="ENTITY_IS_DELETED", message="entity is deleted")
        self._check_lock(wanted)
        return row

    def _check_lock(self, lead_id: str) -> None:
        left = self.org.switches.locked.get(lead_id, 0)
        if left:
            self.org.switches.locked[lead_id] = left - 1
            raise RowError(
                code="UNABLE_TO_LOCK_ROW", message="unable to obtain exclusive access to this record"
            )

    def _changed(self, row: Record, values: Mapping[str, object]) -> Record:
        definition, made = self.org.objects["Lead"], dict(row)
        for name, value in values.items():
            field = self.org.field_of(definition, name, self.user)
            if field is None:
                raise RowError(
                    code="INVALID_FIELD", message=f"No such column '{name}' on sobject of type Lead"
                )
            if not field.updateable:
                text = f"Unable to create/update fields: {field.name}."
                raise RowError(code="INVALID_FIELD_FOR_INSERT_UPDATE", message=text, fields=(field.name,))
            made[field.name] = stored(field, value)
        return named(made | self._stamps())

    def _stamps(self) -> dict[str, Value]:
        now, owner = stamp(), self.org.switches.assignment_owner
        stamps: dict[str, Value] = {
            "SystemModstamp": now,
            "LastModifiedDate": now,
            "LastModifiedById": self.user.id,
        }
        return stamps | ({"OwnerId": owner} if owner and self.auto_assign else {})

    def _obey_rules(self, changed: Record) -> None:
        if self.org.switches.refuse_converted and changed.get("IsConverted"):
            raise RowError(code="CANNOT_UPDATE_CONVERTED_LEAD", message="cannot reference converted lead")
        rule = self.org.switches.validation
        complaint = rule(changed) if rule else None
        if complaint:
            raise RowError(code="FIELD_CUSTOM_VALIDATION_EXCEPTION", message=complaint)
