"""Everything that the lake holds of one lead, for the person whom it is about."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from connectors.lake import Lake
from connectors.partitions import Manifest, between, load_manifest, read_aside
from connectors.pseudonym import LeadKey
from connectors.seals import Home
from connectors.snapshots import HIDDEN, Past
from connectors.source import ASIDE
from connectors.tombstones import away


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnedAway:
    """Why a lead is left out: ``kind`` is "rejected" or "excluded", ``reason`` a field or a code."""

    kind: str
    reason: str
    day: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OneLead:
    """What is held of one lead. ``values`` are its columns under the policy (None: missing in the CRM).

    ``day`` is its cohort day, None where it is not held. ``scored_since`` says since when the score
    stands, ``earlier`` are the scores before it, oldest first, each with the moment since when it
    stood; both only where snapshots are kept. ``kept_away`` says that a tombstone keeps it out.
    """

    day: date | None = None
    values: Mapping[str, str | None] = field(default_factory=dict, repr=False)
    scored_since: str | None = None
    earlier: Past = field(default=(), repr=False)
    turned_away: TurnedAway | None = None
    kept_away: bool = False


def one_lead(lake: Lake, crm: str, organisation: str, lead: LeadKey) -> OneLead:
    """What is held of one lead, as one state."""
    with lake.writing(crm, organisation) as home:
        kept_away = bool(pc.is_in(pa.scalar(lead.hex), value_set=away(home)).as_py())
        held = load_manifest(home)
        found = None if held is None else _row(home, held, lead)
        if found is not None:
            return _held(found, kept_away=kept_away)
        aside = ASIDE.empty_table() if held is None else read_aside(home, held)
    rows = aside.filter(pc.equal(aside["lead_key"], lead.hex)).to_pylist()
    told = [TurnedAway(kind=one["kind"], reason=one["reason"], day=one["cohort_day"]) for one in rows]
    return OneLead(turned_away=told[0] if told else None, kept_away=kept_away)


def _row(home: Home, held: Manifest, lead: LeadKey) -> Mapping[str, object] | None:
    for day in sorted(held.partitions):
        found: list[Mapping[str, object]] = between(home, held, day, (lead.hex, lead.hex)).to_pylist()
        if found:
            return found[0]
    return None


def _held(row: Mapping[str, object], *, kept_away: bool) -> OneLead:
    since, earlier = (row.get(name) for name in HIDDEN)
    own = {name: value for name, value in row.items() if name not in {"lead_key", "cohort_day", *HIDDEN}}
    day = row["cohort_day"]
    return OneLead(
        day=day if isinstance(day, date) else None,
        values={name: None if value is None else str(value) for name, value in own.items()},
        scored_since=str(since) if since else None,
        earlier=[(score, at) for score, at in json.loads(str(earlier or "[]"))],
        kept_away=kept_away,
    )
