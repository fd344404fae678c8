"""What goes into the lake with the leads, and what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from connectors.account import Account, Pulled
from connectors.meeting import nothing
from connectors.merging import Merged
from connectors.ordering import Tables
from connectors.snapshots import Snapshots
from connectors.spool import Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What counts together with the leads, or not at all.

    ``cursor`` is the source's own note of how far it has read; an empty one leaves the one before.
    ``snapshots`` says whether the scores of earlier pulls are kept. ``domains`` names the columns that are
    pseudonyms, each with its domain (`connectors.policy.key.domains`); None where that is not known.
    """

    cursor: Mapping[str, Any] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    snapshots: Snapshots | None = None
    domains: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A pull that came to its end.

    ``expected`` is how many different records the CRM announced: fewer are no whole pull. ``gone`` are
    keys (text) of leads that the CRM no longer has, or no longer shows. ``scores`` reads new scores of leads
    of which nothing else was read (``lead_key``, ``score``); the last of a lead counts. ``generation`` is
    that of the key behind all of these, None where there is but one.
    """

    parts: Parts
    account: Account
    note: Note = field(default_factory=Note)
    expected: int | None = None
    gone: pa.Array = field(default_factory=lambda: pa.array([], pa.string()), repr=False)
    scores: Tables = field(default=nothing, repr=False)
    generation: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """An incremental pull in the lake: its own account, that of everything held, and what it did."""

    run: Pulled
    whole: Pulled
    merged: Merged
