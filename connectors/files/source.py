"""A file as a source of leads, under the same policy and the same contract as a CRM."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from audit.schema import BadInput
from connectors.errors import Refused
from connectors.files.flags import publish_flags
from connectors.files.reading import read_names, read_table
from connectors.files.table import FileTable
from connectors.policy.apply import Raw, apply_policy
from connectors.policy.look import Looked, look_at
from connectors.policy.model import Policy
from connectors.pseudonym import Keyring, LeadKey
from connectors.source import NO_SHADOW, Batch, FieldInfo, Flag, Notice, Receipt, Shadow

Reader = Callable[[Path, Sequence[str] | None], FileTable]

_BATCH = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSource:
    """Leads in a CSV, Excel or Parquet file.

    ``key`` names the column of the record ids; without it a lead is known by its record number,
    from 1. Flags go to ``flags_path``, a CSV beside the file. Only the columns that the policy
    names, and the key, are kept of what is read.
    """

    path: Path
    keyring: Keyring
    flags_path: Path
    key: str | None = None
    read: Reader = field(default=read_table, repr=False)

    @property
    def organisation(self) -> str:
        """The name of the file."""
        return self.path.name

    def describe(self) -> tuple[FieldInfo, ...]:
        """The columns of the file, in order."""
        return tuple(FieldInfo(name=name, label=name, type="text") for name in self._names())

    def count(self) -> int:
        """How many records the file holds."""
        return self._read((self.key or self._names()[0],)).records

    def pull(self, policy: Policy, since: datetime | None = None) -> Iterator[Batch]:
        """Read the leads; none where the file was last written before ``since``.

        A file does not say which of its rows changed, so a newer one is read whole. It is read
        before the first batch, so that a damaged one gives no batch at all.

        Raises
        ------
        Refused
            The file cannot be read, or lacks a column that the policy names.
        """
        leads = self._leads(policy)
        if since is not None and self._written() < since:
            return
        for start in range(0, max(leads.records.num_rows, 1), _BATCH):
            rejected = leads.rejected if start == 0 else {}
            yield self._batch(policy, leads.slice(start, _BATCH), rejected)

    def sample(self, policy: Policy, leads: int) -> Batch:
        """The first leads of the file under a draft policy."""
        return self.look(policy, leads).batch

    def look(self, policy: Policy, leads: int) -> Looked:
        """As `sample`, with the shapes of the values before the policy."""
        return look_at(policy, self._raw(policy, self._leads(policy).slice(0, leads), {}), self.keyring)

    def publish(
        self,
        flags: Mapping[LeadKey, Flag],
        notices: Sequence[Notice] = (),  # noqa: ARG002
        shadow: Shadow = NO_SHADOW,  # noqa: ARG002
    ) -> Receipt:
        """Write the flags of the leads that the file lists now, replacing the file of flags as one.

        The file has no place for ``notices``, nor for a ``shadow`` score.

        Raises
        ------
        Refused
            The leads cannot be read, or the flags not be written.
        """
        ids = self._ids(self._read((self.key or self._names()[0],)))
        listed = list(dict.fromkeys(identity for identity in ids if identity))
        try:
            return publish_flags(self.flags_path, listed, flags, self.keyring)
        except OSError:
            msg = f"the flags cannot be written to {self.flags_path}; choose a folder that may be written to"
            raise Refused(msg, code="unwritable_file") from None

    def _leads(self, policy: Policy) -> _Leads:
        """One record for each lead, the first; the others are counted by reason."""
        key = [self.key] if self.key else []
        found = self._read(tuple(dict.fromkeys([*key, *policy.fields])))
        ids = self._ids(found)
        first: dict[str, int] = {}
        for row, identity in enumerate(ids):
            if identity:
                first.setdefault(identity, row)
        blank = sum(1 for identity in ids if not identity)
        rejected = {
            "wrong_number_of_columns": len(found.ragged),
            "key_missing": blank,
            "duplicate_key": len(ids) - blank - len(first),
        }
        return _Leads(
            records=found.table.take(pa.array(first.values(), pa.int64())),
            ids=tuple(first),
            rejected={reason: count for reason, count in rejected.items() if count},
        )

    def _batch(self, policy: Policy, leads: _Leads, rejected: Mapping[str, int]) -> Batch:
        return apply_policy(policy, self._raw(policy, leads, rejected), self.keyring)

    def _raw(self, policy: Policy, leads: _Leads, rejected: Mapping[str, int]) -> Raw:
        keys = [self.keyring.lead_key(identity) for identity in leads.ids]
        days = None if policy.created else [self._written().date()] * len(keys)
        columns = {name: _texts(leads.records[name]) for name in policy.fields}
        return Raw(keys=keys, columns=columns, cohort_days=days, rejected=rejected)

    def _written(self) -> datetime:
        """When the file was last written: also the cohort of leads that nothing dates."""
        return datetime.fromtimestamp(self.path.stat().st_mtime, tz=UTC)

    def _ids(self, found: FileTable) -> list[str | None]:
        if self.key is None:
            return [str(found.record(row) + 1) for row in range(found.table.num_rows)]
        return [identity and identity.strip() for identity in _texts(found.table[self.key])]

    def _names(self) -> tuple[str, ...]:
        try:
            return read_names(self.path)
        except BadInput as error:
            raise _refused(error) from None

    def _read(self, columns: tuple[str, ...]) -> FileTable:
        try:
            return self.read(self.path, columns)
        except BadInput as error:
            raise _refused(error) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Leads:
    """The first record of every lead, its id, and how many records were no lead."""

    records: pa.Table = field(repr=False)
    ids: tuple[str, ...] = field(repr=False)
    rejected: Mapping[str, int]

    def slice(self, start: int, length: int) -> _Leads:
        """Some of the leads; the rejected records are counted once, with the whole."""
        return _Leads(
            records=self.records.slice(start, length), ids=self.ids[start : start + length], rejected={}
        )


def _texts(column: pa.ChunkedArray) -> list[str | None]:
    """The values of a column as texts."""
    try:
        texts: list[str | None] = column.cast(pa.string()).to_pylist()
    except pa.ArrowException:
        msg = f"a column of type {column.type} has no plain text; take it out of the policy"
        raise Refused(msg, code="unreadable_column") from None
    return texts


def _refused(error: BadInput) -> Refused:
    return Refused(str(error), code="unreadable_file")
