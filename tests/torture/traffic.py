"""A key that is rotated while processes of their own sync, publish, erase, and answer panels."""

from __future__ import annotations

import multiprocessing
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from audit.schema import BadInput
from connectors.errors import Busy
from connectors.hubspot.events import Event
from connectors.inbound import Visit
from connectors.pseudonym import LeadKey
from webapp import decisions, jobs
from webapp.current_keys import flag_of
from webapp.departures import receive, settle, settle_all
from webapp.key_order import put_all_in_order
from webapp.key_rotation import rotate
from webapp.services import Services, open_services
from webapp.settings import Settings
from webapp.store.repository import short_id
from webapp.store.rows import ConnectionRow

STARTING = multiprocessing.get_context("forkserver")
STARTING.set_forkserver_preload(["tests.torture.traffic", "connectors.hubspot.syncing"])
PATIENCE = 120


@dataclass(slots=True, kw_only=True)
class Seen:
    """What one process did: how often what came to its end, and what must never happen."""

    done: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    slowest: float = 0.0


Deed = Callable[[Services, ConnectionRow, tuple[str, ...], Seen], None]


def _sync(opened: Services, row: ConnectionRow, _ids: tuple[str, ...], seen: Seen) -> None:
    jobs.sync(opened, row)
    seen.done["syncs"] += 1


def _publish(opened: Services, row: ConnectionRow, _ids: tuple[str, ...], seen: Seen) -> None:
    jobs.publish(opened, row)
    seen.done["write-backs"] += 1


def _rotate(opened: Services, row: ConnectionRow, _ids: tuple[str, ...], seen: Seen) -> None:
    rotate(opened, row, "traffic", jobs.quiet)
    seen.done["rotations"] += 1


def _erase(opened: Services, row: ConnectionRow, ids: tuple[str, ...], seen: Seen) -> None:
    """HubSpot tells of an erasure; the key may be rotated between any two steps."""
    if seen.done["erasures"] == len(ids):
        time.sleep(0.05)
        return
    ring = opened.keyring(row)
    lead = ring.lead_key(ids[seen.done["erasures"]])
    told = Event(
        organisation=row.organisation,
        kind="erased",
        lead=lead,
        at=opened.clock(),
        digest=short_id(),
        generation=ring.generation,
    )
    time.sleep(random.uniform(0, 0.1))  # noqa: S311 - no secret
    receive(opened, [told])
    settle(opened, row)
    seen.done["erasures"] += 1


def _look(opened: Services, row: ConnectionRow, ids: tuple[str, ...], seen: Seen) -> None:
    """A panel that was opened before the first rotation, of a lead that stays."""
    for record_id in ids:
        ring = opened.keyring(row)
        lead = LeadKey(ring._link(0, "lead", record_id.encode()))
        visit = Visit(crm=row.crm, organisation=row.organisation, lead=lead, generation=ring.first)
        if flag_of(opened, row, visit) is None:
            seen.faults.append("a panel found nothing of a lead that has a flag")
        seen.done["panels"] += 1


DEEDS: dict[str, Deed] = {
    "sync": _sync,
    "publish": _publish,
    "rotate": _rotate,
    "rotate too": _rotate,
    "erase": _erase,
    "look": _look,
}


