"""How much memory a sync takes as the org grows: peak resident memory of a process that syncs, by leads.

The org is a stand-in in another process, which makes its leads as they are asked for. ``python -m
benchmarks.pull_memory`` syncs 10,000, 100,000 and 1,000,000 leads; numbers as arguments choose others.
Each size is pulled whole, then compared lead by lead, then read as changes of every lead (where those are
too many, a sync reads everything by itself).
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from benchmarks.syncing_process import SIZES, Made, Measured, be_asked, measured, print_table, report, served
from connectors.lake import Lake
from connectors.sandbox.certificate import make_certificate
from connectors.sandbox.fields import OrgContents, Value
from connectors.sandbox.salesforce import SalesforceStandIn
from connectors.synced import Wish
from tests.connectors.subject_salesforce import FIELDS, connect
from tests.seals import SEALS
from tests.torture.pull_process import POLICY, source_from
from tests.torture.sides import plain

MODULE = "benchmarks.pull_memory"


def lead(at: int, *, fresh: bool) -> Mapping[str, Value]:
    """A lead of two years, one in 97 opted out; a fresh one was changed just now, and has another score."""
    dated = {} if fresh else {"SystemModstamp": "2025-12-30T10:00:00Z"}
    return {
        **dated,
        "Region__c": ("urban", "rural", "coast")[at % 3],
        "Score__c": float((at + fresh) % 101),
        "Opted_Out__c": at % 97 == 0,
        "CreatedDate": f"{2024 + at % 2}-{1 + at % 12:02d}-{1 + at % 28:02d}T10:00:00Z",
    }


def serve(leads: int, *, fresh: bool) -> None:
    """Be the org until standard input ends."""
    with tempfile.TemporaryDirectory() as name:
        made = Made(leads, partial(lead, fresh=fresh))
        contents = OrgContents(fields=FIELDS, records=made, policy="", stream="")  # type: ignore[arg-type]
        with SalesforceStandIn(contents, make_certificate(Path(name)), seed=5) as org:
            be_asked(
                {
                    "grant": plain(connect(org).grant),
                    "client_id": org.client_id,
                    "client_secret": org.client_secret,
                    "login_url": org.login_url,
                    "ca_file": str(org.certificate.certificate),
                }
            )


def measure(leads: int) -> Iterator[Measured]:
    """A full pull of so many leads, a comparison of all of them, and all of them changed; a process each."""
    with tempfile.TemporaryDirectory() as name:
        with served(MODULE, str(leads), "") as told:
            yield measured(MODULE, name, "", told)
            yield measured(MODULE, name, "reconcile", told)
        with served(MODULE, str(leads), "fresh") as told:
            yield measured(MODULE, name, "", told)


def main(arguments: Sequence[str]) -> None:
    """Measure and print a table."""
    match arguments:
        case ["serve", leads, fresh]:
            serve(int(leads), fresh=bool(fresh))
        case ["sync", folder, wanted]:
            wish = Wish(score="score", wanted=wanted)  # type: ignore[arg-type]
            report(
                lambda told: source_from(told).sync(Lake(Path(folder), SEALS), POLICY, wish),
                lambda done: done.run.read,
            )
        case _:
            print_table([int(size) for size in arguments] or SIZES, measure)


if __name__ == "__main__":
    main(sys.argv[1:])
