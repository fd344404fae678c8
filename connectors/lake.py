"""The pulled leads at rest: Parquet partitions per organisation and cohort day, replaced as one.

::

    <folder>/<crm>/<organisation>/manifest.json             the partitions that count
    <folder>/<crm>/<organisation>/cohort_day=2026-03-01/<random>.parquet
    <folder>/<crm>/<organisation>.{pull,write}.lock         one pull, one writer at a time
    <folder>/<crm>/<organisation>.erased                    keys that must not come back

A partition file is never changed. A write puts new files beside the old ones, brings them to the
disk, and swaps the manifest by ``os.replace``; only then do the old files go. So a reader sees the
state before or the state after, and a crash leaves the state before. Files that no manifest names
are leftovers and go at the next write.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pyarrow as pa
import pyarrow.compute as pc

from audit.schema import BadInput
from connectors.account import Account, Pulled
from connectors.errors import Busy
from connectors.locking import locked
from connectors.partitions import Manifest, load_manifest, read_partitions, save_manifest, write_partitions
from connectors.pseudonym import LeadKey
from connectors.source import Batch
from connectors.spool import Spool

ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class Lake:
    """All pulled leads under one folder. Every method may be called from any thread or process."""

    folder: Path

    def write(self, crm: str, organisation: str, batches: Iterable[Batch]) -> Pulled:
        """Replace everything that is held of one organisation by a full pull.

        A lead that comes twice in one pull is kept once, as it came last; the other is counted as
        rejected (``duplicate``). Whatever ``batches`` raises passes through and nothing changes.

        Raises
        ------
        Refused
            ``ALL_REJECTED``: not one lead of the pull can be used.
        ValueError
            A batch whose counts do not add up: a fault of the connector.
        """
        place = self._place(crm, organisation)
        with _pull(place, batches) as (account, table), locked(place, "write"):
            account.refuse_useless()
            leads = account.without(table, _erased(place), "erased")
            save_manifest(place, write_partitions(place, leads))
            return account.pulled()

    def merge(self, crm: str, organisation: str, batches: Iterable[Batch]) -> Pulled:
        """Add an incremental pull: the newest record of a lead wins, and lives in one partition only.

        Leads that are now excluded are removed.

        Raises
        ------
        BadInput
            The policy's columns are not those of the last full pull.
        """
        place = self._place(crm, organisation)
        with _pull(place, batches) as (account, table), locked(place, "write"):
            leads = account.without(table, _erased(place), "erased")
            held = load_manifest(place)
            if held is None or not held.partitions:
                held = Manifest(columns=tuple(leads.column_names), partitions={})
            if leads.num_rows and held.columns != tuple(leads.column_names):
                msg = "the policy's columns have changed since the last full pull: pull everything again"
                raise BadInput(msg)
            gone = pa.concat_arrays([*leads["lead_key"].chunks, account.withdrawn()])
            save_manifest(place, _replaced(place, held, gone, leads))
            return account.pulled()

    def read(self, crm: str, organisation: str) -> pa.Table:
        """All leads of one organisation, ordered by cohort day and key, as one state.

        Raises
        ------
        BadInput
            Nothing was pulled yet.
        Busy
            The lake was rewritten again and again while it was read.
        """
        place = self._place(crm, organisation)
        for _ in range(ATTEMPTS):
            manifest = load_manifest(place)
            if manifest is None:
                msg = f"no leads of this {crm} organisation were pulled yet: run fairlead sync first"
                raise BadInput(msg)
            try:
                return read_partitions(place, manifest)
            except FileNotFoundError:
                continue  # a writer removed this state: the manifest names the next one
        msg = "the stored leads are being rewritten: try again in a moment"
        raise Busy(msg, retry_after=1)

    def forget(self, crm: str, organisation: str, lead: LeadKey) -> bool:
        """Erase one lead for good, also from a pull that is under way; returns whether it was held."""
        place = self._place(crm, organisation)
        with locked(place, "write"):
            with _erasures(place).open("a") as handle:
                handle.write(f"{lead.hex}\n")
            held = load_manifest(place)
            if held is None:
                return False
            changed = _replaced(place, held, pa.array([lead.hex], pa.string()), None)
            save_manifest(place, changed)
            return changed != held

    def holds(self, crm: str, organisation: str) -> bool:
        """Whether anything of one organisation is on the disk, leftovers of a crash too."""
        place = self._place(crm, organisation)
        return place.exists() or _erasures(place).exists()

    def remove(self, crm: str, organisation: str) -> None:
        """Erase everything of one organisation (the CRM was disconnected).

        Raises
        ------
        OSError
            Something could not be erased; what is left counts as held, but is not read any more.
        """
        place = self._place(crm, organisation)
        with locked(place, "pull"), locked(place, "write"):
            # The manifest goes first: a crash in between leaves leftovers, not half an organisation.
            (place / "manifest.json").unlink(missing_ok=True)
            if place.exists():
                shutil.rmtree(place)
            _erasures(place).unlink(missing_ok=True)

    def _place(self, crm: str, organisation: str) -> Path:
        safe = quote(organisation, safe="").replace(".", "%2E")
        if len(safe) > 120:
            safe = hashlib.sha256(organisation.encode()).hexdigest()
        return self.folder / crm / safe


@contextmanager
def _pull(place: Path, batches: Iterable[Batch]) -> Iterator[tuple[Account, pa.Table]]:
    """Draw a whole pull into a spool on disk; yield its account and its leads, each once."""
    account = Account()
    with locked(place, "pull"), Spool(place) as spool:
        for batch in batches:
            account.add(batch)
            spool.append(batch.table)
        yield account, account.once(spool.table())


def _replaced(place: Path, held: Manifest, gone: pa.Array, added: pa.Table | None) -> Manifest:
    """A manifest without the ``gone`` leads and with the ``added`` ones; untouched days keep their files."""
    rows = read_partitions(place, held)
    is_gone = pc.is_in(rows["lead_key"], value_set=gone)
    touched = rows.filter(is_gone)["cohort_day"].chunks
    if added is not None:
        touched = [*touched, *added["cohort_day"].chunks]
    days = pc.unique(pa.chunked_array(touched, pa.date32()))
    if not len(days):
        return held
    stays = rows.filter(pc.and_(pc.is_in(rows["cohort_day"], value_set=days), pc.invert(is_gone)))
    tables = [stays] if added is None or not added.num_rows else [stays, added.select(rows.column_names)]
    fresh = write_partitions(place, pa.concat_tables(tables))
    rewritten = {str(day) for day in days.to_pylist()}
    kept = {day: name for day, name in held.partitions.items() if day not in rewritten}
    return Manifest(columns=fresh.columns, partitions={**kept, **fresh.partitions})


def _erasures(place: Path) -> Path:
    return place.with_name(place.name + ".erased")


def _erased(place: Path) -> pa.Array:
    path = _erasures(place)
    return pa.array(path.read_text().split() if path.exists() else [], pa.string())
