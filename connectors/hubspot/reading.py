"""Contacts by id after the policy, with what is learnt of them on the way and must outlive the ids."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from connectors.hubspot.answers import Document, part, parts, record_number
from connectors.hubspot.changed import MODIFIED
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.flag_properties import AUDIT
from connectors.hubspot.found import found, histories
from connectors.hubspot.records import dated_by, parse, text_of
from connectors.hubspot.related import Related, Values, kind_of
from connectors.hubspot.stamps import moment_of
from connectors.moments import in_seconds
from connectors.policy.apply import Raw, apply_policy
from connectors.policy.look import Looked, look_at
from connectors.policy.model import Policy, Rule
from connectors.pseudonym import Keyring, LeadKey
from connectors.snapshots import Past
from connectors.source import Batch

MERGED = ("hs_merged_object_ids", "hs_calculated_merged_vids")
TIER, LEAKED = "hs_predictivescoringtier", "closed_won"
# HubSpot dates a contact a moment after the value that was written.
SOON = timedelta(seconds=2)
_IDS = re.compile(r"(?:^|;)\s*([0-9]{1,19})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Some contacts. ``losers`` live on as one of them; ``past`` are their earlier scores, by key.

    ``own`` of them were last changed by Fairlead itself. ``leaked`` had a tier that tells the outcome.
    """

    batch: Batch
    losers: tuple[LeadKey, ...] = ()
    past: Mapping[str, Past] = field(default_factory=dict, repr=False)
    own: int = 0
    leaked: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads contacts of one portal under one policy.

    ``score`` is the rule whose earlier values are asked for, of contacts that have an ``outcome_at``.
    ``merged`` are the portal's properties that name merged contacts, ``own`` says whether there may be
    write-backs of Fairlead's to tell from a person's work.
    """

    client: HubSpotClient = field(repr=False)
    policy: Policy
    keyring: Keyring = field(repr=False)
    related: Related
    score: Rule | None = None
    outcome_at: str = ""
    merged: tuple[str, ...] = ()
    own: bool = False

    def batch(self, ids: Sequence[str]) -> Batch:
        """Some contacts under the policy, and nothing else.

        Raises
        ------
        Refused, Busy
            As the gate does; contacts or properties are missing from the answers and nothing says why.
        """
        return self._batch(ids, found(self.client, ids, self._fields))

    def take(self, ids: Sequence[str]) -> Taken:
        """Some contacts under the policy, with what else there is to know of them. Raises as `batch` does."""
        records = found(self.client, ids, self._all)
        batch, tier = self._batch(ids, records), TIER in self.policy.fields
        return Taken(
            batch=batch,
            losers=tuple(self.keyring.lead_key(one) for one in self._losers(records)),
            past=self._past(ids, batch),
            own=self._own(records) if self.own else 0,
            leaked=sum(part(one, "properties").get(TIER) == LEAKED for one in records) if tier else 0,
        )

    @property
    def _fields(self) -> tuple[str, ...]:
        return tuple(name for name in self.policy.fields if not kind_of(name))

    @property
    def _all(self) -> tuple[str, ...]:
        own = (MODIFIED, AUDIT) if self.own else ()
        return tuple(dict.fromkeys((*self._fields, *self.merged, *own)))

    def look(self, ids: Sequence[str]) -> Looked:
        """As `batch`, with the shapes of the values before the policy."""
        return look_at(self.policy, self._raw(ids, found(self.client, ids, self._fields)), self.keyring)

    def _batch(self, ids: Sequence[str], records: Sequence[Document]) -> Batch:
        return apply_policy(self.policy, self._raw(ids, records), self.keyring)

    def _raw(self, ids: Sequence[str], records: Sequence[Document]) -> Raw:
        beside = self.related.beside(ids) if self.related.fields else {}
        whole = [_completed(record, beside.get(record_number(record), {})) for record in records]
        raw = parse(ids, whole, self.policy.fields, self.keyring)
        return dated_by(raw, self.policy.created)

    def _losers(self, records: Iterable[Document]) -> Iterator[str]:
        for record in records:
            for name in self.merged:
                named = _IDS.findall(text_of(part(record, "properties").get(name)) or "")
                yield from (one.lstrip("0") for one in named if one.lstrip("0") != record_number(record))

    def _past(self, ids: Sequence[str], batch: Batch) -> dict[str, Past]:
        """The scores that each contact with an outcome had before, as HubSpot's own history tells them."""
        if self.score is None or self.outcome_at not in batch.table.column_names:
            return {}
        table = batch.table
        ends = zip(table["lead_key"].to_pylist(), table[self.outcome_at].to_pylist(), strict=True)
        keys = {key for key, end in ends if end is not None}
        mine = {one: key for one in ids if one and (key := self.keyring.lead_key(one).hex) in keys}
        documents = histories(self.client, list(mine), (self.score.field,))
        return {mine[one]: past for one, past in self._pasts(documents, self.score, mine)}

    def _pasts(
        self, documents: Iterable[Document], rule: Rule, asked: Collection[str]
    ) -> Iterator[tuple[str, Past]]:
        for document in documents:
            told = (one for one in _dated(document, rule.field) if (rule.field, one[0]) != (TIER, LEAKED))
            entries = sorted(told, key=lambda entry: entry[1])
            made = rule.operator.apply([value for value, _ in entries], self.keyring).values
            if entries and record_number(document) in asked:
                yield record_number(document), tuple(zip(made, (at for _, at in entries), strict=True))

    def _own(self, records: Sequence[Document]) -> int:
        """How many contacts were last changed when Fairlead wrote a flag."""
        stamps = {
            record_number(one): moment_of(part(one, "properties").get(MODIFIED))
            for one in records
            if part(one, "properties").get(AUDIT)
        }
        written = histories(self.client, list(stamps), (AUDIT,))
        return sum(_is_own(document, stamps.get(record_number(document))) for document in written)


def _completed(record: Document, beside: Values) -> Document:
    """A record with its related fields, and without a tier that tells the outcome."""
    properties = record.get("properties")
    if not isinstance(properties, dict):
        return record
    values: dict[str, Any] = {**properties, **beside}
    if values.get(TIER) == LEAKED:
        values[TIER] = None
    return {**record, "properties": values}


def _dated(document: Document, name: str) -> Iterator[tuple[str | None, str]]:
    """The values of a property and when each was set (ISO 8601, UTC, whole seconds)."""
    for entry in parts(part(document, "propertiesWithHistory"), name):
        at = moment_of(entry.get("timestamp"))
        if at is not None:
            yield text_of(entry.get("value")), in_seconds(at)


def _is_own(document: Document, modified: datetime | None) -> bool:
    entries = parts(part(document, "propertiesWithHistory"), AUDIT)
    newest = max((at for entry in entries if (at := moment_of(entry.get("timestamp")))), default=None)
    return newest is not None and modified is not None and abs(modified - newest) <= SOON