def traffic(opened: Services, row: ConnectionRow, ids: tuple[str, ...], rotations: int) -> Seen:
    """Let everything run at once until so many rotations are through and each came to its end once.

    The first third of ``ids`` is erased meanwhile. What is held afterwards is checked against the rest.
    """
    gone, stay = ids[: len(ids) // 3], ids[len(ids) // 3 :]
    stop, through = STARTING.Event(), STARTING.Value("i", 0)
    processes, once = {}, []
    for name in DEEDS:
        here, there = STARTING.Pipe(duplex=False)
        work = _Work(
            settings=opened.settings,
            connection_id=row.id,
            name=name,
            ids=gone if name == "erase" else stay[:20],
            stop=stop,
            through=through,
            once=STARTING.Event(),
        )
        process = STARTING.Process(target=_run, args=(work, there), daemon=True)
        process.start()
        processes[name] = (process, here)
        once.append(work.once)
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends and (through.value < rotations or not all(one.is_set() for one in once)):
        time.sleep(0.05)
    stop.set()
    return _together(opened, row, processes, (gone, stay))


def _together(opened: Services, row: ConnectionRow, processes: Any, ids: Any) -> Seen:
    whole = Seen()
    for name, (process, pipe) in processes.items():
        if not pipe.poll(PATIENCE):
            whole.faults.append(f"{name} never came to its end")
            process.kill()
            continue
        one = pipe.recv()
        whole.done.update(one.done)
        whole.faults += [f"{name}: {fault}" for fault in one.faults]
        whole.slowest = max(whole.slowest, one.slowest)
        process.join(PATIENCE)
    put_all_in_order(opened)
    settle_all(opened)
    gone, stay = ids
    whole.faults += _wrong(opened, row, gone[: whole.done["erasures"]], stay)
    ring = opened.keyring(row)
    known = {ring.lead_key(one).hex for one in gone + stay}
    if not set(opened.lake.read(row.crm, row.organisation)["lead_key"].to_pylist()) <= known:
        whole.faults.append("keys of several generations are mixed")
    return whole


def _wrong(opened: Services, row: ConnectionRow, gone: tuple[str, ...], stay: tuple[str, ...]) -> list[str]:
    """What is not as it must be."""
    ring, place = opened.keyring(row), (row.crm, row.organisation)
    erased, wanted = ({ring.lead_key(one).hex for one in some} for some in (gone, stay))
    held = set(opened.lake.read(*place)["lead_key"].to_pylist())
    flags = {lead.hex for lead in opened.repository.flags(row.id)}
    log = decisions.check(opened, row, contents=True)
    logged = {key.hex() for key in decisions.logged_leads(opened, row)}
    generations = opened.lake.generations(*place)
    again = {
        "leads are lost": not wanted <= held,
        "flags are lost": not wanted <= flags,
        "an erased lead is held": bool(erased & held),
        "an erased lead has a flag": bool(erased & flags),
        "an erased lead is in the log": bool(erased & logged),
        "leads are lost from the log": not wanted <= logged,
        "more than one generation lies here": generations != {ring.generation},
        "an erased lead may come back": not erased <= opened.erased.known(row.id).keys(),
        "events wait": bool(opened.told_events.pending(row.id)),
        "the log is not sound": not log.sound,
    }
    return [name for name, wrong in again.items() if wrong]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """What one process is given."""

    settings: Settings
    connection_id: str
    name: str
    ids: tuple[str, ...]
    stop: Any
    through: Any
    once: Any


def _run(work: _Work, pipe: Any) -> None:
    opened, seen = open_services(work.settings), Seen()
    row = opened.repository.connection(work.connection_id)
    assert row is not None
    while not work.stop.is_set():
        began, before = time.monotonic(), seen.done["rotations"]
        try:
            DEEDS[work.name](opened, row, work.ids, seen)
            work.once.set()
        except (BadInput, Busy) as problem:
            # Another job is at work, or a pull began under the key of before: said, and tried again.
            if "worked on already" not in str(problem) and "pull again" not in str(problem):
                seen.faults.append(str(problem))
            seen.done["waited"] += 1
            time.sleep(random.uniform(0, 0.2))  # noqa: S311 - no secret
        except Exception as error:  # noqa: BLE001 - whatever it is, it must never happen
            seen.faults.append(f"{type(error).__name__}: {error}"[:200])
            break
        finally:
            seen.slowest = max(seen.slowest, time.monotonic() - began)
        if seen.done["rotations"] > before:
            with work.through.get_lock():
                work.through.value += 1
            time.sleep(random.uniform(0, 0.5))  # noqa: S311 - no secret
    opened.close()
    work.once.set()
    pipe.send(seen)
