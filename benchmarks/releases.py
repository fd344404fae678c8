"""What hiding costs: ``python -m benchmarks.releases [CASE ...]`` (docs/explanation/release.md).

Public data (the folder FAIRLEAD_DATA) and made-up leads; without names of cases, all of them. Seconds are
those of the processor for planning alone, without reading and counting, on whatever else the machine does.
"""

from __future__ import annotations

import csv
import gzip
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from audit.cube import Cube
from audit.metrics import estimates as exact_estimates
from audit.release import (
    Made,
    basis_of,
    estimates,
    fitting_shape,
    next_release,
    noisy_release,
    plain_shape,
    terms_of,
)
from audit.release.counted import rates_of
from audit.schema import Attribute, Stream, Tolerance
from audit.tally import count

EDGES = tuple(5.0 * step for step in range(21))
SCALE = (0.0, 100.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leads:
    """Columns of made-up or public leads, and which of them are attributes."""

    columns: Mapping[str, np.ndarray]
    names: tuple[str, ...]

    def cube(self, chosen: slice, crossings: int) -> tuple[Cube, Stream]:
        """Some of the leads, counted."""
        table = {name: values[chosen] for name, values in self.columns.items()}
        held = {f"attribute:{one}": pa.array(table.pop(one)).dictionary_encode() for one in self.names}
        stream = Stream(
            name="benchmark",
            attributes=tuple(Attribute(name=one, column=one) for one in self.names),
            score="score",
            threshold=60.0,
            outcome="outcome",
            score_range=SCALE,
            audit=Tolerance(intersections=crossings),
        )
        return count(pa.table({**held, **table}), stream, edges=EDGES), stream


def made_up(size: int, shares: Mapping[str, Mapping[str, float]], seed: int = 1) -> Leads:
    """Leads with independent attributes, a score of its own, and results of four in five."""
    rng = np.random.default_rng(seed)
    held = {
        name: rng.choice(list(levels), size, p=np.array(list(levels.values())) / sum(levels.values()))
        for name, levels in shares.items()
    }
    score = (np.clip(rng.normal(50, 20, size), 0, 100) / 5).round() * 5
    won = rng.random(size) < score / 200
    known = rng.random(size) < 0.8
    return Leads(columns={**held, "score": score, "outcome": np.where(known, won, None)}, names=tuple(shares))


def few() -> Leads:
    """The leads of a small organisation, three attributes, some groups rare."""
    region = {"city": 0.42, "small town": 0.22, "suburb": 0.36}
    age = {"<25": 0.1, "25-34": 0.22, "35-49": 0.3, "50-64": 0.25, "65+": 0.1, "unknown": 0.03}
    gender = {"male": 0.35, "female": 0.4, "nonbinary": 0.03, "unknown": 0.22}
    return made_up(2_000, {"region": region, "age": age, "gender": gender})


def many() -> Leads:
    """Some groups rare, and a million leads and more."""
    source = {f"s{place}": 0.4**place for place in range(7)}
    return made_up(1_200_000, {"source": source, "region": {"a": 1, "b": 1, "c": 0.002}})


def plain() -> Leads:
    """Nothing small."""
    return made_up(1_200_000, {"a": {"x": 1, "y": 1, "z": 1}, "b": {"u": 1, "v": 1}, "c": {"p": 2, "q": 1}})


def compas() -> Leads:
    """The table of ProPublica as Aequitas has it; the score is a decision."""
    with (_data() / "compas" / "compas_for_aequitas.csv").open() as file:
        rows = list(csv.DictReader(file))
    held = {name: np.array([row[name] for row in rows]) for name in ("race", "sex", "age_cat")}
    score = np.array([100.0 * float(row["score"]) for row in rows])
    won = np.array([row["label_value"] == "1" for row in rows])
    return Leads(columns={**held, "score": score, "outcome": won}, names=tuple(held))


def bank() -> Leads:
    """The Portuguese campaign (UCI); its score is made up out of age, job and chance."""
    with gzip.open(_data() / "bank_marketing" / "bank-additional-full.csv.gz", "rt") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    rng = np.random.default_rng(3)
    age, won = np.array([int(row["age"]) for row in rows]), np.array([row["y"] == "yes" for row in rows])
    bands = np.array(["<25", "25-34", "35-49", "50-64", "65+"])[
        np.searchsorted([25, 35, 50, 65], age, "right")
    ]
    score = np.clip(50 + 12 * won + 0.1 * (age - 40) + rng.normal(0, 15, len(rows)), 0, 100)
    held = {"age": bands, "marital": np.array([row["marital"] for row in rows])}
    held["job"] = np.array([row["job"] for row in rows])
    order = rng.permutation(len(rows))
    columns = {**held, "score": (score / 5).round() * 5, "outcome": won}
    return Leads(columns={name: values[order] for name, values in columns.items()}, names=tuple(held))


def _data() -> Path:
    return Path(os.environ.get("FAIRLEAD_DATA", "../shared/data"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is released: which leads, up to how many attributes are crossed, and how many leads each time."""

    leads: Callable[[], Leads]
    crossings: int
    sizes: tuple[int, ...]


CASES: Mapping[str, Case] = {
    "few": Case(leads=few, crossings=2, sizes=(800, 1_000)),
    "compas-1": Case(leads=compas, crossings=1, sizes=(7_214,)),
    "compas-2": Case(leads=compas, crossings=2, sizes=(7_214,)),
    "bank-1": Case(leads=bank, crossings=1, sizes=(36_000, 39_000, 41_000)),
    "bank-2": Case(leads=bank, crossings=2, sizes=(41_188,)),
    "many": Case(leads=many, crossings=2, sizes=(100_000, 110_000, 120_000)),
    "million": Case(leads=many, crossings=2, sizes=(1_000_000, 1_100_000)),
    "plain": Case(leads=plain, crossings=2, sizes=(1_000_000, 1_050_000, 1_100_000)),
}


def run(name: str, case: Case) -> None:
    """Release after release of one case, and each as if it were the first."""
    leads, made = case.leads(), ()
    for turn, size in enumerate(case.sizes):
        cube, stream = leads.cube(slice(0, size), case.crossings)
        shape = made[0].basis.shape if made else fitting_shape(cube, stream)
        basis = basis_of(cube, shape)
        began = time.process_time()
        one = next_release(basis, terms_of(stream), made)
        spent = time.process_time() - began
        alone = _hidden(next_release(basis, terms_of(stream))) if made else None
        made = (*made, one)
        _tell([name, f"{turn + 1}", f"{size:,}", *_figures(one, cube, stream), f"{spent:.1f}", alone])


def _figures(made: Made, cube: Cube, stream: Stream) -> list[str]:
    rates = set(rates_of(made.release))
    single = exact_estimates(cube, replace(stream, audit=Tolerance(intersections=1)), 0)
    wanted = sum(one.metric in rates and one.estimate.undefined is None for one in single)
    shown = sum(len(one.attribute) < 2 and one.estimate.undefined is None for one in estimates(made.release))
    counts = sum(len(one.counts) for one in made.release.groups)
    return [f"{counts:,}", f"{_hidden(made):,}", f"{shown} of {wanted}", f"{len(made.worlds or ()):,}"]


def _hidden(made: Made) -> int:
    return sum(one.counts.count(None) for one in made.release.groups)


def _tell(cells: list[object]) -> None:
    print("|", " | ".join("" if one is None else str(one) for one in cells), "|", flush=True)


NOISY: Mapping[str, Callable[[], Leads]] = {"compas": compas, "bank": bank, "million": many}


def noise(name: str, leads: Leads, size: int = 1_000_000) -> None:
    """How much wider intervals are than the exact ones, and the median error of a rate, by epsilon."""
    cube, stream = leads.cube(slice(0, size), 1)
    exact = {(one.attribute, one.group, one.metric): one.estimate for one in exact_estimates(cube, stream, 0)}
    for epsilon in (0.5, 1.0, 3.0):
        made = noisy_release(cube, plain_shape(cube, stream), terms_of(stream), epsilon)
        both = [
            (one.estimate, exact[key])
            for one in estimates(made)
            if (key := (one.attribute, one.group, one.metric)) in exact
            and None not in (one.estimate.value, exact[key].value)
        ]
        wider = np.median([(a.high - a.low) / (b.high - b.low) for a, b in both if b.high > b.low])
        error = np.median([abs(a.value - b.value) for a, b in both])
        _tell([name, f"{epsilon:g}", f"{wider:.1f} times", f"{100 * error:.2f} points", len(both)])


def main() -> None:
    """Every case that is named, or all; "noise" is that of releases with noise."""
    if sys.argv[1:] == ["noise"]:
        _tell(["data", "epsilon", "wider", "median error", "rates"])
        for name, leads in NOISY.items():
            noise(name, leads())
        return
    heads = ["case", "release", "leads", "counts", "hidden", "rates shown", "worlds", "seconds", "alone"]
    _tell(heads)
    _tell(["---"] * 9)
    for name, case in CASES.items():
        if name in (sys.argv[1:] or CASES):
            run(name, case)


if __name__ == "__main__":
    main()
