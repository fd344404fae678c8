from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest

from audit.schema import BadInput
from connectors.errors import Busy, Refused
from connectors.policy.keep import Keep
from connectors.policy.model import Policy, Rule
from connectors.salesforce.records import text_of
from connectors.salesforce.source import SalesforceSource
from connectors.sandbox.certificate import Certificate
from connectors.sandbox.salesforce import SalesforceStandIn, cursors
from connectors.sandbox.salesforce.clock import rest_datetime
from connectors.sandbox.salesforce.faults import Fault
from tests.connectors.salesforce.conftest import LEADS, POLICY
from tests.connectors.subject_salesforce import MemoryGrants, connect, contents, keyring_of, source_of


def pulled(source: SalesforceSource, policy: Policy = POLICY, since: datetime | None = None) -> pa.Table:
    return pa.concat_tables([batch.table for batch in source.pull(policy, since)])


def test_every_lead_arrives_under_the_policy(org: SalesforceStandIn, source: SalesforceSource):
    batches = list(source.pull(POLICY))
    table = pa.concat_tables([batch.table for batch in batches])
    assert sum(batch.read for batch in batches) == source.count() == len(LEADS)
    assert sum((Counter(batch.excluded) for batch in batches), Counter()) == {"Opted_Out__c": 5}
    assert table.column_names == ["lead_key", "cohort_day", "region", "score", "age", "owner_type"]
    assert table.num_rows == 495
    row = table.slice(3, 1).to_pylist()[0]
    assert row["lead_key"] == keyring_of(org).lead_key(org.record_ids()[3]).hex
    assert row["region"] == "rural"
    assert row["score"] == "1.5"
    assert row["owner_type"] == "User"
    # 23:30 two hours west of Greenwich is the next day in UTC.
    assert row["cohort_day"] == date(2026, 4, 16)


def test_only_the_policys_fields_are_requested(org: SalesforceStandIn, source: SalesforceSource):
    pulled(source)
    assert org.org.requested == {
        "Id",
        "Region__c",
        "Score__c",
        "Age__c",
        "Owner.Type",
        "CreatedDate",
        "Opted_Out__c",
    }


def test_nothing_personal_is_in_the_table(org: SalesforceStandIn, source: SalesforceSource):
    text = str(pulled(source).to_pylist())
    assert "anary" not in text
    assert not any(record_id[:15] in text for record_id in org.record_ids())


def test_field_names_match_whatever_their_case(source: SalesforceSource):
    rules = (
        Rule(field="REGION__C", operator=Keep(), column="region"),
        Rule(field="owner.type", operator=Keep(), column="o"),
    )
    table = pulled(source, replace(POLICY, rules=rules, created="createddate", exclude_when=()))
    assert set(table["region"].to_pylist()) == {"urban", "rural"}
    assert set(table["o"].to_pylist()) == {"User"}


def test_numbers_booleans_and_times_become_plain_text():
    values = [85.0, 61.5, 1.0e7, 3, True, False, None, "", "x", 0.1]
    assert [text_of(value) for value in values] == [
        "85",
        "61.5",
        "10000000",
        "3",
        "true",
        "false",
        None,
        None,
        "x",
        "0.1",
    ]
    assert text_of("2026-11-23T09:21:56.000+0000") == "2026-11-23T09:21:56Z"
    assert text_of("2026-11-23T23:21:56.250-0200") == "2026-11-24T01:21:56.250Z"
    assert text_of("2026-99-23T09:21:56.000+0000") == "2026-99-23T09:21:56.000+0000"
    with pytest.raises(Refused) as caught:
        text_of({"city": "Bonn"})
    assert caught.value.code == "COMPOUND_FIELD"
    assert "Bonn" not in str(caught.value)


def test_pages_join_without_loss_or_repetition(source: SalesforceSource, monkeypatch):
    monkeypatch.setattr("connectors.salesforce.gateway.BATCH", 200)
    batches = list(source.pull(POLICY))
    assert [batch.read for batch in batches] == [200, 200, 100]
    keys = [key for batch in batches for key in batch.table["lead_key"].to_pylist()]
    assert len(set(keys)) == len(keys) == 495


def test_a_sample_is_small_and_under_the_draft(source: SalesforceSource, monkeypatch):
    batch = source.sample(POLICY, 3)
    assert batch.read == 3
    assert batch.table.column_names[2:] == ["region", "score", "age", "owner_type"]
    monkeypatch.setattr("connectors.salesforce.source.SAMPLE", 200)
    assert source.sample(POLICY, 10_000).read == 200


def test_only_what_changed_is_read_again(org: SalesforceStandIn, source: SalesforceSource):
    changed, late, old = org.record_ids()[:3]
    now = datetime.now(UTC)
    for record_id, row in org.org.leads.items():
        org.org.leads[record_id] = {**row, "SystemModstamp": rest_datetime(now - timedelta(days=2))}
    for record_id, minutes in ((changed, 0), (late, 65), (old, 75)):
        moment = rest_datetime(now - timedelta(minutes=minutes))
        org.org.leads[record_id] = {**org.org.leads[record_id], "SystemModstamp": moment}
    table = pulled(source, since=now - timedelta(minutes=60))
    keys = {keyring_of(org).lead_key(record_id).hex for record_id in (changed, late)}
    assert set(table["lead_key"].to_pylist()) == keys


