"""The numbers and the secrets of the leads that get an entry."""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

import numpy as np

from audit.schema import BadInput
from connectors.decisions.index import SECRET, Index, Known, seal_all, unseal
from connectors.decisions.keys import LogKeys

DAMAGED = "the decision log is damaged: run fairlead log verify, which says where"
# By key: the number of the lead, and its secret.
Leads = dict[bytes, tuple[int, bytes]]


def old_leads(keys: LogKeys, known: Mapping[bytes, Known], wanted: AbstractSet[bytes]) -> Leads:
    """Those of leads that have entries already. Raises BadInput where a secret does not open."""
    sealing, found = keys.sealing, Leads()
    for key in wanted & known.keys():
        secret = unseal(sealing, key, known[key].sealed)
        if secret is None:
            raise BadInput(DAMAGED)
        found[key] = known[key].id, secret
    return found


def new_leads(keys: LogKeys, index: Index, fresh: Sequence[tuple[bytes, bytes]]) -> Leads:
    """Add leads by their keys and marks, with new secrets; their numbers tell nothing of the keys."""
    new, start = sorted(fresh), index.next_lead()
    numbers = [start + at for at in by_lot(len(new))]
    pool = os.urandom(SECRET * len(new))
    secrets = [pool[at : at + SECRET] for at in range(0, len(pool), SECRET)]
    names = [key for key, _ in new]
    sealed = seal_all(keys.sealing, names, secrets)
    index.add_leads(zip(numbers, names, sealed, [mark for _, mark in new], strict=True))
    return dict(zip(names, zip(numbers, secrets, strict=True), strict=True))


def by_lot(count: int) -> list[int]:
    """The numbers below a count, in an order that nobody can guess."""
    order: list[int] = np.random.default_rng(int.from_bytes(os.urandom(32))).permutation(count).tolist()
    return order


def shuffled(texts: Sequence[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Keys and texts in an order that nobody can guess; the texts of one lead stay in theirs."""
    drawn = [texts[at] for at in by_lot(len(texts))]
    several = {key for key, count in Counter(key for key, _ in texts).items() if count > 1}
    if not several:
        return drawn
    waiting = {key: deque[bytes]() for key in several}
    for key, text in texts:
        if key in several:
            waiting[key].append(text)
    return [(key, waiting[key].popleft() if key in several else text) for key, text in drawn]
