"""The leads of a run on disk: columns that any process loads as fast as they are read."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.suite.leads import ATTRIBUTES, NUMBERS, SIZES, Leads, made


def store(folder: Path, number: int) -> None:
    """Make so many leads, once, and write every column."""
    leads = made(number)
    for kind in ("attributes", "names", "numbers"):
        for name, values in getattr(leads, kind).items():
            np.save(folder / f"{name}.npy", values)
    for name in ("score", "decision", "outcome"):
        np.save(folder / f"{name}.npy", getattr(leads, name))


def load(folder: Path, *, fields: bool = False) -> Leads:
    """The stored leads; their fields only where they are asked for."""

    def read(name: str) -> np.ndarray:
        return np.load(folder / f"{name}.npy")

    return Leads(
        {name: read(name) for name in ATTRIBUTES},
        read("score"),
        read("decision"),
        read("outcome"),
        {name: read(name) for name in SIZES} if fields else {},
        {name: read(name) for name in NUMBERS} if fields else {},
    )
