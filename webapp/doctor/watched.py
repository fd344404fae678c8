"""What is watched beside the audits: is it up to date."""

from __future__ import annotations

from collections.abc import Iterator

from webapp.doctor.result import Result, fine, warning
from webapp.keeping_up import WORDS, behind_of
from webapp.services import Services
from webapp.store.rows import ConnectionRow

PARTS = {"gaps": "Watched gaps", "drift": "Drift", "expected": "Expected outcomes"}
MENDS = {
    "data": "Look at the page Score and groups, then pull again.",
    "unreadable": "Put the key back that was used before, then pull again.",
    "storage": "See that the database takes changes and the disk has room, then pull again.",
    "memory": "Give the worker more memory, then pull again.",
    "defect": "Please report it with the lines of the log; the next pull tries again.",
}


def watched(opened: Services, row: ConnectionRow) -> Iterator[Result]:
    """Whether the last pull brought watched gaps, drift and expected outcomes up to date."""
    found = behind_of(opened, row)
    for one in found:
        says = f"Not up to date since {one.since:%Y-%m-%d %H:%M} UTC, because {WORDS[one.why]}."
        yield warning(PARTS[one.part], says, MENDS[one.why])
    if not found and opened.evidence.newest(row.id, 1):
        yield fine("What is watched", "Watched gaps, drift and expected outcomes are up to date.")
