"""Models whose every answer is known: a function of the fields in the place of one that was learned."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from audit.rows.explaining.subject import Subject
from audit.rows.surrogate import surrogate
from tests.audit.fields import words

Model = Callable[[Mapping[str, Any]], Any]


def known(table: pa.Table, model: Model) -> Subject:
    """The leads of a table, with a model that is this function of its fields."""
    made = surrogate(table, 0.95, seed=0)
    assert made is not None
    rows = pa.array(made.rows)
    columns = {
        name.removeprefix("feature:"): np.asarray(table.column(name).take(rows).to_pylist(), dtype=object)
        for name in table.column_names
        if name.startswith("feature:")
    }
    names = [one.name for one in made.data.fields]

    def ask(at: Any, swapped: Mapping[int, Any]) -> Any:
        values = {name: column[at] for name, column in columns.items()}
        values |= {names[place]: columns[names[place]][donors] for place, donors in swapped.items()}
        return np.asarray(model(values), dtype=np.float64)

    return Subject(made=made, ask=ask, predicted=ask(np.arange(made.rows.size), {}))


def coloured(n: int = 240) -> pa.Table:
    """A colour of three, a size from 0 to 9, and a mood that nothing goes by; two even groups."""
    random = np.random.default_rng(2)
    return pa.table(
        {
            "key": pa.array([f"L{row}" for row in range(n)]),
            "attribute:region": words(np.where(np.arange(n) % 2, "town", "city")),
            "feature:colour": words(np.asarray(["blue", "green", "red"])[np.arange(n) % 3]),
            "feature:size": pa.array(np.arange(n) % 10.0),
            "feature:mood": words(random.integers(0, 2, n)),
            "score": pa.array(random.normal(size=n) * 10 + np.arange(n) % 10),
        }
    )


def red_and_large(values: Mapping[str, Any]) -> Any:
    """The size, and ten more for red."""
    return values["size"].astype(float) + 10 * (values["colour"] == "red")
