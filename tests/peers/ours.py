"""The same rows for the peers and for us, and our numbers of them by name."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa

from audit.compat import Compat
from audit.compat.listing import clarify
from audit.disparity import Disparity, compare
from audit.metrics import estimates
from audit.rows.matching.flip_test import flip_tests
from audit.schema import Stream
from audit.tally import count
from tests.audit.tables import stream


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """One row per lead."""

    group: list[str | None]
    outcome: list[int]
    decision: list[int]
    factor: list[str] | None = None
    features: dict[str, list[float]] | None = None

    def asked(self) -> dict[str, object]:
        plain = {"group": self.group, "outcome": self.outcome, "decision": self.decision}
        more = {"factor": self.factor, "features": self.features}
        return {**plain, **{name: value for name, value in more.items() if value is not None}}

    def table(self) -> pa.Table:
        columns: dict[str, object] = {"attribute:g": pa.array(self.group, pa.string())}
        if self.factor is not None:
            columns["control:factor"] = pa.array(self.factor)
        for name, values in (self.features or {}).items():
            columns[f"feature:{name}"] = pa.array(values, pa.float64())
        columns["selected"] = pa.array(self.decision).cast(pa.bool_())
        columns["outcome"] = pa.array(self.outcome).cast(pa.bool_())
        return pa.table(columns)

    def stream(self, reference: str | None = None) -> Stream:
        controls = ("factor",) if self.factor is not None else ()
        made = {"score": None, "decision": "d", "threshold": None, "controls": controls}
        return stream("g", reference=reference, minimum_group=1, **made)


def rates(rows: Rows) -> dict[tuple[str, str], float | None]:
    """Every estimate by group and metric; "" is all leads."""
    by = rows.stream()
    made = estimates(count(rows.table(), by, "arrow"), by, 0)
    return {(e.group[0] if e.group else "", e.metric): e.estimate.value for e in made}


def gaps(rows: Rows, reference: str | None = None) -> dict[tuple[str, str, str], Disparity]:
    """Every comparison by group, metric and kind."""
    by = rows.stream(reference)
    return {(d.group[0], d.metric, d.kind): d for d in compare(count(rows.table(), by, "arrow"), by, 0)}


def named(rows: Rows, reference: str | None = None) -> dict[tuple[str, str, str | None], Compat]:
    """Clarify's names by name, group ("" for all leads) and other side (None for the rest)."""
    by, table = rows.stream(reference), rows.table()
    cube = count(table, by, "arrow")
    made = clarify(cube, by, estimates(cube, by, 0), flip_tests(table, by, 0))
    return {(c.name, c.group[0] if c.group else "", c.reference[0] if c.reference else None): c for c in made}


def compas(data: Path) -> Rows:
    raw = pd.read_csv(data / "compas" / "compas_for_aequitas.csv")
    return Rows(
        group=raw["race"].tolist(),
        outcome=raw["label_value"].astype(int).tolist(),
        decision=raw["score"].astype(int).tolist(),
        factor=raw["age_cat"].tolist(),
    )


def bank(data: Path) -> Rows:
    """Term deposits by marital status; a made-up decision on balance and age, features that are numbers."""
    with gzip.open(data / "bank_marketing" / "bank-full.csv.gz") as file:
        raw = pd.read_csv(file, sep=";").iloc[::30]  # few enough for the flip test to draw no sample
    return Rows(
        group=raw["marital"].tolist(),
        outcome=(raw["y"] == "yes").astype(int).tolist(),
        decision=((raw["balance"] > 800) & (raw["age"] < 60)).astype(int).tolist(),
        factor=raw["housing"].tolist(),
        features={name: raw[name].astype(float).tolist() for name in ("age", "balance", "day", "campaign")},
    )
