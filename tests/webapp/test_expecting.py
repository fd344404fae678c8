"""What was expected is kept as it was said, and its truth is added once."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from types import SimpleNamespace

import numpy as np
import pytest

from audit.expected import dated, expected_of
from audit.intake import admit
from tests.audit.expected.worlds import World, drawn, stream, table
from webapp.expecting import box_of, expectations_of, keep

AUDIT = SimpleNamespace(id="a" * 16)


@pytest.fixture(scope="module")
def found():
    """What is expected on a day, from the leads that were created by then."""
    rows, of = table(drawn(World(name="kept", leads=300), 10, np.random.default_rng(5))), stream()
    return lambda day: expected_of(_seen(rows, of, day), of)


def _seen(rows, of, day):
    kept = rows.filter([one <= str(day) for one in rows["day"].to_pylist()])
    return dated(admit(kept, of).table, of)


def rows_of(site, row):
    return expectations_of(site.services).of(row.id)


def test_what_was_said_stays_and_the_truth_is_added_once(site, found):
    row, opened = site.connect(), site.services
    keep(opened, row, found(date(2025, 7, 15)), AUDIT)
    before = rows_of(site, row)
    assert {one.cohort for one in before} == {"2025-06"}
    assert {one.became for one in before} == {None}
    keep(opened, row, found(date(2025, 7, 20)), AUDIT)
    assert [(one.said, one.said_at) for one in rows_of(site, row)] == [
        (one.said, one.said_at) for one in before
    ]
    later = found(date(2025, 9, 20))
    keep(opened, row, later, AUDIT)
    june = [one for one in rows_of(site, row) if one.cohort == "2025-06"]
    assert [one.said for one in june] == [one.said for one in before]
    box = box_of(opened, row)
    truths = {
        (one.attribute, one.group, one.metric): one.truth
        for one in later.reconciled
        if one.cohort == "2025-06" and not one.reference
    }
    became = {
        (one.attribute, one.name, one.metric): json.loads(box.open(one.became, one.id))
        for one in june
        if one.became
    }
    assert became == {key: truths[key] for key in became}
    assert ("region", "big", "base_rate") in became
    keep(opened, row, found(date(2025, 10, 20)), AUDIT)
    assert [one.became for one in rows_of(site, row) if one.cohort == "2025-06"] == [
        one.became for one in june
    ]


def test_a_truth_is_not_written_over(site, found):
    row, store = site.connect(), expectations_of(site.services)
    keep(site.services, row, found(date(2025, 7, 15)), AUDIT)
    name, at = rows_of(site, row)[0].id, datetime(2025, 10, 1, tzinfo=UTC)
    assert store.ripen({name: b"first"}, at) == 1
    assert store.ripen({name: b"second"}, at) == 0
    assert rows_of(site, row)[0].became == b"first"
