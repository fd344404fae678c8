"""How much memory a pull takes as the org grows: peak resident memory of a process that pulls, by leads.

The org is a stand-in in another process, which makes its leads as they are asked for. ``python -m
benchmarks.pull_memory`` pulls 10,000, 100,000 and 1,000,000 leads; numbers as arguments choose others, the
word ``hubspot`` before them the CRM. Of HubSpot the weekly comparison is measured as well.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any, Literal, overload

from connectors.lake import Lake
from connectors.sandbox.certificate import make_certificate
from connectors.sandbox.fields import OrgContents, Value
from connectors.sandbox.hubspot import HubSpotStandIn
from connectors.sandbox.salesforce import SalesforceStandIn
from connectors.synced import Wish
from tests.connectors import subject_hubspot
from tests.connectors.subject_salesforce import FIELDS, connect
from tests.torture.pull_process import POLICY, portal_from, source_from
from tests.torture.sides import HubSpot, plain

REPOSITORY = Path(__file__).resolve().parents[1]
SIZES = (10_000, 100_000, 1_000_000)
SALESFORCE = ("Region__c", "Score__c", "Opted_Out__c", "CreatedDate")
HUBSPOT = ("region", "lead_score", "opted_out_of_profiling", "createdate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One pull: leads read, seconds, and the peak of its process in megabytes."""

    leads: int
    seconds: float
    megabytes: float


@dataclass(frozen=True, slots=True)
class Leads(Sequence[Mapping[str, Value]]):
    """So many leads, each made when it is read; over two years, one in 97 opted out."""

    leads: int
    crm: str = "salesforce"

    def __len__(self) -> int:
        return self.leads

    @overload
    def __getitem__(self, at: int) -> Mapping[str, Value]: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Mapping[str, Value]]: ...
    def __getitem__(self, at: int | slice) -> Any:
        if isinstance(at, slice):
            return [self[number] for number in range(*at.indices(self.leads))]
        if not 0 <= at < self.leads:
            raise IndexError
        region, created = ("urban", "rural", "coast")[at % 3], f"{2024 + at % 2}-{1 + at % 12:02d}"
        names = HUBSPOT if self.crm == "hubspot" else SALESFORCE
        values = (region, float(at % 101), at % 97 == 0, f"{created}-{1 + at % 28:02d}T10:00:00Z")
        return dict(zip(names, values, strict=True))


def serve(leads: int) -> None:
    """Be the org until standard input ends."""
    with tempfile.TemporaryDirectory() as name:
        contents = OrgContents(fields=FIELDS, records=Leads(leads), policy="", stream="")  # type: ignore[arg-type]
        with SalesforceStandIn(contents, make_certificate(Path(name)), seed=5) as org:
            told = {
                "grant": plain(connect(org).grant),
                "client_id": org.client_id,
                "client_secret": org.client_secret,
                "login_url": org.login_url,
                "ca_file": str(org.certificate.certificate),
            }
            sys.stdout.write(json.dumps(told) + "\n")
            sys.stdout.flush()
            sys.stdin.read()


def serve_portal(contacts: int) -> None:
    """Be the portal until standard input ends."""
    records = Leads(contacts, "hubspot")
    contents = OrgContents(fields=subject_hubspot.FIELDS, records=records, policy="", stream="")  # type: ignore[arg-type]
    with HubSpotStandIn(contents, seed=5) as portal:
        portal.control.burst_maximum = portal.control.search_maximum = 1_000_000
        told = HubSpot(portal, 1_000).told(Random(0))  # noqa: S311 - no secret
        sys.stdout.write(json.dumps({"crm": "hubspot", **told}) + "\n")
        sys.stdout.flush()
        sys.stdin.read()


def pull(folder: Path, wanted: Literal["", "full", "reconcile"]) -> None:
    """Pull everything once and tell what it took."""
    told, began = json.loads(sys.stdin.readline()), time.monotonic()
    wish = Wish(score="score", wanted=wanted)
    if told.get("crm") == "hubspot":
        done = portal_from(told).sync(Lake(folder), subject_hubspot.POLICY, wish)
    else:
        done = source_from(told).sync(Lake(folder), POLICY, wish)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    made = Measured(leads=done.whole.read, seconds=time.monotonic() - began, megabytes=peak)
    sys.stdout.write(json.dumps(asdict(made)) + "\n")


def measure(leads: int, crm: str) -> Iterator[tuple[str, Measured]]:
    """Pull an org of so many leads in a process of its own; of a portal, compare it in another one."""
    with tempfile.TemporaryDirectory() as name, _org(leads, crm) as told:
        yield "everything", _measured(told, name, "full")
        if crm == "hubspot":
            yield "comparison", _measured(told, name, "reconcile")


def _measured(told: str, folder: str, wanted: str) -> Measured:
    command = [sys.executable, "-m", "benchmarks.pull_memory", "pull", folder, wanted]
    done = subprocess.run(  # noqa: S603 - our own module
        command, cwd=REPOSITORY, input=told, capture_output=True, text=True, check=False, timeout=7200
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return Measured(**json.loads(done.stdout))


@contextmanager
def _org(leads: int, crm: str) -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.pull_memory", f"serve-{crm}", str(leads)]
    process = subprocess.Popen(  # noqa: S603 - our own module
        command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    pipe = process.stdout
    try:
        yield pipe.readline() if pipe else ""
    finally:
        process.kill()
        process.communicate()


def main(arguments: Sequence[str]) -> None:
    """Measure and print a table."""
    match arguments:
        case ["serve-salesforce", leads]:
            serve(int(leads))
        case ["serve-hubspot", leads]:
            serve_portal(int(leads))
        case ["pull", folder, wanted]:
            pull(Path(folder), wanted)  # type: ignore[arg-type]
        case ["hubspot", *sizes]:
            table("hubspot", sizes)
        case _:
            table("salesforce", arguments)


def table(crm: str, sizes: Sequence[str]) -> None:
    """Measure and print."""
    sys.stdout.write("| leads | what | seconds | peak memory, MB |\n|---|---|---|---|\n")
    for leads in map(int, sizes or SIZES):
        for what, found in measure(leads, crm):
            line = f"| {found.leads:,} | {what} | {found.seconds:,.0f} | {found.megabytes:,.0f} |\n"
            sys.stdout.write(line)
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
