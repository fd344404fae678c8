"""``kill -9`` at random moments of a rotation and of a shredding, and what can be read afterwards."""

from __future__ import annotations

import base64
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Literal

import pyarrow as pa
from sqlalchemy import text

from audit.schema import BadInput
from connectors import tombstones
from connectors.hubspot.events import Event
from connectors.partitions import load_manifest
from connectors.seals import Home
from connectors.source import Batch, Flag, FlagStatus
from tests.processes import FORKED
from tests.torture.office import CHECKED, store
from tests.webapp.sample_report import sample_report
from webapp import connecting
from webapp.environment import settings_from
from webapp.erasure import sweep
from webapp.jobs import quiet
from webapp.key_order import put_all_in_order
from webapp.key_rotation import rotate
from webapp.services import Services, open_services
from webapp.store.key_rows import KeyDestroyed
from webapp.store.repository import short_id
from webapp.store.rows import ConnectionRow

Deed = Literal["rotate", "destroy"]
CRM, ORGANISATION = "hubspot", "4711"
POLICY = """
[policy]
name = "leads"
crm = "hubspot"
object = "contacts"
created = "createdate"

[[rule]]
field = "mail_domain"
operator = "key"
domain = "email"
column = "mail"
"""
STATUSES: tuple[FlagStatus, ...] = ("ok", "review", "insufficient_data")
START = date(2026, 1, 1)
PATIENCE = 120


@dataclass(slots=True, kw_only=True)
class KeyToll:
    """What some kills came to: how often the old and how often the new key was whole afterwards."""

    kills: int = 0
    outlived: int = 0
    before: int = 0
    after: int = 0
    moments: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def add(self, more: KeyToll) -> None:
        """Count some more."""
        for name in ("kills", "outlived", "before", "after", "faults"):
            setattr(self, name, getattr(self, name) + getattr(more, name))
        self.moments.update(more.moments)


@dataclass(slots=True, kw_only=True)
class House:
    """One installation with one organisation, whose leads are known by their record ids."""

    environ: dict[str, str]
    leads: int
    toll: KeyToll = field(default_factory=KeyToll)

    @contextmanager
    def open(self) -> Iterator[tuple[Services, ConnectionRow]]:
        """The installation as a new process finds it, without putting anything in order."""
        opened = open_services(settings_from(self.environ))
        try:
            row = opened.repository.connection_for(CRM, ORGANISATION)
            assert row is not None
            yield opened, row
        finally:
            opened.close()

    def fill(self) -> None:
        """Connect, and hold leads, flags, erased leads and an event that waits."""
        opened = open_services(settings_from(self.environ))
        row = opened.repository.add_connection(CRM, ORGANISATION, "https://example.com")
        opened.keys.renew(row.id, lambda _: None)
        opened.repository.save_policy(row.id, POLICY, "torture")
        ring, place = opened.keyring(row), (CRM, ORGANISATION)
        opened.lake.write(*place, [self._batch(ring)])
        opened.lake.forget(*place, *(ring.lead_key(one) for one in self.erased))
        flags = {ring.lead_key(one): flag for one, flag in self.flags().items()}
        store(opened, row, sample_report(), short_id(), flags)
        told = Event(
            organisation=ORGANISATION,
            kind="restored",
            lead=ring.lead_key(self.told),
            at=CHECKED,
            digest=short_id(),
            generation=ring.generation,
        )
        opened.told_events.keep(row.id, [told])
        opened.close()

    @property
    def ids(self) -> range:
        """The record ids of the leads that are held."""
        return range(self.leads)

    @property
    def erased(self) -> tuple[str, ...]:
        """Leads that must not come back."""
        return tuple(f"gone {number}" for number in range(3))

    @property
    def told(self) -> str:
        """The lead of the event that waits."""
        return "restored 1"

    def flags(self) -> Mapping[str, Flag]:
        """What the newest audit says, by record id."""
        return {str(one): _flag(one) for one in self.ids}

    def check(self, opened: Services, row: ConnectionRow) -> None:
        """Everything is found by its record id under the key in force."""
        ring, lake = opened.keyring(row), opened.lake
        table = lake.read(CRM, ORGANISATION)
        held = dict(zip(*(table[name].to_pylist() for name in ("lead_key", "mail")), strict=True))
        wanted = {ring.lead_key(str(one)).hex: ring.pseudonym("email", _mail(one)) for one in self.ids}
        flags = {lead.hex: flag.reason for lead, flag in opened.repository.flags(row.id).items()}
        home = Home(path=lake._place(CRM, ORGANISATION), seal=lake.seals(CRM, ORGANISATION))
        faults = {
            "leads are not found by their record ids": held.keys() != wanted.keys(),
            "a pseudonymised field is another": held != wanted,
            "flags are not found by their record ids": flags
            != {ring.lead_key(one).hex: flag.reason for one, flag in self.flags().items()},
            "an erased lead may come back": sorted(tombstones.lines(home))
            != sorted(ring.lead_key(one).hex for one in self.erased),
            "an event is about another lead": opened.told_events.fates(row.id, {ring.lead_key(self.told)})
            != {ring.lead_key(self.told): "restored"},
        }
        self.toll.faults += [name for name, wrong in faults.items() if wrong]

    def check_tidy(self, opened: Services) -> None:
        """Nothing lies on the disk but what is in force."""
        place = opened.lake._place(CRM, ORGANISATION)
        home = Home(path=place, seal=opened.lake.seals(CRM, ORGANISATION))
        manifest = load_manifest(home)
        assert manifest is not None
        number = home.seal.generation
        wanted = {place / f"manifest-{number}", place.with_name(f"{place.name}.erased-{number}")}
        wanted |= {place / name for name in manifest.partitions.values()}
        found = {path for path in place.parent.rglob("*") if path.is_file() and path.suffix != ".lock"}
        if found != wanted:
            self.toll.faults.append(f"{len(found ^ wanted)} files are left over")

    def _batch(self, ring: Any) -> Batch:
        ids = [str(one) for one in self.ids]
        table = pa.table(
            {
                "lead_key": pa.array([ring.lead_key(one).hex for one in ids], pa.string()),
                "cohort_day": pa.array([START + timedelta(days=one % 9) for one in self.ids], pa.date32()),
                "mail": pa.array([ring.pseudonym("email", _mail(one)) for one in self.ids], pa.string()),
            }
        )
        return Batch(table=table, read=len(ids), rejected={}, excluded={}, unmapped={})


