"""The simulated year: its leads agree with the truth that is written down, and the stand-ins live it."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from audit.schema import BadInput
from connectors.sandbox.fill_hubspot import HUBSPOT
from connectors.sandbox.hubspot import HubSpotStandIn
from connectors.sandbox.story_world import REGIONS
from connectors.sandbox.year import year_of_leads
from connectors.sandbox.year_days import YearInCrm, year_contents
from connectors.sandbox.year_world import WRONGED


@pytest.fixture(scope="module")
def year():
    return year_of_leads(100_000, seed=3, year=2025)


def test_the_same_arguments_give_the_same_leads():
    first, again = (year_of_leads(300, seed=1, year=2025).table for _ in range(2))
    assert first.equals(again)
    assert not first.equals(year_of_leads(300, seed=2, year=2025).table)


def test_no_leads_are_refused():
    with pytest.raises(BadInput, match="at least 1"):
        year_of_leads(0, seed=1, year=2025)


@pytest.mark.parametrize("place", range(3))
@pytest.mark.parametrize("region", REGIONS)
def test_what_was_drawn_agrees_with_what_is_true(year, place, region):
    part, after = year.parts[place], [*year.parts, None][place + 1]
    end = after.first if after else date(2026, 1, 1)
    table = year.table
    created = table["created"]
    here = pc.and_(pc.greater_equal(created, pa.scalar(part.first)), pc.less(created, pa.scalar(end)))
    rows = table.filter(pc.and_(here, pc.equal(table["region"], region)))
    chosen = rows["score"].to_numpy() >= 70
    worked = rows["worked"].to_numpy(zero_copy_only=False)
    won = rows["outcome"].fill_null(False).to_numpy(zero_copy_only=False)
    true = part.rates[region]
    for found, n, rate in (
        (chosen.mean(), chosen.size, true.chosen),
        (worked.mean(), worked.size, true.contacted),
        (won.sum() / worked.sum(), worked.sum(), true.converted),
        ((won & chosen).sum() / won.sum(), won.sum(), true.good_chosen),
    ):
        assert abs(found - rate) < 4 * np.sqrt(rate * (1 - rate) / n)


def test_only_small_towns_are_wronged_and_only_from_may_on(year):
    old, new, season = year.parts
    for rate in ("chosen", "good_chosen", "contacted", "converted"):
        assert abs(old.gap(rate)) < 1e-9
        assert abs(new.gap(rate, REGIONS[1])) < 1e-9
    for part in (new, season):
        assert part.gap("chosen", WRONGED) < -0.15
        assert part.gap("good_chosen", WRONGED) < -0.2
        assert abs(part.gap("contacted", WRONGED)) < 0.02
        assert abs(part.gap("converted", WRONGED)) < 0.02


def test_the_new_field_is_empty_before_its_day(year):
    early = pc.less(year.table["created"], pa.scalar(year.field_day))
    filled = year.table["preferred_contact"].is_valid()
    assert not pc.any(pc.and_(early, filled)).as_py()
    later = year.table.filter(pc.invert(early))["preferred_contact"]
    assert abs(1 - later.null_count / len(later) - 0.8) < 0.01


def test_a_portal_lives_the_year_day_by_day():
    year = year_of_leads(800, seed=4, year=2025)
    with HubSpotStandIn(year_contents(HUBSPOT, year), seed=1) as portal:
        lived = YearInCrm(year=year, standin=portal)
        table, half = year.table, date(2025, 7, 1)
        lived.pass_days(half)
        ids = portal.record_ids()
        assert len(ids) == pc.sum(pc.less(table["created"], pa.scalar(half))).as_py()
        lived.pass_days(half)
        assert portal.record_ids() == ids
        lived.pass_days(date(2026, 1, 1))
        over, rows = date(2026, 1, 1), table.to_pylist()
        for record_id, row in zip(portal.record_ids(), rows, strict=True):
            closed = row["closed"] is not None and row["closed"] < over
            stage = ("customer" if row["outcome"] else "other") if closed else "lead"
            called = row["last_activity"] is not None and row["last_activity"] < over
            values = portal.values(record_id)
            assert values["lifecyclestage"] == stage
            assert ("notes_last_contacted" in values) is called
            assert values["createdate"][:10] == row["created"].isoformat()
