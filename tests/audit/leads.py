"""Leads with a gap that is known: a field stands in for the group, and the score goes by it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from audit.schema import Attribute, Stream, Tolerance


def gapped(leads: int = 900, seed: int = 1, *, unworked: float = 0.0, accounts: int = 0) -> pa.Table:
    """Group "b" is scored lower through the field "town", and is as good as group "a"."""
    rng = np.random.default_rng(seed)
    group = rng.random(leads) < 0.4
    town = np.where(rng.random(leads) < 0.85, group, rng.random(leads) < 0.5)
    worth = rng.normal(size=leads)
    outcome = rng.random(leads) < 1 / (1 + np.exp(0.7 - 1.5 * worth))
    score = np.clip(np.round(50 + 12 * worth - 14 * town + rng.normal(scale=4, size=leads), 2), 0, 100)
    hidden = rng.random(leads) < unworked
    columns = {
        "key": pa.array([f"L{row}" for row in range(leads)]),
        "score": score,
        "selected": score >= 52,
        "outcome": pa.array([None if hide else bool(one) for hide, one in zip(hidden, outcome, strict=True)]),
        "worked": pa.array((~hidden).tolist()),
        "attribute:group": pa.array(np.where(group, "b", "a")).dictionary_encode(),
        "feature:town": pa.array(np.where(town, "north", "south")).dictionary_encode(),
        "feature:worth": worth.round(2),
        "feature:noise": rng.normal(size=leads).round(2),
    }
    if accounts:
        columns["account"] = pa.array([f"A{one}" for one in rng.integers(0, accounts, leads)])
    return pa.table(columns)


def described(**changes) -> Stream:
    """The stream of these leads."""
    audit = {name: changes.pop(name) for name in tuple(changes) if name in Tolerance.__dataclass_fields__}
    given = {"score": "score", "threshold": 52.0, "outcome": "outcome", "worked": "worked", **changes}
    return Stream(
        name="leads",
        attributes=(Attribute(name="group", column="group", reference="a"),),
        audit=Tolerance(**audit),
        **given,
    )