def killed_keys(folder: Path, kills: int, leads: int, seed: int, url: str = "") -> KeyToll:
    """Kill ``kills`` rotations and shreddings; after each, either the old key is whole or the new one.

    A process that ends before its kill counts as outlived, and not as a kill. After a shredding the
    organisation is connected again.
    """
    dice = Random(seed)  # noqa: S311 - no secret
    house = House(environ=_environ(folder, url), leads=leads)
    house.fill()
    seconds: dict[Deed, float] = {deed: _whole(house, deed) for deed in ("rotate", "destroy")}
    while house.toll.kills < kills:
        deed: Deed = "rotate" if dice.random() < 0.7 else "destroy"
        _round(house, deed, dice.uniform(0, 1.15 * seconds[deed]))
    return house.toll


def _round(house: House, deed: Deed, moment: float) -> None:
    with house.open() as (opened, row):
        generation, secrets = opened.keys.generation(row.id), _wrapped(opened)
    process = _started(house, deed)
    process.join(moment)
    process.kill()
    process.join()
    if process.exitcode == 0:
        house.toll.outlived += 1
    else:
        house.toll.kills += 1
    with house.open() as (opened, row):
        if deed == "rotate":
            _look_at_rotated(house, opened, row, generation)
        else:
            _look_at_shredded(house, opened, row, secrets)


def _look_at_rotated(house: House, opened: Services, row: ConnectionRow, generation: int) -> None:
    now = opened.keys.generation(row.id)
    house.toll.before += now == generation
    house.toll.after += now == generation + 1
    if now not in {generation, generation + 1}:
        house.toll.faults.append("no generation is in force")
    house.toll.moments[_moment(opened, row, moved=now != generation)] += 1
    house.check(opened, row)
    put_all_in_order(opened)
    house.check(opened, row)
    house.check_tidy(opened)
    if any(one.state == "pending" for one in opened.keys.rows(row.id)):
        house.toll.faults.append("an unfinished generation is left")


def _moment(opened: Services, row: ConnectionRow, *, moved: bool) -> str:
    if moved:
        untidy = opened.lake.is_untidy(CRM, ORGANISATION)
        return "rotation: after the commit" if untidy else "rotation: at its end"
    begun = any(one.state == "pending" for one in opened.keys.rows(row.id))
    return "rotation: while the leads were written anew" if begun else "rotation: before it began"


