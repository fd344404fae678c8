"""``kill -9`` at random moments of a write-back, and what stands in the org after the next one."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Self

from tests.torture.office import NOTHING, Office, Standing, Wanted, office

PATIENCE = 120
KILLED = -9
WORDS = {
    "sobjects/Lead/describe": "looking at the fields",
    "composite/sobjects": "writing by collections",
    "jobs/ingest": "making a Bulk job, or looking for earlier ones",
}
JOB_WORDS = {
    "batches": "uploading",
    "successfulResults": "reading results",
    "failedResults": "reading results",
    "unprocessedrecords": "reading results",
}


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


def killed_write_backs(folder: Path, kills: int, leads: int, seed: int) -> Toll:
    """Kill ``kills`` write-backs of an org with ``leads`` leads, each followed by one that ends.

    A process that ends before its kill counts as outlived, and not as a kill.
    """
    dice, toll = Random(seed), Toll()  # noqa: S311 - no secret
    with office(folder, leads, seed) as here:
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
        toll.moments[_moment(here)] += 1
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
    wrong = [name for name in now if now[name] != wanted.leads.get(name, NOTHING)]
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
    parts = receipt.written + receipt.cleared + receipt.unchanged + receipt.unknown
    return receipt.listed == leads == parts + sum(receipt.failed.values()) and not receipt.failed


def _moment(here: Office) -> str:
    """What the org was last asked for, in words."""
    path = here.org.state.asked[-1].partition("?")[0].partition("/v68.0/")[2].rstrip("/")
    if path.startswith("jobs/ingest/"):
        return f"Bulk job: {JOB_WORDS.get(path.rpartition('/')[2], 'closing, waiting or deleting')}"
    if "Fairness_Finding__c" in path:
        return "writing findings"
    return WORDS.get(path, "listing" if path.startswith("query") else "other")
