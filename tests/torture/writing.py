"""``kill -9`` at random moments of a write-back, and what stands in the org after the next one."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import Any, Protocol, Self

from tests.torture.office import Standing, Wanted, office
from tests.torture.portal_office import portal_office
from tests.torture.sides import Crm
from webapp.services import Services
from webapp.store.rows import ConnectionRow

PATIENCE = 120
KILLED = -9


@dataclass(slots=True, kw_only=True)
class Toll:
    """What some rounds came to. ``moments`` counts the kills by what the org was last asked for."""

    kills: int = 0
    outlived: int = 0
    half_done: int = 0
    newer: int = 0
    moments: Counter[str] = field(default_factory=Counter)
    changed: list[int] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def __iadd__(self, more: Toll) -> Self:
        """Both together."""
        self.kills += more.kills
        self.outlived += more.outlived
        self.half_done += more.half_done
        self.newer += more.newer
        self.moments.update(more.moments)
        self.changed += more.changed
        self.troubles += more.troubles
        return self


class Office(Protocol):
    """An installation that is connected to a CRM of nothing but leads."""

    @property
    def services(self) -> Services:
        """The installation."""
        ...

    @property
    def connection(self) -> ConnectionRow:
        """Its connection."""
        ...

    def decide(self, dice: Random) -> Wanted:
        """A new audit: what must stand in the CRM after a write-back."""
        ...

    def start(self) -> Any:
        """A write-back in a process of its own, from its first call on."""
        ...

    def standing(self) -> Standing:
        """What each lead holds now."""
        ...

    def findings(self) -> list[tuple[str, str, str]]:
        """Key, status and audit of each record of a finding."""
        ...

    def moment(self) -> str:
        """What the CRM was last asked for, in words."""
        ...

    def let_jobs_end(self) -> None:
        """What the CRM does by itself with what a killed process left there."""
        ...


OPEN: Mapping[Crm, Callable[[Path, int, int], AbstractContextManager[Office]]] = MappingProxyType(
    {"salesforce": office, "hubspot": portal_office}
)


def killed_write_backs(folder: Path, kills: int, leads: int, seed: int, crm: Crm = "salesforce") -> Toll:
    """Kill ``kills`` write-backs of an org with ``leads`` leads, each followed by one that ends.

    A process that ends before its kill counts as outlived, and not as a kill.
    """
    dice, toll = Random(seed), Toll()  # noqa: S311 - no secret
    with OPEN[crm](folder, leads, seed) as here:
        last = _ended(here, here.decide(dice), toll)
        seconds = last
        while toll.kills < kills:
            seconds = _round(here, dice, seconds, toll)
    return toll


def _round(here: Office, dice: Random, seconds: float, toll: Toll) -> float:
    """One kill and one write-back to the end; returns how long the latter took."""
    before, wanted = here.standing(), here.decide(dice)
    toll.changed.append(sum(before[name] != wanted.leads[name] for name in before))
    process = _killed(here, dice.uniform(0, 1.1 * seconds))
    if process.exitcode == KILLED:
        toll.kills += 1
        toll.moments[here.moment()] += 1
    else:
        toll.outlived += 1
    # What the killed process had sent, the org still answers.
    time.sleep(0.1)
    _check_halves(here.standing(), before, wanted, toll)
    if dice.random() < 0.5:
        here.let_jobs_end()
    if dice.random() < 0.3:
        toll.newer += 1
        wanted = here.decide(dice)
    return _ended(here, wanted, toll)


def _killed(here: Office, seconds: float) -> Any:
    """A write-back that is killed so long after its first call to the org."""
    process = here.start()
    process.join(seconds)
    process.kill()
    process.join()
    return process


def _ended(here: Office, wanted: Wanted, toll: Toll) -> float:
    """A write-back to its end, and whether all is as it must be; returns how long it took (seconds)."""
    process = here.start()
    began = time.monotonic()
    process.join(PATIENCE)
    took = time.monotonic() - began
    if process.exitcode != 0:
        toll.troubles.append(f"a write-back after a kill ended with {process.exitcode}")
        process.kill()
    # Whatever a killed process left in the org's queue must not change anything any more.
    here.let_jobs_end()
    _check_whole(here, wanted, toll)
    return took


def _check_halves(now: Standing, before: Standing, wanted: Wanted, toll: Toll) -> None:
    """Each lead has its old flag or its new one, as a whole."""
    mixed = [name for name, held in now.items() if held not in (before[name], wanted.leads[name])]
    if mixed:
        toll.troubles.append(f"{len(mixed)} leads hold half a flag after a kill")
    done = sum(now[name] == wanted.leads[name] != before[name] for name in now)
    open_ones = sum(now[name] != wanted.leads[name] for name in now)
    toll.half_done += bool(done and open_ones)


def _check_whole(here: Office, wanted: Wanted, toll: Toll) -> None:
    now = here.standing()
    if now.keys() != wanted.leads.keys():
        toll.troubles.append("leads were lost or doubled")
    wrong = [name for name in now if now[name] != wanted.leads.get(name)]
    if wrong:
        toll.troubles.append(f"{len(wrong)} leads hold a stale flag after a write-back that ended")
    keys = [key for key, _, _ in here.findings()]
    if len(keys) != len(set(keys)):
        toll.troubles.append("a finding stands twice")
    standing = [audit for _, status, audit in here.findings() if status == "open"]
    if standing != [wanted.audit_id] * wanted.findings:
        toll.troubles.append("the open findings are not those of the newest audit")
    receipt = here.services.repository.latest_receipt(here.connection.id)
    if receipt is None or not _adds_up(receipt.receipt, len(now)):
        toll.troubles.append("a receipt does not add up")


def _adds_up(receipt: Any, leads: int) -> bool:
    parts = receipt.written + receipt.cleared + receipt.unchanged + receipt.unknown + receipt.converted
    return receipt.listed == leads == parts + sum(receipt.failed.values()) and not receipt.failed
