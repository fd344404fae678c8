"""What a sync must do, whichever CRM it is: after it the lake is what the CRM is, and the account says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import pytest

from connectors.errors import Busy
from connectors.policy.keep import Keep
from connectors.policy.model import Rule
from connectors.source import Flag
from tests.connectors.sync_subjects import SUBJECTS, SyncSubject


@pytest.fixture(params=SUBJECTS)
def crm(request: pytest.FixtureRequest) -> Iterator[SyncSubject]:
    with SUBJECTS[request.param]() as subject:
        yield subject


def same(crm: SyncSubject) -> None:
    """None lost, none doubled, none stale."""
    assert crm.held() == dict(crm.wanted())


def test_everything_comes_first_and_then_what_changed(crm):
    first = crm.desk.sync()
    assert (first.kind, first.run.read, first.run.kept) == ("full", 300, 294)
    same(crm)
    crm.later(30)
    crm.move(3, "coast")
    crm.later(1)
    second = crm.desk.sync()
    assert (second.kind, second.run.read, second.changed, second.added, second.removed) == (
        *("incremental", 1, 1),
        *(0, 0),
    )
    assert (second.whole.read, second.whole.kept) == (300, 294)
    same(crm)


def test_nothing_changed_is_nothing_read(crm):
    crm.desk.sync()
    crm.later(30)
    files = set(crm.desk.lake.folder.rglob("*.parquet"))
    done = crm.desk.sync()
    assert (done.run.read, done.changed, done.removed) == (0, 0, 0)
    assert set(crm.desk.lake.folder.rglob("*.parquet")) == files


def test_who_is_deleted_or_merged_goes_and_is_counted(crm):
    crm.desk.sync()
    crm.later(30)
    crm.remove(1)
    crm.merge(4, 2)
    crm.later(1)
    done = crm.desk.sync()
    assert (done.kind, done.removed, done.merged) == ("incremental", 2, 1)
    assert done.whole.read == 298
    same(crm)


def test_who_objects_is_excluded_and_comes_back(crm):
    crm.desk.sync()
    for said, kept in ((True, 293), (False, 294)):
        crm.later(30)
        crm.object_to(7, said)
        crm.later(1)
        done = crm.desk.sync()
        assert (done.whole.read, done.whole.kept) == (300, kept)
        same(crm)


def test_fairleads_own_flags_cause_no_churn(crm):
    crm.desk.sync()
    crm.later(30)
    files = set(crm.desk.lake.folder.rglob("*.parquet"))
    flag = Flag(status="review", reason="r", audit_id="A", checked_at=datetime(2026, 11, 23, tzinfo=UTC))
    crm.desk.source.publish({crm.keyring.lead_key(one): flag for one in crm.ids[:40]})
    crm.later(1)
    done = crm.desk.sync()
    assert (done.kind, done.changed, done.added) == ("incremental", 0, 0)
    assert (done.unchanged, done.own) == (40, 40)
    assert set(crm.desk.lake.folder.rglob("*.parquet")) == files


def test_what_no_date_tells_is_found_once_a_week(crm):
    crm.desk.sync()
    crm.later(30)
    crm.forget(10)
    assert crm.desk.sync().removed == 0
    crm.later(8 * 24 * 60)
    done = crm.desk.sync()
    assert (done.kind, done.removed, done.whole.read) == ("reconcile", 1, 299)
    same(crm)
    crm.later(30)
    assert crm.desk.sync().kind == "incremental"


def test_another_policy_reads_everything(crm):
    crm.desk.sync()
    rule = Rule(field=crm.policy.rules[0].field, operator=Keep(), column="again")
    done = crm.desk.sync(replace(crm.policy, rules=(*crm.policy.rules, rule)))
    assert (done.kind, done.run.read) == ("full", 300)
    assert "policy has changed" in done.why


def test_a_sync_that_breaks_off_leaves_the_lake_and_the_next_goes_on(crm):
    crm.desk.sync()
    crm.later(30)
    before = crm.held()
    crm.move(1, "new")
    crm.later(1)
    crm.break_off()
    with pytest.raises(Busy):
        crm.desk.sync()
    assert crm.held() == before
    crm.mend()
    done = crm.desk.sync()
    assert (done.resumed_at, done.changed) == (1, 1)
    same(crm)


def test_scores_that_were_seen_are_kept_beside_the_new_ones(crm):
    crm.desk.sync()
    since = {row["lead_key"]: row["_scored_at"] for row in crm.desk.rows().to_pylist()}
    crm.later(24 * 60)
    crm.move(5, "x")
    crm.later(1)
    crm.desk.sync()
    rows = {row["lead_key"]: row["_scored_at"] for row in crm.desk.rows().to_pylist()}
    assert rows == since


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_people_do_the_lake_follows(crm, seed):
    dice, places = Random(seed), list(range(300))  # noqa: S311 - no secret
    dice.shuffle(places)
    crm.desk.sync()
    for _ in range(4):
        crm.later(dice.choice((20, 200)))
        for _ in range(6):
            one = places.pop()
            deed = dice.randrange(4)
            if deed == 0:
                crm.move(one, f"moved {one}")
            elif deed == 1:
                crm.remove(one)
            elif deed == 2:
                crm.merge(one, places.pop())
            else:
                crm.object_to(one, True)
        crm.later(1)
        crm.desk.sync(wanted=dice.choice(("", "", "full", "reconcile")))
        same(crm)
