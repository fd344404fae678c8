"""What stays inside of a release as text for the organisation's ledger: exact counts, and what proves it."""

from __future__ import annotations

import json

import numpy as np

from audit.release.basis import UNREADABLE
from audit.release.basis import from_text as basis_from
from audit.release.basis import to_text as basis_to
from audit.release.earlier import Difference, Made
from audit.release.model import Release
from audit.release.shape import Shape
from audit.schema import BadInput


def to_text(made: Made) -> str:
    """The counts and the worlds of a release as JSON."""
    worlds = [np.column_stack([one.codes, one.n]).tolist() for one in made.worlds or ()]
    return basis_to(made.basis, worlds=worlds)


def from_text(text: str, shape: Shape, release: Release) -> Made:
    """What `to_text` wrote; ledgers of before have no worlds. Raises BadInput where it is something else."""
    basis, width = basis_from(text, shape), len(shape.dimensions) + 4
    try:
        kept = json.loads(text).get("worlds")
        worlds = None if kept is None else tuple(_difference(rows, width) for rows in kept)
    except (ValueError, TypeError, AttributeError) as error:
        raise BadInput(UNREADABLE) from error
    return Made(basis=basis, release=release, worlds=worlds)


def _difference(rows: list[list[int]], width: int) -> Difference:
    found = np.array(rows, dtype=np.int64).reshape(-1, width)
    return Difference(codes=found[:, :-1], n=found[:, -1])
