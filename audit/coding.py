"""Names as codes: the names that are there, sorted, and for each lead the place of its own among them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from audit.arrays import IntArray
from audit.tally.columns import UNKNOWN


def coded_names(values: pa.ChunkedArray) -> tuple[tuple[str, ...], IntArray]:
    """A column of names, coded or not, as its sorted names and the place of each lead's.

    A lead without a name counts as unknown. Names that no lead has are left out.

    Examples
    --------
    >>> coded_names(pa.chunked_array([["b", "a"], [None, "b"]]))
    (('a', 'b', 'unknown'), array([1, 0, 2, 1]))
    """
    found, codes = _encoded(values)
    seen = np.bincount(codes, minlength=len(found)).tolist()
    names = tuple(sorted({name for name, leads in zip(found, seen, strict=True) if leads}))
    rank = {name: place for place, name in enumerate(names)}
    return names, np.asarray([rank.get(name, -1) for name in found], dtype=np.int64)[codes]


def _encoded(values: pa.ChunkedArray) -> tuple[list[str], IntArray]:
    """Names as they are coded, with UNKNOWN at the end for none, and the place of each lead's."""
    if pa.types.is_dictionary(values.type):
        whole = values.unify_dictionaries().combine_chunks()
    else:
        whole = values.cast(pa.string()).combine_chunks().dictionary_encode()
    found = whole.dictionary.cast(pa.string()).fill_null(UNKNOWN).to_pylist()
    # A place of a byte may not hold one more.
    places = whole.indices.cast(pa.int32()).fill_null(len(found))
    return [*found, UNKNOWN], np.asarray(places.to_numpy(), dtype=np.int64)
