"""Tables of leads whose fields carry a known part of a known gap."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from audit.schema import Attribute, Stream

REGION = Stream(name="s", attributes=(Attribute(name="region", column="region"),))


def words(values) -> pa.Array:
    return pa.array([str(value) for value in values]).dictionary_encode()


def segregated(seed: int = 3, n: int = 4_000, direct: float = 4.0, zips: int = 40) -> pa.Table:
    """ZIP carries 6 of the 6 + ``direct`` points between town and city.

    ``state`` goes with the ZIP, ``decoy`` with the region, and the score goes by neither; it goes
    by ``used``, which goes with nothing.
    """
    random = np.random.default_rng(seed)
    town = random.random(n) < 0.3
    poor = random.random(n) < np.where(town, 0.8, 0.2)
    used = random.normal(size=n)
    return pa.table(
        {
            "attribute:region": words(np.where(town, "town", "city")),
            "feature:zip": words(random.integers(0, zips // 2, n) + np.where(poor, 0, zips // 2)),
            "feature:state": words(np.where(random.random(n) < 0.8, poor, ~poor)),
            "feature:decoy": words(np.where(random.random(n) < 0.8, town, ~town)),
            "feature:used": pa.array(used),
            "score": pa.array(60 - 10 * poor - direct * town + 5 * used + random.normal(size=n) * 4),
        }
    )


def ten_hints(seed: int, n: int = 4_000) -> pa.Table:
    """Ten fields that each correlate by 0.30 with the region, alike on average within it."""
    random = np.random.default_rng(seed)
    town = random.random(n) < 0.5
    apart = 2 * 0.3 / np.sqrt(1 - 0.3**2)
    hints = {f"feature:f{i}": pa.array(random.normal(size=n) + apart * town) for i in range(10)}
    return pa.table({"attribute:region": words(town), **hints, "score": pa.array(random.normal(size=n))})


def unrelated_fields(seed: int, n: int) -> pa.Table:
    """Fields of two to 900 levels, some nested, that tell nothing of the region."""
    random = np.random.default_rng(seed)
    zip_code = random.integers(0, 900, n)
    return pa.table(
        {
            "attribute:region": words(random.choice(["a", "b", "c"], n, p=[0.6, 0.3, 0.1])),
            "feature:zip3": words(zip_code),
            "feature:area": words(zip_code // 30),
            "feature:two": words(random.integers(0, 2, n)),
            "feature:number": pa.array(random.normal(size=n)),
            "score": pa.array(random.normal(size=n)),
        }
    )
