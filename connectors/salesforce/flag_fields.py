"""The Lead's fields that carry a flag: what each must be able to hold, and a flag as their values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from connectors.errors import Refused
from connectors.moments import in_seconds
from connectors.salesforce.described import FieldNeed, Fields, troubles
from connectors.salesforce.gateway import Gateway
from connectors.salesforce.query import OBJECT
from connectors.salesforce.shadow_field import ShadowField, shadow_field
from connectors.salesforce.trouble import MISSING_FIELD
from connectors.salesforce.wished_fields import (
    LONGEST,
    TEXTS,
    WISHED,
    Value,
    Values,
    room_for,
    shortened,
    wished_value,
)
from connectors.source import Flag

STATUS, REASON, AUDIT, AT = (
    "Fairness_Status__c",
    "Fairness_Reason__c",
    "Fairness_Audit_Id__c",
    "Fairness_Checked_At__c",
)
NEEDS = (
    FieldNeed(
        name=STATUS, types=TEXTS | {"picklist"}, values=("ok", "review", "insufficient_data"), least=17
    ),
    FieldNeed(name=REASON, types=TEXTS, least=80),
    FieldNeed(name=AUDIT, types=TEXTS, least=10),
    FieldNeed(name=AT, types=frozenset({"datetime"})),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagFields:
    """The fields that flags are written to, in the order of the columns of a Bulk job.

    ``reason_length`` is how long a reason may be. ``wished`` holds the fields that need not be there and
    are, each with how much of a value it keeps; ``note`` says which are left out and why, for the admin.
    ``asks_for_audits`` says whether leads can be asked for by the audit of their flag. ``prefix`` is that of
    the managed package (``ns__``) which brought the fields, empty where they are the org's own. ``shadow`` is
    the field of the shadow score, the last of ``names`` where it is used.
    """

    names: tuple[str, ...]
    reason_length: int = LONGEST
    wished: Mapping[str, int] = field(default_factory=dict)
    note: str = ""
    asks_for_audits: bool = False
    prefix: str = ""
    shadow: ShadowField = field(default_factory=ShadowField)

    @property
    def cleared(self) -> Values:
        """The values of a lead without a flag."""
        return MappingProxyType(dict.fromkeys(self.names))

    def values_of(self, flag: Flag, shadow: float | None = None) -> Values:
        """A flag as the fields hold it, the moment in whole seconds (Salesforce keeps no more)."""
        found: dict[str, Value] = {
            STATUS: flag.status,
            REASON: shortened(flag.reason, self.reason_length) or None,
            AUDIT: flag.audit_id or None,
            AT: in_seconds(flag.checked_at),
        }
        found |= {name: wished_value(name, flag.detail, room) for name, room in self.wished.items()}
        values = {self.prefix + name: value for name, value in found.items()}
        if self.shadow.name:
            values[self.shadow.name] = self.shadow.value_of(shadow)
        return MappingProxyType(values)


def flag_fields(gateway: Gateway, *, shadow: bool = False) -> FlagFields:
    """What the org has to hold flags, as its describe call shows it to the connected user.

    ``shadow`` says whether shadow scores are to be written as well.

    Raises
    ------
    Refused
        ``INVALID_FIELD``: a field is missing, not visible, not editable, or cannot hold a flag; the
        sentence names every one, and the mend.
    """
    fields = Fields.read(gateway.describe(OBJECT))
    prefix = fields.namespace(STATUS)
    needs = [replace(need, name=prefix + need.name) for need in NEEDS]
    found = [trouble for need in needs for trouble in troubles(need, fields)]
    if found:
        msg = (
            f"the org cannot hold the score check: {'; '.join(found)}. Make or correct the fields as "
            "Fairlead's Salesforce guide lists them, give the connected user edit access to them, then "
            "publish again"
        )
        raise Refused(msg, code=MISSING_FIELD)
    names = tuple(need.name for need in needs)
    length = min(LONGEST, fields.length(prefix + REASON) or LONGEST)
    asks = (fields.entry(prefix + AUDIT) or {}).get("filterable") is True
    wished, note = _wished(fields, prefix)
    own = shadow_field(fields, prefix, wanted=shadow)
    return FlagFields(
        names=(*names, *(prefix + name for name in wished), *([own.name] if own.name else [])),
        reason_length=length,
        wished=wished,
        note=note,
        asks_for_audits=asks,
        prefix=prefix,
        shadow=own,
    )


def _wished(fields: Fields, prefix: str) -> tuple[Mapping[str, int], str]:
    """The fields that need not be there and are, each with its room; and why others are left out."""
    found: dict[str, int] = {}
    lacking: list[str] = []
    for need in WISHED:
        name = prefix + need.name
        troubled = troubles(replace(need, name=name), fields)
        lacking += troubled
        if not troubled:
            found[need.name] = room_for(need, name, fields)
    note = f"These parts of the check were not written: {'; '.join(lacking)}." if lacking else ""
    return MappingProxyType(found), note
