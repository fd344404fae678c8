"""Admitted tables for the tests, made by hand: intake has tests of its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv

from audit.cube import Cube
from audit.estimate import Estimate
from audit.metrics import estimates
from audit.schema import Attribute, Stream, Tolerance
from audit.tally import count


def stream(*attributes: str, reference: str | None = None, **changes) -> Stream:
    audit = {k: changes.pop(k) for k in tuple(changes) if k in Tolerance.__dataclass_fields__}
    named = tuple(Attribute(name=a, column=a, reference=reference) for a in attributes)
    fields = {"score": "score", "threshold": 50.0, "outcome": "outcome", **changes}
    return Stream(name="test", attributes=named, audit=Tolerance(**audit), **fields)


def cube(table: dict[str, object], of: Stream) -> Cube:
    return count(pa.table(table), of, "arrow")


def compas(data_dir: Path) -> pa.Table:
    raw = pyarrow.csv.read_csv(data_dir / "compas" / "compas_for_aequitas.csv")
    attributes = {f"attribute:{n}": raw[n].dictionary_encode() for n in ("race", "sex", "age_cat")}
    truth = {
        name: raw[column].cast(pa.bool_())
        for name, column in (("selected", "score"), ("outcome", "label_value"))
    }
    return pa.table({**attributes, "score": raw["score"].cast(pa.float64()), **truth})


def found(of: Cube, by: Stream, seed: int = 0) -> dict[tuple[tuple[str, ...], str], Estimate]:
    """Estimates by (group, metric); groups of one attribute, or crossings, of distinct names."""
    return {(e.group, e.metric): e.estimate for e in estimates(of, by, seed)}


def random_leads(seed: int, size: int, groups: int = 4, levels: int = 21) -> dict[str, object]:
    rng = np.random.default_rng(seed)
    group = rng.integers(0, groups, size)
    score = rng.integers(0, levels, size) * (100.0 / (levels - 1))
    outcome = rng.random(size) < 0.1 + 0.5 * score / 100 + 0.1 * group / groups
    names = pa.array([f"g{g}" for g in group]).dictionary_encode()
    return {"attribute:g": names, "score": score, "outcome": outcome}
