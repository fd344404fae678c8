"""docs/explanation/torture.md: what a run of ``make torture`` found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.torture.pulls import PullTorture
from tests.torture.writing import Toll

HEAD = """# Killed at random moments

Written by `make torture`; do not edit. It kills processes with `kill -9`, which gives them no moment to
tidy up, and looks at what stands afterwards. The other side is the stand-in org over TLS, not a real one.
The same two tests with four kills each are in the suite.
"""
PULLS = """
## Pulls

A process pulls an org of {leads:,} leads by Bulk jobs, page by page. It is killed at a random moment, half of
them within the time that a whole pull takes and half within the first third of it; the next process goes on
where it stopped, and may be killed too. After each pull that ended, the lake is held against the org lead by
lead: none lost, none doubled, none stale, read = kept + rejected + excluded, nothing left behind. Then a
tenth of the leads changes, and the next pull reads everything or what changed.
"""
WRITES = """
## Write-backs

An org of {leads:,} leads. Each round a new audit decides which leads have which flag and which findings
stand; a process writes that back, by collections or, from 2,000 changes on, by a Bulk job, and is killed at
a random moment between its first call and the time that a whole write-back takes. Then each lead must hold
its old flag or its new one, as a whole. In three of ten rounds a newer audit follows at once; in half of
the rounds the org first works off the Bulk job that the killed process left, in the other half it does so
later. A second process writes back to its end. After that each lead holds exactly the six values of the
newest audit (the shadow score among them, or nothing where none is written any more), each finding stands
once, those that are gone are closed, and the receipt adds up.
"""

HUBSPOT_PULLS = """
## Pulls

A process pulls a portal of {leads:,} contacts, page by page. It is killed at a random moment, half of
them within the time that a whole pull takes and half within the first third of it; the next process goes on
where it stopped, and may be killed too. After each pull that ended, the lake is held against the portal
contact by contact: none lost, none doubled, none stale, read = kept + rejected + excluded, nothing left
behind. Then a tenth of the contacts changes, three are archived and one is merged into another, and the
next pull reads everything or what changed.
"""
HUBSPOT_WRITES = """
## Write-backs

A portal of {leads:,} contacts. Each round a new audit decides which contacts have which flag; a process
writes that back and is killed at a random moment between its first call and the time that a whole write-back
takes. Then each contact must hold its old flag or its new one, as a whole. In three of ten rounds a newer
audit follows at once. A second process writes back to its end. After that each contact holds exactly the six
values of the newest audit (the shadow score among them, or nothing where none is written any more), and the
receipt adds up.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """One run of both."""

    pulls: PullTorture
    writes: Toll
    write_leads: int
    asked: int
    minutes: float

    @property
    def faults(self) -> list[str]:
        """What went wrong."""
        return [*self.pulls.faults, *self.writes.troubles]


def of_salesforce(ran: Ran) -> str:
    """The report as Markdown."""
    bulk = sum(changed >= 2_000 for changed in ran.writes.changed)
    ways = {
        "rounds with 2,000 changes or more, so by a Bulk job": bulk,
        "rounds below, so by collections": len(ran.writes.changed) - bulk,
    }
    parts = [_pulls(PULLS, ran.pulls), _writes(WRITES, ran, ways)]
    return "\n".join([HEAD, *_verdict(ran), *parts]) + "\n"


def of_hubspot(ran: Ran) -> str:
    """The report of HubSpot's half as Markdown."""
    head = HEAD.replace("at random moments", "at random moments: HubSpot", 1)
    head = head.replace("the stand-in org over TLS", "the stand-in portal")
    parts = [_pulls(HUBSPOT_PULLS, ran.pulls), _writes(HUBSPOT_WRITES, ran, {})]
    return "\n".join([head, *_verdict(ran), *parts]) + "\n"


def _verdict(ran: Ran) -> list[str]:
    verdict = "**It failed:**" if ran.faults else "Nothing was lost, doubled or left stale."
    kills = ran.pulls.kills + ran.writes.kills
    return [
        f"{kills} of {ran.asked} kills were done, in {ran.minutes:.0f} minutes. {verdict}",
        *(f"- {fault}" for fault in dict.fromkeys(ran.faults)),
    ]


def _pulls(words: str, found: PullTorture) -> str:
    facts = {
        "pulls killed": found.kills,
        "pulls that ended": found.finished,
        "of these, gone on behind leads that a killed one had read": found.resumed,
        "leads that did not have to be read again": found.saved,
        "faults": len(found.faults),
    }
    struck = {f"killed {phase}": number for phase, number in found.phases.items()}
    return f"{words.format(leads=found.leads)}\n{_table(facts | struck)}"


def _writes(words: str, ran: Ran, ways: Mapping[str, int]) -> str:
    found = ran.writes
    facts = {
        "write-backs killed": found.kills,
        "that ended before their kill": found.outlived,
        **ways,
        "kills that left some leads written and some not": found.half_done,
        "rounds in which a newer audit came before the second write-back": found.newer,
        "leads to change in all": sum(found.changed),
        "faults": len(found.troubles),
    }
    struck = {f"killed while {moment}": number for moment, number in sorted(found.moments.items())}
    return f"{words.format(leads=ran.write_leads)}\n{_table(facts | struck)}"


def _table(facts: Mapping[str, int]) -> str:
    rows = "\n".join(f"| {words} | {number:,} |" for words, number in facts.items())
    return f"| | |\n|---|---:|\n{rows}"
