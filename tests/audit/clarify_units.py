"""Small tables in which the unit values arise that smclarify 0.5 holds itself to.

The values are published facts (reference numbers of its own tests); the tables are ours, found by solving for
them. One table of twelve leads has twelve of the metrics at once.
"""

from __future__ import annotations

from types import MappingProxyType

import pyarrow as pa

Cells = tuple[str, int, int, int, int]
"""A group with its true positives, false positives, false negatives and true negatives."""

TWELVE: tuple[Cells, Cells] = (("d", 2, 2, 1, 2), ("a", 0, 2, 2, 1))
# Of d; with the sides exchanged all but DI and GE turn their sign.
TWELVE_PRINTED = MappingProxyType(
    {
        "CI": -1 / 6,
        "DCA": 1 / 4,
        "DCR": 1 / 3,
        "RD": -2 / 3,
        "SD": 1 / 6,
        "DAR": -1 / 2,
        "DRR": 1 / 3,
        "AD": -13 / 35,
        "TE": -1 / 2,
        "DI": 10 / 7,
        "GE": 0.24556213,
    }
)

# Two of five others convert and all of d: smclarify leaves the other label out, so that KL is below 0.
ONE_LABEL: tuple[Cells, Cells] = (("d", 7, 0, 0, 0), ("a", 2, 0, 0, 3))
ONE_LABEL_PRINTED = MappingProxyType({"KL": -0.366516, "JS": 0.0664143, "LP": 0.6})

# Half of the others convert and one in six of d.
TWO_LABELS: tuple[Cells, Cells] = (("d", 1, 0, 0, 5), ("a", 3, 0, 0, 3))
TWO_LABELS_PRINTED = MappingProxyType({"KL": 0.2938933, "JS": 0.06465997, "LP": 0.4714045})


def flips(others: int, selected: int) -> tuple[list[str], list[float], list[int]]:
    """Thirteen leads of d at 0 and 9, and others, selected from 5 on: group, place, decision."""
    place = [float(10 * i // others) for i in range(others)]
    group = ["d"] * 13 + ["a"] * others
    decision = [0] * 5 + [1] * selected + [0] * (8 - selected) + [int(x >= 5) for x in place]
    return group, [0.0] * 5 + [9.0] * 8 + place, decision


# Ten others: the majority of five nearest. Nine: the nearest one.
FLIPS = ((10, 5, -0.230769), (9, 6, -0.153846))


def flip_table(others: int, selected: int) -> pa.Table:
    group, place, decision = flips(others, selected)
    return pa.table(
        {
            "attribute:g": group,
            "feature:v": place,
            "selected": pa.array(decision).cast(pa.bool_()),
            "outcome": pa.array(decision).cast(pa.bool_()),
        }
    )
