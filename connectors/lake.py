"""The pulled leads at rest: Parquet partitions per organisation and cohort day, replaced as one.

::

    <folder>/<crm>/<organisation>/manifest.json             the partitions that count
    <folder>/<crm>/<organisation>/cohort_day=2026-03-01/<random>.parquet
    <folder>/<crm>/<organisation>/aside-<random>.parquet    who was turned away, and why
    <folder>/<crm>/<organisation>/pull/                     a pull under way (`connectors.staging`)
    <folder>/<crm>/<organisation>.{pull,write}.lock         one pull, one writer at a time
    <folder>/<crm>/<organisation>.erased                    keys that must not come back
    <folder>/<crm>/<organisation>.jobs                      bulk jobs that the CRM was asked for

A partition file is never changed. A write puts new files beside the old ones, brings them to the
disk, and swaps the manifest by ``os.replace``; only then do the old files go. So a reader sees the
state before or the state after, and a crash leaves the state before. Files that no manifest names
are leftovers and go at the next write. However many leads a pull has, few are in memory at a time.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import quote

import pyarrow as pa

from audit.schema import BadInput
from connectors import ageing, staging, tombstones
from connectors.account import Account, Pulled
from connectors.errors import Busy
from connectors.holding import Added, Finished, Note
from connectors.locking import Locked, locked
from connectors.meeting import Coming
from connectors.merging import Change, last_of_each, merge
from connectors.one_lead import OneLead, one_lead
from connectors.partitions import (
    Manifest,
    load_manifest,
    read_aside,
    read_partitions,
    save_manifest,
    stretches,
)
from connectors.pseudonym import LeadKey
from connectors.repeats import standing
from connectors.replacing import (
    account_of,
    columns_of,
    opened,
    refuse_short,
    replaced,
    with_cursor,
)
from connectors.source import ASIDE, Batch
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
        with _spooled(place, batches) as (account, spool):
            return self.replace(crm, organisation, Finished(parts=spool, account=account))

    def merge(self, crm: str, organisation: str, batches: Iterable[Batch]) -> Pulled:
        """Add an incremental pull: the newest record of a lead wins, and lives in one partition only.

        Leads that are now excluded are removed.

        Raises
        ------
        BadInput
            The policy's columns are not those of the last full pull.
        """
        place = self._place(crm, organisation)
        with _spooled(place, batches) as (account, spool):
            return self.add(crm, organisation, Finished(parts=spool, account=account)).run

    def replace(self, crm: str, organisation: str, finished: Finished) -> Pulled:
        """As `write`, of a pull that is on the disk already; its cursor counts from now on too."""
        place, account = self._place(crm, organisation), finished.account
        with locked(place, "write"):
            held = load_manifest(place)
            stands = standing(finished.parts, tombstones.away(place), place)
            refuse_short(finished, stands)
            account.settle(stands)
            account.refuse_useless()
            save_manifest(place, replaced(place, held, finished, stands))
            return account.pulled()

    def add(self, crm: str, organisation: str, finished: Finished) -> Added:
        """As `merge`, of a pull that is on the disk already; returns also what it did."""
        place, account = self._place(crm, organisation), finished.account
        with locked(place, "write"):
            held = load_manifest(place)
            stands = standing(finished.parts, tombstones.away(place), place)
            refuse_short(finished, stands)
            account.settle(stands)
            snapshots = finished.note.snapshots
            columns = columns_of(finished.parts, stands)
            base = opened(held, columns, hidden=snapshots is not None)
            aside = last_of_each(pa.concat_tables([ASIDE.empty_table(), *finished.parts.asides()]))
            coming = Coming(
                leads=lambda: stands.tables(finished.parts),
                aside=aside,
                gone=finished.gone,
                scores=finished.scores,
            )
            state, merged = merge(place, base, Change(coming=coming, snapshots=snapshots))
            state = with_cursor(state, base, finished, aside)
            if state != held:
                save_manifest(place, state)
            return Added(run=account.pulled(), whole=account_of(place, state), merged=merged)

    def held(self, crm: str, organisation: str) -> Note | None:
        """How far the source has read, and under which columns; None where nothing is held."""
        manifest = load_manifest(self._place(crm, organisation))
        if manifest is None:
            return None
        return Note(cursor=manifest.cursor, columns=manifest.columns)

    def whole(self, crm: str, organisation: str) -> Pulled | None:
        """The account of everything that is held; None where nothing was pulled yet."""
        place = self._place(crm, organisation)
        with locked(place, "write"):
            manifest = load_manifest(place)
            return None if manifest is None else account_of(place, manifest)

    def keys(self, crm: str, organisation: str) -> Iterator[pa.Table]:
        """Every lead that is held or was turned away (``lead_key``), a part at a time; read it to its end."""
        place = self._place(crm, organisation)
        with locked(place, "write"):
            manifest = load_manifest(place)
            if manifest is None:
                return
            for day in sorted(manifest.partitions):
                for stretch in stretches(place, manifest, day):
                    yield stretch.select(["lead_key"])
            yield read_aside(place, manifest).select(["lead_key"])

    def beside(self, crm: str, organisation: str, what: str) -> Path:
        """A file of the source's own beside the leads of an organisation; it is removed with them."""
        place = self._place(crm, organisation)
        return place.with_name(f"{place.name}.{what}")

    def held_keys(self, crm: str, organisation: str, column: str = "") -> Iterator[pa.Table]:
        """As `keys`, few leads at a time, without their days; the kept ones with one more column."""
        place = self._place(crm, organisation)
        with locked(place, "write"):
            manifest = load_manifest(place) or Manifest(columns=(), partitions={})
            yield read_aside(place, manifest).select(["lead_key"])
            names = ("lead_key", *({column} & set(manifest.columns)))
            for day in sorted(manifest.partitions):
                for stretch in stretches(place, manifest, day):
                    yield stretch.select(names)

    @contextmanager
    def pulling(self, crm: str, organisation: str) -> Iterator[Path]:
        """The folder of a pull that outlives its process (`connectors.staging`), for one at a time."""
        place = self._place(crm, organisation)
        with locked(place, "pull"):
            yield _staged(place)

    def read(self, crm: str, organisation: str, *, hidden: bool = False) -> pa.Table:
        """All leads of one organisation, ordered by cohort day and key, as one state.

        ``hidden`` adds the scores of earlier pulls (`connectors.snapshots`), where they are kept.

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
                return read_partitions(place, manifest, hidden=hidden)
            except FileNotFoundError:
                continue  # a writer removed this state: the manifest names the next one
        msg = "the stored leads are being rewritten: try again in a moment"
        raise Busy(msg, retry_after=1)

    def forget(self, crm: str, organisation: str, *leads: LeadKey, until: float | None = None) -> bool:
        """Erase leads for good, also from a pull that is under way; returns whether one was held.

        With ``until`` (seconds since 1970) they may come back after that moment, or after `readmit`.
        """
        place = self._place(crm, organisation)
        with locked(place, "write"):
            tombstones.add(place, leads, until)
            if until is None:
                # A pull that runs leaves the lead out at its end; one that lies here is begun anew.
                with suppress(Locked), locked(place, "pull", wait=False):
                    staging.clear(_staged(place))
            held = load_manifest(place)
            if held is None:
                return False
            gone = Coming(gone=pa.array([lead.hex for lead in leads], pa.string()))
            changed, _ = merge(place, held, Change(coming=gone))
            save_manifest(place, changed)
            return changed != held

    def lead(self, crm: str, organisation: str, lead: LeadKey) -> OneLead:
        """What is held of one lead, and whether it is kept away."""
        place = self._place(crm, organisation)
        with locked(place, "write"):
            return one_lead(place, lead)

    def aged(self, crm: str, organisation: str, before: date) -> pa.Table:
        """The leads of cohort days before a day (`connectors.ageing`)."""
        place = self._place(crm, organisation)
        with locked(place, "write"):
            return ageing.aged(place, before)

    def expire(self, crm: str, organisation: str, before: date) -> int:
        """Erase them; how many."""
        place = self._place(crm, organisation)
        with locked(place, "write"):
            return ageing.expire(place, before)

    def readmit(self, crm: str, organisation: str, *leads: LeadKey) -> None:
        """Let leads come back that were erased until a moment; what was erased for good stays away."""
        place = self._place(crm, organisation)
        with locked(place, "write"):
            tombstones.lift(place, leads)

    def holds(self, crm: str, organisation: str) -> bool:
        """Whether anything of one organisation is on the disk, leftovers of a crash too."""
        place = self._place(crm, organisation)
        return place.exists() or tombstones.tombstones(place).exists()

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
            tombstones.tombstones(place).unlink(missing_ok=True)
            self.beside(crm, organisation, "jobs").unlink(missing_ok=True)

    def _place(self, crm: str, organisation: str) -> Path:
        safe = quote(organisation, safe="").replace(".", "%2E")
        if len(safe) > 120:
            safe = hashlib.sha256(organisation.encode()).hexdigest()
        return self.folder / crm / safe


@contextmanager
def _spooled(place: Path, batches: Iterable[Batch]) -> Iterator[tuple[Account, Spool]]:
    """Draw a whole pull into a spool on disk; yield its account with it."""
    account = Account()
    with locked(place, "pull"), Spool(place) as spool:
        for batch in batches:
            account.add(batch)
            spool.append(batch)
        yield account, spool


def _staged(place: Path) -> Path:
    return place / "pull"