def _look_at_shredded(house: House, opened: Services, row: ConnectionRow, secrets: tuple[bytes, ...]) -> None:
    if row.state != "disconnected":
        house.toll.before += 1
        house.toll.moments["shredding: before it began"] += 1
        house.check(opened, row)
        return
    house.toll.after += 1
    cut = opened.keys.is_held(row.id) or opened.lake.holds(CRM, ORGANISATION)
    house.toll.moments["shredding: within" if cut else "shredding: at its end"] += 1
    if not opened.keys.is_held(row.id):
        _check_unreadable(house, opened, row)
    sweep(opened)
    opened.keys.wipe_again()
    _check_unreadable(house, opened, row)
    if opened.lake.holds(CRM, ORGANISATION) or opened.repository.has_flags(row.id):
        house.toll.faults.append("something is left of a shredded organisation")
    if _in_files(opened, secrets):
        house.toll.faults.append("a wrapped secret stands in the database's files after a shredding")
    house.fill()


def _check_unreadable(house: House, opened: Services, row: ConnectionRow) -> None:
    for name, reading in (
        ("leads", lambda: opened.lake.read(CRM, ORGANISATION)),
        ("pseudonyms", lambda: opened.keyring(row)),
    ):
        try:
            reading()
        except KeyDestroyed:
            continue
        except BadInput:
            house.toll.faults.append(f"the {name} of a shredded organisation are not told to be shredded")
            continue
        house.toll.faults.append(f"the {name} of a shredded organisation can be read")


def _wrapped(opened: Services) -> tuple[bytes, ...]:
    query = text("SELECT pseudonyms, sealing, lasting FROM organisation_key")
    with opened.database.reading() as session:
        return tuple(bytes(one) for row in session.execute(query) for one in row if one is not None)


def _in_files(opened: Services, secrets: tuple[bytes, ...]) -> bool:
    """Whether a wrapped secret stands in a file of SQLite; PostgreSQL's files are beyond our reach here."""
    if opened.database.engine.dialect.name != "sqlite":
        return False
    path = Path(str(opened.database.engine.url.database))
    contents = [one.read_bytes() for one in path.parent.glob(f"{path.name}*") if one.is_file()]
    return any(secret in content for secret in secrets for content in contents)


def _whole(house: House, deed: Deed) -> float:
    """How long a deed takes that is not killed (seconds); the house is as full as before afterwards."""
    process = _started(house, deed)
    began = time.monotonic()
    process.join(PATIENCE)
    took = time.monotonic() - began
    if process.exitcode != 0:
        house.toll.faults.append(f"{deed} that was not killed ended with {process.exitcode}")
    with house.open() as (opened, row):
        if deed == "rotate":
            house.check(opened, row)
            house.check_tidy(opened)
        else:
            _check_unreadable(house, opened, row)
    if deed == "destroy":
        house.fill()
    return took


def _started(house: House, deed: Deed) -> Any:
    """A process of its own that has opened everything and begins now."""
    here, there = FORKED.Pipe()
    process = FORKED.Process(target=_do, args=(house.environ, deed, there))
    process.start()
    here.recv()
    return process


def _do(environ: dict[str, str], deed: Deed, pipe: Any) -> None:
    opened = open_services(settings_from(environ))
    row = opened.repository.connection_for(CRM, ORGANISATION)
    assert row is not None
    pipe.send("begun")
    if deed == "rotate":
        rotate(opened, row, "torture", quiet)
    else:
        connecting.end(opened, row, "torture")
    opened.close()


def _environ(folder: Path, url: str) -> dict[str, str]:
    return {
        "FAIRLEAD_SECRET_KEY": "Zq3-8vWcR1_tY6uLpXe5kNbM2hJdGfAs9",
        "FAIRLEAD_MASTER_KEY": base64.b64encode(bytes(range(32))).decode(),
        "FAIRLEAD_DATA_DIR": str(folder / "data"),
        **({"FAIRLEAD_DATABASE_URL": url} if url else {}),
    }


def _flag(number: int) -> Flag:
    return Flag(
        status=STATUSES[number % 3], reason=f"reason {number}", audit_id="a", checked_at=datetime.now(UTC)
    )


def _mail(number: int) -> str:
    return f"company{number % 50}.example"
