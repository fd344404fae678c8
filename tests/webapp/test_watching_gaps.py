"""Gaps watched from pull to pull: what closes, what stays, and what begins anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from audit.intake import admit
from audit.schema import parse_stream
from audit.watch import survey
from tests.webapp.markup import Page
from tests.webapp.watched_leads import FIRST, POLICY, STREAM, leads, pull, until
from webapp.alerts.from_gaps import CHANGED, OUTSIDE, of_gaps
from webapp.gap_watch.listing import listing
from webapp.gap_watch.sealed import looks_of, sealed_of
from webapp.viewmodels.watched_gap import gap_card
from webapp.watching_gaps import alarms_of

LEADS = leads()


@pytest.fixture
def row(site):
    return site.connect()


@pytest.fixture
def opened(site):
    return site.services


def gaps(opened, row):
    """The gaps that go on, by metric, attribute and group."""
    going = {one.id: one for one in opened.watched_gaps.sequences(row.id, going_on=True)}
    return {
        (going[gap.sequence_id].metric, going[gap.sequence_id].attribute, gap.name): gap
        for gap in opened.watched_gaps.gaps(going)
    }


def looks(opened, row, gap):
    kept = opened.watched_gaps.looks([gap.id])
    return looks_of(sealed_of(opened, row), gap.id, kept.get(gap.id))


def surveyed(table, days):
    stream = parse_stream(STREAM, "The stream")
    whole = admit(table, stream).table
    kept = whole.filter(pc.less_equal(whole["created"], pa.scalar(FIRST + timedelta(days=days - 1))))
    found = survey(kept, stream, (), 0.95, lambda _done, _all: None)
    return {(one.metric, one.attribute, one.group): one for one in found.watched}


def test_many_pulls_say_what_one_look_at_all_closed_days_says(opened, row):
    for day in (30, 31, 45, 60, 80):
        pull(opened, row, until(LEADS, day), day)
    found, expected = gaps(opened, row), surveyed(LEADS, 80)
    assert set(found) == set(expected)
    assert {len(looks(opened, row, found[key])) for key in found} == {60, 80}
    for key, gap in found.items():
        one = expected[key]
        seen = [look for look in one.looks if look.day <= date.fromisoformat(gap.told["day"])]
        assert list(looks(opened, row, gap)) == seen
        if key[0] == "selection_rate":
            assert gap.told["alarm"] == (one.alarm.isoformat() if one.alarm else None)
            assert gap.told["changed"] == [day.isoformat() for day in one.changed]
    assert found["selection_rate", "region", "rural"].verdict == "fail"


def test_a_day_that_closed_stays_as_it_was_and_later_changes_are_counted(opened, row):
    pull(opened, row, until(LEADS, 60), 60)
    before = {key: (gap.told, looks(opened, row, gap)) for key, gap in gaps(opened, row).items()}
    alarms = alarms_of(opened, row, special=True)
    assert {(one.metric, one.group) for one in alarms} == {("selection_rate", "rural")}
    assert sorted(one.kind for one in alarms) == ["changed", "outside"]
    # Half of the rural leads are erased, and every outcome turns: nothing that was said changes.
    rural = pc.equal(LEADS["region"], "rural")
    odd = pa.array([at % 2 == 1 for at in range(LEADS.num_rows)])
    table = LEADS.set_column(5, "won", pc.subtract(1, LEADS["won"])).filter(pc.or_(pc.invert(rural), odd))
    pull(opened, row, until(table, 61), 61)
    after = gaps(opened, row)
    for key, (_, seen) in before.items():
        now = looks(opened, row, after[key])
        assert (now[: len(seen)], len(now)) == (seen, len(seen) + 1)
    late = {
        one.metric: one.late for one in opened.watched_gaps.sequences(row.id) if one.attribute == "region"
    }
    assert late["selection_rate"] == pc.sum(pc.and_(rural, pc.invert(odd)).slice(0, 60 * 24)).as_py()
    assert late["base_rate"] > 0
    assert alarms_of(opened, row, special=True) == alarms
    assert alarms[0].said_at.date() == FIRST + timedelta(days=60)


def test_outcomes_count_when_they_are_ripe_and_an_alarm_is_said_once(opened, row):
    pull(opened, row, until(LEADS, 60), 60)
    pull(opened, row, until(LEADS, 60), 60)
    found = gaps(opened, row)
    assert found["selection_rate", "region", "rural"].told["day"] == str(FIRST + timedelta(days=59))
    assert found["base_rate", "region", "rural"].told["day"] == str(FIRST + timedelta(days=39))
    assert [one.audit_id for one in opened.watched_gaps.alarms(row.id)] == ["audit60"] * 2


OF_SELECTION = {"selection_rate", "true_positive_rate"}
EVERY = {*OF_SELECTION, "base_rate", "count"}
KEPT = 'operator = "keep"\ncolumn = "region"'
LOWER = STREAM.replace("threshold = 50", "threshold = 50\nhigher_is_better = false")
OTHERS = {
    "threshold": (STREAM.replace("threshold = 50", "threshold = 40"), POLICY, OF_SELECTION),
    "score": (LOWER, POLICY, OF_SELECTION),
    "reference": (STREAM.replace('reference = "urban"', ""), POLICY, EVERY),
    "groups": (STREAM, POLICY.replace(KEPT, KEPT.replace("keep", "map")), EVERY),
    "leads": (STREAM, POLICY.replace('object = "Lead"', 'object = "Contact"'), EVERY),
    "tolerance": (STREAM + "[audit]\ntolerance_difference = 0.02\n", POLICY, EVERY),
}


@pytest.mark.parametrize("why", OTHERS)
def test_another_rule_begins_another_sequence_with_the_next_day(opened, row, why):
    stream, policy, metrics = OTHERS[why]
    pull(opened, row, until(LEADS, 60), 60)
    alarm = opened.watched_gaps.alarms(row.id)
    pull(opened, row, until(LEADS, 75), 75, stream=stream, policy=policy, version=2)
    of_region = [one for one in opened.watched_gaps.sequences(row.id) if one.attribute == "region"]
    begun = {one.metric: one for one in of_region if one.ended_at is None and one.why}
    assert set(begun) == metrics
    assert [one.why for one in begun.values()] == [[why]] * len(metrics)
    first = {gap.told["first"] for gap in opened.watched_gaps.gaps([begun["selection_rate"].id])}
    assert first == {str(FIRST + timedelta(days=60))}
    ended = [one for one in of_region if one.ended_at is not None]
    assert {one.metric for one in ended} == set(begun)
    assert {gap.verdict for gap in opened.watched_gaps.gaps([one.id for one in ended])} > {"fail"}
    assert alarm[0] in opened.watched_gaps.alarms(row.id)


def test_a_pull_catches_up_with_so_many_days_and_the_next_one_goes_on(opened, row):
    pull(opened, row, until(LEADS, 60), 60, most=100)
    waiting = {key: gap.told["waiting"] for key, gap in gaps(opened, row).items()}
    assert sum(60 - left if key[0] == "selection_rate" else 40 - left for key, left in waiting.items()) == 103
    for day in (61, 62, 63):
        pull(opened, row, until(LEADS, day), day, most=100)
    found = gaps(opened, row)
    assert {gap.told["waiting"] for gap in found.values()} == {0}
    one = surveyed(LEADS, 63)["selection_rate", "region", "rural"]
    assert looks(opened, row, found["selection_rate", "region", "rural"]) == one.looks


def test_streams_without_a_gap_alarm_seldom_whatever_is_done_to_old_days(opened, row):
    """Twelve gaps at the edge of nothing, pulled week by week while old outcomes turn: none is alarmed."""
    table = leads(gap=0.0, seed=7)
    for day in range(10, 81, 10):
        moved = table.set_column(4, "score", pc.add(table["score"], day % 20 - 10))
        pull(opened, row, until(moved if day % 20 else table, day), day)
    assert alarms_of(opened, row, special=True) == ()
    assert len(gaps(opened, row)) == 6


def test_special_categories_are_told_to_those_with_the_right(opened, row):
    private = STREAM.replace('reference = "urban"', 'reference = "urban"\nspecial_category = true')
    pull(opened, row, until(LEADS, 70), 70, stream=private)
    assert {one.attribute for one in alarms_of(opened, row, special=True)} == {"region"}
    assert alarms_of(opened, row, special=False) == ()


def test_nothing_sealed_is_left_of_a_connection_that_ended_and_its_alarms_stay(opened, row):
    pull(opened, row, until(LEADS, 60), 60)
    alarms = opened.watched_gaps.alarms(row.id)
    opened.watched_gaps.remove(row.id)
    assert not opened.watched_gaps.holds(row.id)
    assert opened.watched_gaps.alarms(row.id) == alarms != ()
    opened.repository.set_state(row.id, "disconnected")
    pull(opened, row, until(LEADS, 61), 61)
    assert not opened.watched_gaps.holds(row.id)


def test_an_alarm_is_an_alert_as_long_as_its_rules_are_in_force_and_a_change_for_a_month(opened, row):
    pull(opened, row, until(LEADS, 60), 60)
    then = replace(opened, clock=lambda: datetime.combine(FIRST, time(6), UTC) + timedelta(days=61))
    found = {one.what.text: one for one in of_gaps(then, row)}
    assert set(found) == {OUTSIDE, CHANGED}
    outside = found[OUTSIDE]
    assert (outside.severity, outside.page) == ("high", f"/connections/{row.id}/monitoring")
    assert "rural" in outside.quote
    assert outside.about == ("region",)
    assert not outside.special_category
    assert outside.sure.values["low"].startswith("\N{MINUS SIGN}")
    assert outside.sure.values["wrong"] == "5"
    later = replace(opened, clock=lambda: datetime.combine(FIRST, time(6), UTC) + timedelta(days=95))
    assert [one.what.text for one in of_gaps(later, row)] == [OUTSIDE]
    assert of_gaps(later, row)[0].subject == outside.subject
    assert len(outside.subject) <= 80
    pull(opened, row, until(LEADS, 61), 61, stream=STREAM.replace("threshold = 50", "threshold = 40"))
    assert of_gaps(then, row) == ()


def test_a_group_that_has_another_name_is_told_and_not_taken_for_quiet(opened, row, site):
    renamed = LEADS.set_column(
        2, "region", pc.if_else(pc.greater_equal(LEADS["day"], FIRST + timedelta(days=40)),
                                pc.replace_substring(LEADS["region"], "urban", "Urban area"), LEADS["region"])
    )  # fmt: skip
    pull(opened, row, until(renamed, 80), 80)
    gap = gaps(opened, row)["selection_rate", "region", "rural"]
    assert gap.told["both"] == (FIRST + timedelta(days=39)).isoformat()
    assert gap.told["day"] == (FIRST + timedelta(days=79)).isoformat()
    text = Page(site.client.get(f"/connections/{row.id}/monitoring").text).text
    assert "Since 2026-02-09 no day has had leads of both groups" in text
    assert "another name in the CRM now" in text


def test_nobody_is_told_to_wait_for_years(opened, row, site):
    pull(opened, row, until(LEADS, 30), 30)
    one = next(iter(listing(opened, [row], special=True).gaps))
    far = replace(one, state="unknown", gap=replace(one.gap, told={**one.gap.told, "more_days": 3217}))
    with site.app.test_request_context():
        card = gap_card(far, (), (), ())
    assert "more than two years" in card.what[0]
    assert "Do not wait" in card.doing
