"""Findings as ``Fairness_Finding__c`` records: one each, found again by its key, closed when it is gone.

A record says how grave a finding is and what to do, in words that are the same for every attribute
(`audit.finding.outward`). Its key is a pseudonym: a plain digest of an attribute's and a group's name
could be guessed. Only records whose key begins as ours do are looked at, so that two installations at one
org do not close each other's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from connectors.errors import Refused
from connectors.moments import in_seconds
from connectors.pseudonym import Keyring
from connectors.salesforce.described import FieldNeed, Fields, troubles
from connectors.salesforce.gateway import Gateway, Request
from connectors.salesforce.query import Soql, pages
from connectors.salesforce.records import text_of
from connectors.salesforce.wished_fields import TEXTS, Values
from connectors.source import Notice, NoticeReceipt

FINDING = "Fairness_Finding__c"
KEY, SEVERITY, STATUS, SENTENCE, AUDIT, AT = (
    "Audit_Key__c",
    "Severity__c",
    "Status__c",
    "Sentence__c",
    "Audit_Id__c",
    "Checked_At__c",
)
OPEN, CLOSED = "open", "closed"
CHOICE = TEXTS | {"picklist"}
NEEDS = (
    FieldNeed(name=KEY, types=TEXTS, least=33, external_id=True),
    FieldNeed(name=SEVERITY, types=CHOICE, values=("low", "medium", "high", "critical"), least=8),
    FieldNeed(name=STATUS, types=CHOICE, values=(OPEN, CLOSED), least=6),
    FieldNeed(name=SENTENCE, types=TEXTS, least=255),
    FieldNeed(name=AUDIT, types=TEXTS, least=10),
    FieldNeed(name=AT, types=frozenset({"datetime"})),
)
COLUMNS = (SEVERITY, STATUS, SENTENCE, AUDIT, AT)
DOING = "write-back of findings"


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRecords:
    """The findings of one connection in its org; ``prefix`` is that of the package that brought them."""

    gateway: Gateway
    keyring: Keyring
    prefix: str = ""
    failed: Counter[str] = field(default_factory=Counter)

    def trouble(self) -> str:
        """Why the org cannot hold findings, as a sentence for the admin; empty where it can."""
        try:
            described = self.gateway.describe(self.prefix + FINDING)
        except Refused as error:
            # A code of the data API is about this object; any other is about the connection.
            if not error.code.isupper():
                raise
            return (
                f"The findings were not written: the object {FINDING} is missing or not visible to the "
                "connected user."
            )
        needs = [replace(need, name=self.prefix + need.name) for need in NEEDS]
        found = [trouble for need in needs for trouble in troubles(need, Fields.read(described))]
        if described.get("createable") is False or described.get("updateable") is False:
            found.insert(0, f"the connected user may not create and edit {FINDING}")
        return f"The findings were not written: {'; '.join(found)}." if found else ""

    def write(self, notices: Sequence[Notice]) -> NoticeReceipt:
        """Make the records those of ``notices``; writing again changes nothing.

        Raises
        ------
        Refused, Busy
            It stopped midway; doing it again writes only what is still different.
        """
        held = self._held()
        wanted = {self._key(notice): _values(notice) for notice in notices}
        gone = {key: values for key, values in held.items() if key not in wanted and values[STATUS] != CLOSED}
        changed = {key: values for key, values in wanted.items() if held.get(key) != _texts(values)}
        closing = _closing(notices)
        written = sum(self._upsert(key, values) for key, values in changed.items())
        closed = sum(self._upsert(key, closing) for key in gone)
        return NoticeReceipt(
            listed=len(wanted) + len(gone),
            written=written,
            closed=closed,
            unchanged=len(wanted) - len(changed),
            failed=dict(+self.failed),
        )

    def _held(self) -> dict[str, dict[str, str | None]]:
        """Our records by key, each field as text."""
        key, columns = self.prefix + KEY, [self.prefix + name for name in COLUMNS]
        query = Soql(
            fields=("Id", key, *columns),
            where=f"{key} LIKE '{self._scope}-%'",
            object=self.prefix + FINDING,
        )
        return {
            str(record.get(key)): {name: text_of(record.get(self.prefix + name)) for name in COLUMNS}
            for records in pages(self.gateway, query, DOING)
            for record in records
        }

    def _upsert(self, key: str, values: Values) -> bool:
        """Whether Salesforce took it. A record that it refuses is counted, and does not stop the others."""
        path = f"sobjects/{self.prefix}{FINDING}/{self.prefix}{KEY}/{key}"
        body = {self.prefix + name: value for name, value in values.items()}
        request = Request(method="PATCH", path=path, body=body)
        try:
            self.gateway.send(request, DOING)
        except Refused as error:
            # A code of the data API is about this record; any other is about the connection.
            if not error.code.isupper():
                raise
            self.failed[error.code] += 1
            return False
        return True

    def _key(self, notice: Notice) -> str:
        return f"{self._scope}-{self.keyring.lasting('finding', notice.key)[:24]}"

    @property
    def _scope(self) -> str:
        return self.keyring.lasting("finding-scope", "")[:8]


def _values(notice: Notice) -> dict[str, Any]:
    return {
        SEVERITY: notice.severity,
        STATUS: OPEN,
        SENTENCE: notice.sentence,
        AUDIT: notice.audit_id,
        AT: in_seconds(notice.checked_at),
    }


def _closing(notices: Sequence[Notice]) -> dict[str, Any]:
    """What a record that is gone becomes: closed, by the audit that no longer finds it."""
    newest = notices[0] if notices else None
    said = {AUDIT: newest.audit_id, AT: in_seconds(newest.checked_at)} if newest else {}
    return {STATUS: CLOSED, **said}


def _texts(values: Mapping[str, Any]) -> dict[str, str | None]:
    return {name: text_of(value) for name, value in values.items()}
