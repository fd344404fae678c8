"""Which fold a lead is in, and who goes first of two equals: fixed by the lead's key and the seed alone."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from audit.rows.clusters import FOLDS
from audit.rows.levels import Codes

Lots = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dealt:
    """The fold of every lead, and a lot that settles ties; whole accounts share a fold."""

    fold: Codes
    lot: Lots


def dealt(table: pa.Table, seed: int) -> Dealt:
    """Deal the leads of an admitted table to five folds.

    A lead keeps its fold whatever other leads there are and in which order they come; all leads of an
    account are in one fold, so that no lead is tested on what its colleague taught.
    """
    keys = texts(table.column("key"))
    lot = lots(keys, f"{seed}:lead:")
    if "account" not in table.column_names:
        return Dealt(fold=(lot % np.uint64(FOLDS)).astype(np.int64), lot=lot)
    accounts = table.column("account").cast(pa.string())
    alone = np.asarray(accounts.is_null().to_numpy(), dtype=np.bool_)
    shared = lots(texts(accounts.fill_null("")), f"{seed}:account:")
    return Dealt(fold=(np.where(alone, lot, shared) % np.uint64(FOLDS)).astype(np.int64), lot=lot)


def texts(column: pa.ChunkedArray) -> list[str]:
    """A column as texts."""
    found: list[str] = column.cast(pa.string()).to_pylist()
    return found


def lots(names: list[str], salt: str) -> Lots:
    """A number per name that looks drawn at random, and is the same in every run."""
    digests = (hashlib.blake2b(f"{salt}{name}".encode(), digest_size=8).digest() for name in names)
    return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)
