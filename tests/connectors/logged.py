"""A log over a made-up lake, for tests: leads with scores that change, and files that are never changed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from uuid import uuid4

import pyarrow as pa

from connectors.decisions.fresh import Held, Sight, log_new
from connectors.decisions.keys import LogKeys
from connectors.decisions.ledger import Ledger
from connectors.decisions.opening import open_ledger
from connectors.pseudonym import Keyring, LeadKey

KEYS = LogKeys(secret=bytes(range(32)), signers=(bytes(range(1, 33)),))
RING = Keyring(crm="salesforce", organisation="00D1", master=bytes(range(32)))


def key(lead: object) -> LeadKey:
    return RING.lead_key(str(lead))


def moment(at: int) -> str:
    """A moment; larger numbers are later."""
    return f"{2026 + at // 10_000}-{1 + at // 800 % 12:02d}-{1 + at // 24 % 28:02d}T{at % 24:02d}:00:00Z"


@dataclass
class Lead:
    score: str | None
    since: str
    earlier: list[tuple[str | None, str]] = field(default_factory=list)

    def rescore(self, score: str | None, at: str) -> None:
        if score != self.score:
            self.earlier.append((self.score, self.since))
            self.score, self.since = score, at


def table(leads: Mapping[LeadKey, Lead], **more: Sequence[str | None]) -> pa.Table:
    columns = {
        "lead_key": [one.hex for one in leads],
        "score": [one.score for one in leads.values()],
        "region": [f"region {one.score}" for one in leads.values()],
        "_scored_at": [one.since for one in leads.values()],
        "_earlier_scores": [json.dumps(one.earlier) if one.earlier else None for one in leads.values()],
        **more,
    }
    made = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
    return made.append_column("cohort_day", pa.array([date(2026, 1, 1)] * len(leads), pa.date32()))


def held(leads: Mapping[LeadKey, Lead], parts: int = 1, **more: Sequence[str | None]) -> list[Held]:
    """The leads in files with names that nobody saw before."""
    whole, files = table(leads, **more), []
    for part in range(parts):
        some = whole.slice(
            part * len(leads) // parts, (part + 1) * len(leads) // parts - part * len(leads) // parts
        )
        files.append(Held(name=uuid4().hex, stretches=lambda some=some: iter([some])))  # type: ignore[misc]
    return files


def sight(at: str, **changes: object) -> Sight:
    values = {"score": "score", "seen_at": at, "policy": (3, "d1"), "model": "", **changes}
    return Sight(**values)  # type: ignore[arg-type]


@contextmanager
def opened(place: Path, at: str = "2026-06-01T00:00:00Z", keys: LogKeys = KEYS) -> Iterator[Ledger]:
    with open_ledger(place, keys, "salesforce", at) as ledger:
        yield ledger


def log(place: Path, leads: Mapping[LeadKey, Lead], at: str, **more: Sequence[str | None]) -> int:
    """One sync's logging, in a log that is opened for it."""
    with opened(place, at) as ledger:
        return log_new(ledger, held(leads, **more), sight(at))


def history(place: Path, lead: LeadKey) -> list[tuple[str | None, str]]:
    """What is logged of a lead, oldest first."""
    with opened(place) as ledger:
        known = ledger.index.known([lead.digest])
        return [(one.score, one.scored_at) for found in known.values() for one in ledger.of(found)]
