"""Made-up leads and what people did with them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from audit.disparity import Disparity, compare
from audit.rows.treatment import Treatment, treatment
from audit.schema import Attribute, Stream, Tolerance
from audit.tally import count

END = 24.0 * 60


def stream(**changes) -> Stream:
    audit = {k: changes.pop(k) for k in tuple(changes) if k in Tolerance.__dataclass_fields__}
    fields = {"score": "score", "threshold": 60.0, "outcome": "won", "contacted": "first", **changes}
    attributes = (Attribute(name="g", column="g", reference="a"),)
    return Stream(name="s", attributes=attributes, audit=Tolerance(**audit), **fields)


def leads(
    seed: int, n: int = 2_000, *, contact: float = 0.0, slower: float = 1.0, fewer: float = 1.0
) -> pa.Table:
    """Admitted leads of groups a, b and c; b scores lower, and is treated worse as far as is asked.

    Contact and pace rise with the score, so that groups differ over all scores even where they are
    treated alike at each.
    """
    rng = np.random.default_rng(seed)
    group = rng.choice(3, n, p=[0.5, 0.3, 0.2])
    b = group == 1
    score = np.clip(np.round(rng.normal(50 - 12 * b, 18)), 0, 100)
    reach = np.clip(0.3 + 0.005 * score - contact * b, 0, 1)
    waits = rng.exponential(np.where(b, slower, 1.0) * (60 - 0.4 * score))
    watched = rng.uniform(0, END, n)
    met = (rng.random(n) < reach) & (waits <= watched)
    touches = rng.negative_binomial(2, 0.4, n) * met
    touches = np.where(b, rng.binomial(touches, fewer), touches)
    names = np.array(["a", "b", "c"])[group]
    return pa.table(
        {
            "score": score,
            "selected": score >= 60,
            "worked": met,
            "contacted": met,
            "contacted_after_hours": pa.array(waits, mask=~met),
            "observed_hours": watched,
            "touches": touches.astype(np.float64),
            "reassigned": rng.random(n) < 0.1 + 0.002 * score,
            "attribute:g": pa.array(names).dictionary_encode(),
        }
    )


def treated(table: pa.Table, by: Stream | None = None, *, timed: bool = True) -> Treatment:
    by = by or stream(outcome=None)
    return treatment(table, count(table, by), by, timed=timed)


def compared(table: pa.Table, by: Stream | None = None) -> dict[tuple[str, str, str], Disparity]:
    """Every comparison of an audit with the treatment in it, by group, metric and kind."""
    by = by or stream(outcome=None)
    cube = count(table, by)
    made = compare(cube, by, 0, further=treatment(table, cube, by, timed=True).comparisons)
    return {(one.group[0], one.metric, one.kind): one for one in made if len(one.attribute) == 1}
