"""How much memory a sync of HubSpot takes as the portal grows: peak resident memory, by contacts.

The portal is a stand-in in another process. ``python -m benchmarks.pull_memory_hubspot`` pulls 10,000,
100,000 and 1,000,000 contacts, then compares each with the portal, in a process each; numbers as arguments
choose others.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random

from benchmarks.syncing_process import SIZES, Made, Measured, be_asked, measured, print_table, report, served
from connectors.lake import Lake
from connectors.sandbox.fields import OrgContents, Value
from connectors.sandbox.hubspot import HubSpotStandIn
from connectors.synced import Wish
from tests.connectors.subject_hubspot import FIELDS, POLICY
from tests.seals import SEALS
from tests.torture.pull_process import portal_from
from tests.torture.sides import HubSpot

MODULE = "benchmarks.pull_memory_hubspot"


def contact(at: int) -> Mapping[str, Value]:
    """A contact of two years, one in 97 opted out."""
    return {
        "region": ("urban", "rural", "coast")[at % 3],
        "lead_score": float(at % 101),
        "opted_out_of_profiling": at % 97 == 0,
        "createdate": f"{2024 + at % 2}-{1 + at % 12:02d}-{1 + at % 28:02d}T10:00:00Z",
    }


def serve(contacts: int) -> None:
    """Be the portal until standard input ends."""
    made = Made(contacts, contact)
    contents = OrgContents(fields=FIELDS, records=made, policy="", stream="")  # type: ignore[arg-type]
    with HubSpotStandIn(contents, seed=5) as portal:
        portal.control.burst_maximum = portal.control.search_maximum = 1_000_000
        be_asked(HubSpot(portal, 1_000).told(Random(0)))  # noqa: S311 - no secret


def measure(contacts: int) -> Iterator[Measured]:
    """A full pull of so many contacts, and a comparison of all of them, in a process each."""
    with tempfile.TemporaryDirectory() as name, served(MODULE, str(contacts)) as told:
        for wanted in ("full", "reconcile"):
            yield measured(MODULE, name, wanted, told)


def main(arguments: Sequence[str]) -> None:
    """Measure and print a table."""
    match arguments:
        case ["serve", contacts]:
            serve(int(contacts))
        case ["sync", folder, wanted]:
            wish = Wish(score="score", wanted=wanted)  # type: ignore[arg-type]
            report(
                lambda told: portal_from(told).sync(Lake(Path(folder), SEALS), POLICY, wish),
                lambda done: done.whole.read,
            )
        case _:
            print_table([int(size) for size in arguments] or SIZES, measure)


if __name__ == "__main__":
    main(sys.argv[1:])
