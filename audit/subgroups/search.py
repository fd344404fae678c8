"""The search: look on one part of the leads, put to the test on the other.

The groups are picked on leads chosen at random, and tested on the others with Holm's correction for
the few that are tested. Picking from thousands cannot make the test wrong, because the leads of the
test took no part in it: in at most ``1 - confidence`` of all audits is any group told that is not
behind. What is told of a group is measured on those other leads alone, so that it does not look
worse than it is for having been the most striking of many.

References
----------
D. R. Cox (1975). Biometrika 62:441 (splitting the data to choose what to test).
S. Athey, G. Imbens (2016). PNAS 113:7353 (honest estimation).
Y. Benjamini, D. Yekutieli (2005). JASA 100:71 (intervals of what was selected).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from audit.arrays import BoolArray, IntArray
from audit.clustering.accounts import Accounts
from audit.schema import Stream, Tolerance
from audit.subgroups.confirm import confirm
from audit.subgroups.cover import cover
from audit.subgroups.fields import Field, fields
from audit.subgroups.lattice import Lattice, affordable, combined, striking, strongest
from audit.subgroups.model import Search, Verified
from audit.subgroups.treatment import Treatment, cells, treatments

COUNTED = 50_000_000
"""Cells times combinations that are counted while looking; fewer leads are looked at where it is more."""
LEAST_LOOKED = 5_000
LEAST = 10
"""Where few leads are looked at, a group may be small among them, but not smaller than this."""

NOTHING = Verified(search=None, subgroups=())


def search(
    table: pa.Table,
    stream: Stream,
    scale: tuple[float, float] | None,
    seed: int,
    accounts: Accounts | None = None,
) -> Verified:
    """Look for groups of two conditions or more, one of them on an attribute, that are treated worst.

    Parameters
    ----------
    table
        The admitted table (see `audit.intake.Intake`).
    stream
        Its roles; ``[audit] search_depth`` says how many conditions a group may have.
    scale
        Range of the score; None where there is none.
    seed
        Of the split. The split follows the keys of the leads, not their order.
    accounts
        Whose leads are not independent: an account is either looked at or confirms, and its leads
        count for less in the test.

    Returns
    -------
    Verified
        Without a search where the depth is 1 or nothing can be crossed.
    """
    depth = stream.audit.search_depth
    every = fields(table, stream)
    if depth < 2 or len(every.searched) < 2 or every.searched[0].role != "attribute":
        return NOTHING
    found = treatments(table, stream, scale)
    if not found:
        return NOTHING
    split = _Split(order=_order(table, seed, accounts), tolerance=stream.audit, accounts=accounts)
    kept = _kept(every.searched, found, split, depth)
    most = max(COUNTED // max(combined(len(kept), _attributes(kept), depth), 1), LEAST_LOOKED)
    looking = split.lattice(kept, found, split.looked(most))
    candidates, looked = striking(looking, min(depth, len(kept)))
    chosen = cover(looking, candidates)
    first = split.looked(most)
    told = (
        confirm(split.lattice(kept, found, ~first, by_account=True), chosen, found, stream) if chosen else ()
    )
    made = Search(
        depth=depth,
        fields=tuple(one.name for one in kept),
        left_out=(*every.left_out, *(one.name for one in every.searched if one not in kept)),
        groups=looked,
        looked_on=int(first.sum()),
        confirmed_on=int((~first).sum()),
        tested=len(chosen),
    )
    return Verified(search=made, subgroups=told)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Split:
    """The rows in the order in which they are looked at; the others confirm."""

    order: IntArray
    tolerance: Tolerance
    accounts: Accounts | None

    def looked(self, most: int) -> BoolArray:
        chosen = np.zeros(len(self.order), dtype=np.bool_)
        chosen[self.order[: min(len(self.order) // 2, most)]] = True
        if self.accounts is not None:
            # Of an account on the edge, all leads confirm.
            whole = np.bincount(self.accounts.code, ~chosen) == 0
            chosen &= whole[self.accounts.code]
        return chosen

    def lattice(
        self,
        kept: tuple[Field, ...],
        found: tuple[Treatment, ...],
        rows: BoolArray,
        *,
        by_account: bool = False,
    ) -> Lattice:
        apart = self.accounts if by_account else None
        account = np.zeros(len(rows), dtype=np.int64) if apart is None else apart.code
        by_cell, moments, of_cell = cells(kept, found, rows, account)
        minimum = self.tolerance.minimum_group
        return Lattice(
            fields=by_cell,
            moments=moments,
            rate=np.array([one.rate for one in found]),
            least=max(minimum * float(rows.mean()), min(minimum, LEAST)),
            tolerance=self.tolerance,
            account=None if apart is None else of_cell,
        )


def _order(table: pa.Table, seed: int, accounts: Accounts | None) -> IntArray:
    if accounts is not None:
        place = np.random.default_rng(seed).permutation(int(accounts.code.max(initial=0)) + 1)
        return np.argsort(place[accounts.code], kind="stable")
    shuffled = np.random.default_rng(seed).permutation(table.num_rows)
    if "key" not in table.column_names:
        return shuffled
    by_key = pc.sort_indices(table["key"]).to_numpy().astype(np.int64)
    return np.asarray(by_key[shuffled], dtype=np.int64)


def _kept(
    every: tuple[Field, ...], found: tuple[Treatment, ...], split: _Split, depth: int
) -> tuple[Field, ...]:
    """As many fields as can be crossed; attributes, then those by whose levels treatment differs most."""
    most = affordable(len(every), _attributes(every), depth)
    if most == len(every):
        return every
    order = strongest(split.lattice(every, found, split.looked(LEAST_LOOKED)))[:most]
    return tuple(every[place] for place in sorted(order))


def _attributes(every: tuple[Field, ...]) -> int:
    return sum(one.role == "attribute" for one in every)
