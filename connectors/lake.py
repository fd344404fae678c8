"""The pulled leads at rest: Parquet partitions per organisation and cohort day, replaced as one.

::

    <folder>/<crm>/<organisation>/manifest-<generation>     the partitions that count
    <folder>/<crm>/<organisation>/cohort_day=2026-03-01/<random>.parquet
    <folder>/<crm>/<organisation>/aside-<random>.parquet    who was turned away, and why
    <folder>/<crm>/<organisation>/pull/                     a pull under way (`connectors.staging`)
    <folder>/<crm>/<organisation>.{pull,write}.lock         one pull, one writer at a time
    <folder>/<crm>/<organisation>.erased-<generation>       keys that must not come back
    <folder>/<crm>/<organisation>.jobs                      bulk jobs that the CRM was asked for

A partition file is never changed. A write puts new files beside the old ones, brings them to the
disk, and swaps the manifest by ``os.replace``; only then do the old files go. So a reader sees the
state before or the state after, and a crash leaves the state before. Files that no manifest names are
leftovers and go at the next write. However many leads a pull has, few are in memory at a time.

Everything is sealed with the key of the organisation (`connectors.seals`). Which generation of it is in
force decides which manifest counts; so a rotation of the key changes both in one step (`Lake.moving`).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from audit.schema import BadInput
from connectors import rekeying, replacing, staging, tombstones
from connectors.account import Pulled
from connectors.counting import Changes, Noted, nobody
from connectors.drawn import spooled
from connectors.holding import Added, Finished, Note
from connectors.locking import Locked, locked
from connectors.meeting import Coming
from connectors.merging import Change, merge
from connectors.partitions import (
    ATTEMPTS,
    Files,
    Manifest,
    files_of,
    load_manifest,
    read_aside,
    read_partitions,
    rewritten,
    save_manifest,
    stretches,
)
from connectors.pseudonym import LeadKey
from connectors.rekeying import Rotation
from connectors.seals import Home, SealFor, folder_name
from connectors.source import Batch


@dataclass(frozen=True, slots=True)
class Lake:
    """All pulled leads under one folder. Every method may be called from any thread or process.

    ``seals`` knows the seal in force of every organisation; what it raises passes through. ``noted`` is told
    of every change, so that a folder that is put back from a backup is known (`connectors.counting`).
    """

    folder: Path
    seals: SealFor
    noted: Noted = nobody

    def write(self, crm: str, organisation: str, batches: Iterable[Batch]) -> Pulled:
        """Replace everything that is held of one organisation by a full pull.

        A lead that comes twice is kept as it came last; the other is rejected (``duplicate``).

        Raises
        ------
        Refused
            ``ALL_REJECTED``: not one lead of the pull can be used.
        ValueError
            A batch whose counts do not add up: a fault of the connector.
        """
        place = self._place(crm, organisation)
        with spooled(place, batches) as (account, spool):
            return self.replace(crm, organisation, Finished(parts=spool, account=account))

    def merge(self, crm: str, organisation: str, batches: Iterable[Batch]) -> Pulled:
        """Add an incremental pull: the newest record of a lead wins. Excluded leads are removed.

        Raises
        ------
        BadInput
            The policy's columns are not those of the last full pull.
        """
        place = self._place(crm, organisation)
        with spooled(place, batches) as (account, spool):
            return self.add(crm, organisation, Finished(parts=spool, account=account)).run

    def replace(self, crm: str, organisation: str, finished: Finished) -> Pulled:
        """As `write`, of a pull that is on the disk already; its cursor counts from now on too."""
        account = finished.account
        with self.writing(crm, organisation) as home:
            held, stands = replacing.settled(home, finished)
            account.refuse_useless()
            save_manifest(home, replacing.replaced(home, held, finished, stands))
            return account.pulled()

    def add(self, crm: str, organisation: str, finished: Finished) -> Added:
        """As `merge`, of a pull that is on the disk already; returns also what it did."""
        account = finished.account
        with self.writing(crm, organisation) as home:
            held, stands = replacing.settled(home, finished)
            snapshots = finished.note.snapshots
            columns = replacing.columns_of(finished.parts, stands)
            base = replacing.opened(held, columns, hidden=snapshots is not None)
            aside = replacing.turned_away(finished.parts, stands)
            coming = Coming(
                leads=lambda: stands.tables(finished.parts),
                aside=aside,
                gone=finished.gone,
                scores=finished.scores,
            )
            state, merged = merge(home, base, Change(coming=coming, snapshots=snapshots))
            state = replacing.with_cursor(state, base, finished, aside)
            if state != held:
                save_manifest(home, state)
            return Added(run=account.pulled(), whole=replacing.account_of(home, state), merged=merged)

    def held(self, crm: str, organisation: str) -> Note | None:
        """How far the source has read, and under which columns; None where nothing is held."""
        manifest = load_manifest(self._home(crm, organisation))
        if manifest is None:
            return None
        return Note(cursor=manifest.cursor, columns=manifest.columns)

    def whole(self, crm: str, organisation: str) -> Pulled | None:
        """The account of everything that is held; None where nothing was pulled yet."""
        with self.writing(crm, organisation) as home:
            manifest = load_manifest(home)
            return None if manifest is None else replacing.account_of(home, manifest)

    def keys(self, crm: str, organisation: str) -> Iterator[pa.Table]:
        """Every lead that is held or was turned away (``lead_key``), a part at a time; read it to its end."""
        return self.held_keys(crm, organisation)

    def beside(self, crm: str, organisation: str, what: str) -> Path:
        """A file of the source's own beside the leads of an organisation; it is removed with them."""
        place = self._place(crm, organisation)
        return place.with_name(f"{place.name}.{what}")

    def held_keys(self, crm: str, organisation: str, column: str = "") -> Iterator[pa.Table]:
        """As `keys`; the kept ones with one more column."""
        with self.writing(crm, organisation) as home:
            manifest = load_manifest(home) or Manifest(columns=(), partitions={})
            yield read_aside(home, manifest).select(["lead_key"])
            names = ("lead_key", *({column} & set(manifest.columns)))
            for day in sorted(manifest.partitions):
                for stretch in stretches(home, manifest, day):
                    yield stretch.select(names)

    def by_file(self, crm: str, organisation: str) -> Files:
        """The files of the leads, each with how to read it (`connectors.partitions.files_of`)."""
        return files_of(self._home(crm, organisation))

    @contextmanager
    def pulling(self, crm: str, organisation: str) -> Iterator[Home]:
        """The folder of a pull that outlives its process (`connectors.staging`), for one at a time."""
        with locked(self._place(crm, organisation), "pull"):
            yield self._home(crm, organisation).within("pull")

    @contextmanager
    def moving(self, crm: str, organisation: str, rotation: Rotation) -> Iterator[None]:
        """Write everything anew under the next generation; inside the ``with`` it is to come into force.

        Neither a pull nor another writer is at work meanwhile; readers see the generation in force. Where
        it does not come into force, nothing has changed. A pull that a process left unfinished is begun anew.
        """
        place = self._place(crm, organisation)
        with locked(place, "pull"), locked(place, "write"):
            rekeying.prepare(self._home(crm, organisation), rotation)
            yield
            home = self._home(crm, organisation)
            staging.clear(home.within("pull"))
            rekeying.sweep(home)

    def tidy(self, crm: str, organisation: str) -> None:
        """Encrypt what lies in the clear, and remove what a killed rotation left."""
        with self.writing(crm, organisation) as home:
            rekeying.sweep(home)

    def is_untidy(self, crm: str, organisation: str) -> bool:
        """Whether something lies here in the clear, or is left of another generation."""
        return rekeying.is_untidy(self._home(crm, organisation))

    def generations(self, crm: str, organisation: str) -> frozenset[int]:
        """The generations that a state of an organisation lies here of; 0 for one in the clear."""
        return rekeying.generations(self._place(crm, organisation))

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
        for _ in range(ATTEMPTS):
            home = self._home(crm, organisation)
            try:
                manifest = load_manifest(home)
                if manifest is not None:
                    return read_partitions(home, manifest, hidden=hidden)
            except FileNotFoundError:
                continue  # a writer removed this state: the manifest names the next one
            if self._home(crm, organisation) == home:
                msg = f"no leads of this {crm} organisation were pulled yet: run fairlead sync first"
                raise BadInput(msg)
        raise rewritten()

    def forget(self, crm: str, organisation: str, *leads: LeadKey, until: float | None = None) -> bool:
        """Erase leads for good, also from a pull that is under way; returns whether one was held.

        With ``until`` (seconds since 1970) they may come back after that moment, or after `readmit`.
        """
        with self.writing(crm, organisation) as home:
            tombstones.add(home, leads, until)
            if until is None:
                # A pull that runs leaves the lead out at its end; one that lies here is begun anew.
                with suppress(Locked), locked(home.path, "pull", wait=False):
                    staging.clear(home.within("pull"))
            held = load_manifest(home)
            if held is None:
                return False
            gone = Coming(gone=pa.array([lead.hex for lead in leads], pa.string()))
            changed, _ = merge(home, held, Change(coming=gone))
            save_manifest(home, changed)
            return changed != held

    def readmit(self, crm: str, organisation: str, *leads: LeadKey) -> None:
        """Let leads come back that were erased until a moment; what was erased for good stays away."""
        with self.writing(crm, organisation) as home:
            tombstones.lift(home, leads)

    def holds(self, crm: str, organisation: str) -> bool:
        """Whether anything of one organisation is on the disk, leftovers of a crash too."""
        place = self._place(crm, organisation)
        return place.exists() or any(tombstones.files(place))

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
            for manifest in place.glob("manifest*"):
                manifest.unlink()
            if place.exists():
                shutil.rmtree(place)
            for path in tombstones.files(place):
                path.unlink()
            self.beside(crm, organisation, "jobs").unlink(missing_ok=True)
            self.noted(crm, organisation, Changes(removed=True))

    @contextmanager
    def writing(self, crm: str, organisation: str, *, lenient: bool = False) -> Iterator[Home]:
        """The home of an organisation, for one at a time; nothing in it lies in the clear any more.

        What was changed is told in the end, also where an error came between. ``lenient`` is that of `Home`.
        """
        with locked(self._place(crm, organisation), "write"):
            home = replace(self._home(crm, organisation), lenient=lenient)
            try:
                rekeying.seal_plain(home)
                yield home
            finally:
                if home.changes:
                    self.noted(crm, organisation, home.changes)

    def _home(self, crm: str, organisation: str) -> Home:
        return Home(path=self._place(crm, organisation), seal=self.seals(crm, organisation))

    def _place(self, crm: str, organisation: str) -> Path:
        return self.folder / crm / folder_name(organisation)
