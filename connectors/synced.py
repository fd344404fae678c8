"""What a sync did, and the two accounts that it leaves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import pyarrow as pa

from connectors.account import Pulled
from connectors.pseudonym import LeadKey
from connectors.scorerules import ScoreRules

# Told how many leads are read and how many there are; may raise to stop the pull.
Watch = Callable[[int, int], None]


def unwatched(read: int, total: int) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How a sync is wanted.

    ``score`` is the column whose earlier values are kept ("" for none), ``outcome_at`` that of the day of
    the outcome, ``wanted`` a kind that is asked for ("" for the usual). ``watch`` is told how many leads
    are read and how many there are; what it raises stops the sync.
    """

    score: str = ""
    outcome_at: str = ""
    wanted: Literal["", "full", "reconcile"] = ""
    watch: Watch = unwatched


@dataclass(frozen=True, slots=True, kw_only=True)
class Synced:
    """One finished sync.

    ``run`` accounts for the records that were read now, ``whole`` for everything that is held; in both,
    ``read = kept + rejected + excluded``. ``why`` is a sentence about ``kind``. Of the leads that were
    read, ``added`` are new here, ``changed`` different, ``unchanged`` as they were (``own`` of them last
    changed by Fairlead's own write-back); ``removed`` are no longer in the CRM or no longer shown,
    ``merged`` of them live on as another lead. ``resumed_at`` is how many records an earlier, broken sync
    had read already. ``answers`` of people in the CRM to the score check came new. ``notes`` are
    sentences for the admin: what could not be read, and the mend. ``rules`` are those behind the score,
    where the CRM tells them. ``gone`` are the leads that the CRM said were deleted or merged into others;
    those that it just did not show are not among them.
    """

    kind: Literal["full", "incremental", "reconcile"]
    why: str
    run: Pulled
    whole: Pulled
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    merged: int = 0
    own: int = 0
    resumed_at: int = 0
    answers: int = 0
    notes: tuple[str, ...] = ()
    rules: ScoreRules | None = None
    gone: tuple[LeadKey, ...] = field(default=(), repr=False)


def keys_in(texts: pa.Array) -> tuple[LeadKey, ...]:
    """Keys out of their texts."""
    return tuple(LeadKey(bytes.fromhex(one)) for one in texts.to_pylist())
