"""A few leads before and after a policy. The values before it are masked here, beside those who read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from connectors.policy.apply import Raw, apply_policy
from connectors.policy.mask import mask
from connectors.policy.model import Policy
from connectors.pseudonym import Keyring
from connectors.source import Batch

SHOWN = 20
"""Of so many leads at most the shapes are told: nobody looks at more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """Leads under a draft policy. Nothing of it is kept.

    ``before`` has a row for each of the first leads of ``batch``, in its order (`SHOWN` at most), and a
    column for each field that was read: the shape of its value (`connectors.policy.mask`), null where empty.
    """

    batch: Batch
    before: pa.Table


def look_at(policy: Policy, raw: Raw, keyring: Keyring) -> Looked:
    """Apply a policy to some records, and mask what they held before."""
    return Looked(batch=(batch := apply_policy(policy, raw, keyring)), before=masked(policy, raw, batch))


def masked(policy: Policy, raw: Raw, batch: Batch) -> pa.Table:
    """The shapes of the first leads of a batch that came from these records."""
    place = {key.hex: row for row, key in enumerate(raw.keys)}
    rows = [place[key] for key in batch.table["lead_key"].slice(0, SHOWN).to_pylist()]
    shapes = {name: [mask(raw.columns[name][row]) for row in rows] for name in policy.fields}
    return pa.table({name: pa.array(column, pa.string()) for name, column in shapes.items()})


def as_one(parts: Sequence[Looked]) -> Looked:
    """Several groups of leads, at least one, as if they had been read together."""
    batches = [part.batch for part in parts]
    batch = Batch(
        table=pa.concat_tables([one.table for one in batches]),
        read=sum(one.read for one in batches),
        rejected=_added(one.rejected for one in batches),
        excluded=_added(one.excluded for one in batches),
        unmapped=_added(one.unmapped for one in batches),
        withdrawn=tuple(key for one in batches for key in one.withdrawn),
        aside=pa.concat_tables([one.aside for one in batches]),
    )
    return Looked(batch=batch, before=pa.concat_tables([part.before for part in parts]).slice(0, SHOWN))


def _added(counts: Iterable[Mapping[str, int]]) -> Mapping[str, int]:
    return dict(sum((Counter(one) for one in counts), Counter()))