def test_the_window_ends_at_the_platforms_clock(org: SalesforceStandIn, source: SalesforceSource):
    ahead = rest_datetime(datetime.now(UTC) + timedelta(minutes=5))
    first = org.record_ids()[0]
    org.org.leads[first] = {**org.org.leads[first], "SystemModstamp": ahead}
    assert pulled(source, since=datetime.now(UTC) - timedelta(hours=1)).num_rows == 494


def test_describe_shows_what_the_user_sees(org: SalesforceStandIn, source: SalesforceSource):
    org.org.hide_field("GenderIdentity")
    fields = {field.name: field for field in source.describe()}
    assert "GenderIdentity" not in fields
    assert fields["Score__c"].type == "double"
    assert fields["Fairness_Status__c"].writable
    assert not fields["CreatedDate"].writable


def test_of_hundreds_of_missing_fields_a_few_are_named_and_the_others_counted(source: SalesforceSource):
    """The query is too long for an address, so it travels another way; the answer is the same."""
    many = tuple(Rule(field=f"Field_{n:030d}__c", operator=Keep(), column=f"c{n}") for n in range(450))
    with pytest.raises(Refused, match=r"and 442 more \(missing or not visible\)") as caught:
        list(source.pull(replace(POLICY, rules=many)))
    assert caught.value.code == "INVALID_FIELD"
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize("name", ["Name FROM User--", "x'y", "A B", "Owner..Type", "Émail", "(SELECT Id", ""])
def test_a_policy_cannot_smuggle_soql(source: SalesforceSource, org: SalesforceStandIn, name: str):
    policy = replace(POLICY, rules=(Rule(field=name, operator=Keep(), column="c"),))
    with pytest.raises(BadInput):
        list(source.pull(policy))
    assert not org.org.requested


def test_another_crms_policy_is_refused(source: SalesforceSource):
    with pytest.raises(BadInput):
        list(source.pull(replace(POLICY, crm="hubspot")))


def test_a_hidden_field_is_named_as_missing_or_not_visible(org: SalesforceStandIn, source: SalesforceSource):
    org.org.hide_field("Score__c")
    with pytest.raises(Refused, match=r"Score__c .*missing or not visible") as caught:
        list(source.pull(POLICY))
    assert caught.value.code == "INVALID_FIELD"


def test_a_lead_that_is_not_shared_is_not_read(org: SalesforceStandIn, source: SalesforceSource):
    org.org.admin.hidden_records.add(org.record_ids()[0])
    assert source.count() == len(LEADS) - 1


def test_a_token_that_dies_between_pages_is_renewed_once(
    org: SalesforceStandIn, source: SalesforceSource, grants: MemoryGrants, monkeypatch
):
    monkeypatch.setattr("connectors.salesforce.gateway.BATCH", 200)
    org.faults.plan(Fault(kind="expire", at=2))
    assert pulled(source).num_rows == 495
    assert grants.renewals == 1


def test_a_token_lifetime_that_ends_mid_pull_is_no_end(
    org: SalesforceStandIn, source: SalesforceSource, grants: MemoryGrants, monkeypatch
):
    monkeypatch.setattr("connectors.salesforce.gateway.BATCH", 200)
    rows = 0
    for batch in source.pull(POLICY):
        rows += batch.table.num_rows
        org.org.clock.advance(7300)
    assert (rows, grants.renewals) == (495, 2)


def test_pages_that_go_in_a_circle_are_noticed(org: SalesforceStandIn, source: SalesforceSource, monkeypatch):
    monkeypatch.setattr("connectors.salesforce.gateway.BATCH", 200)
    page = org.state.cursors.page
    monkeypatch.setattr(
        type(org.state.cursors),
        "page",
        lambda _, locator, user, version, start=None: page(
            f"{locator.partition('-')[0]}-200", user, version, start
        ),
    )
    with pytest.raises(Busy, match="did not add up"):
        list(source.pull(POLICY))


def test_fewer_leads_than_announced_are_noticed(source: SalesforceSource, monkeypatch):
    page = cursors._page
    monkeypatch.setattr(cursors, "_page", lambda *arguments: {**page(*arguments), "totalSize": 501})
    with pytest.raises(Busy, match="did not add up"):
        list(source.pull(POLICY))


def test_a_lead_deleted_during_the_pull_is_no_fault(
    org: SalesforceStandIn, source: SalesforceSource, monkeypatch
):
    page, gone = cursors._page, org.record_ids()[250]

    def without(*arguments):
        answer = page(*arguments)
        answer["records"] = [record for record in answer["records"] if record["Id"] != gone]
        org.org.leads[gone] = {**org.org.leads[gone], "IsDeleted": True}
        return answer

    monkeypatch.setattr("connectors.salesforce.gateway.BATCH", 200)
    monkeypatch.setattr(cursors, "_page", without)
    assert pulled(source).num_rows == 494


def test_twenty_thousand_leads_take_seconds(certificate: Certificate):
    with SalesforceStandIn(contents(LEADS * 40), certificate, seed=3) as org:
        source = source_of(org, connect(org))
        started = time.monotonic()
        assert pulled(source).num_rows == 495 * 40
        assert time.monotonic() - started < 10


def test_pages_of_fewer_records_than_asked_for_are_read_to_the_end(org, source):
    org.state.cursors.widest = 150
    batches = list(source.pull(POLICY))
    assert [batch.read for batch in batches] == [150, 75, 150, 125]
    assert len({key for batch in batches for key in batch.table["lead_key"].to_pylist()}) == 495
