"""The unmodified simple-salesforce: its own Bulk 2.0, replication, upserts and custom objects, over TLS."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, timedelta
from pathlib import Path

import pytest
import requests
from simple_salesforce import Salesforce
from simple_salesforce.bulk2 import ColumnDelimiter, LineEnding
from simple_salesforce.exceptions import SalesforceMalformedRequest, SalesforceMoreThanOneRecord

from connectors.sandbox.certificate import Certificate
from connectors.sandbox.fields import OrgContents
from connectors.sandbox.salesforce import SalesforceStandIn
from connectors.sandbox.salesforce.new_org import add
from connectors.sandbox.salesforce.org_deeds import delete, score

RECORDS = tuple(
    {"LastName": f'Lead "{n}", one', "City": "two\nlines" if n % 2 else None, "IsConverted": n == 5}
    for n in range(60)
)


@pytest.fixture
def org(certificate: Certificate, closing: ThreadPoolExecutor) -> Iterator[SalesforceStandIn]:
    contents = OrgContents(fields=(), records=RECORDS, policy="", stream="")
    running = SalesforceStandIn(contents, certificate, 5).start()
    running.state.jobs.settings.polls = 0
    yield running
    closing.submit(running.close)


@pytest.fixture
def library(org: SalesforceStandIn) -> Salesforce:
    session = requests.Session()
    session.trust_env, session.verify = False, str(org.certificate.certificate)
    token = org.state.grants.open(org.org.admin, ("api",))[1]
    return Salesforce(session_id=token, instance_url=org.login_url, version="68.0", session=session)


def rows(pages: list[str]) -> list[dict[str, str]]:
    return [row for page in pages for row in csv.DictReader(io.StringIO(page, newline=""))]


def test_its_bulk_query_reads_every_page(org: SalesforceStandIn, library: Salesforce):
    pages = list(library.bulk2.Lead.query("SELECT Id, LastName, City FROM Lead", max_records=25, wait=0))
    assert len(pages) == 3
    found = rows(pages)
    assert [row["Id"] for row in found] == list(org.record_ids())
    assert [(row["LastName"], row["City"] or None) for row in found] == [
        (record["LastName"], record["City"]) for record in RECORDS
    ]


def test_its_download_writes_every_page_to_a_file(
    org: SalesforceStandIn, library: Salesforce, tmp_path: Path
):
    told = library.bulk2.Lead.download("SELECT Id FROM Lead", path=str(tmp_path), max_records=25, wait=0)
    assert [page["number_of_records"] for page in told] == [25, 25, 10]
    files = [Path(page["file"]).read_text() for page in told]
    assert {row["Id"] for row in rows(files)} == set(org.record_ids())


def test_its_bulk_update_finds_each_rows_fate(org: SalesforceStandIn, library: Salesforce):
    org.org.switches.locked[org.record_ids()[2]] = 1
    records = [{"Id": one, "Rating": "Hot"} for one in org.record_ids()[:6]]
    (told,) = library.bulk2.Lead.update(records=records, line_ending=LineEnding.LF, wait=0)
    assert [
        told[name] for name in ("numberRecordsTotal", "numberRecordsProcessed", "numberRecordsFailed")
    ] == [6, 6, 2]
    failed = library.bulk2.Lead.get_failed_records(told["job_id"])
    errors = {row["Id"]: row["sf__Error"].partition(":")[0] for row in csv.DictReader(io.StringIO(failed))}
    assert errors == {
        org.record_ids()[5]: "CANNOT_UPDATE_CONVERTED_LEAD",
        org.record_ids()[2]: "UNABLE_TO_LOCK_ROW",
    }
    done = library.bulk2.Lead.get_successful_records(told["job_id"])
    assert len(list(csv.DictReader(io.StringIO(done)))) == 4
    # It expects a body where the platform answers 204 (known of 1.12.10).
    with pytest.raises(json.JSONDecodeError):
        library.bulk2.Lead._client.delete_job(told["job_id"], is_query=False)


def test_its_bulk_upsert_makes_findings_once(org: SalesforceStandIn, library: Salesforce):
    records = [{"Audit_Key__c": f"K{n}", "Severity__c": "low"} for n in range(3)]
    handler = library.bulk2.Fairness_Finding__c
    for _ in range(2):
        (told,) = handler.upsert(
            records=records, external_id_field="Audit_Key__c", column_delimiter=ColumnDelimiter.PIPE, wait=0
        )
        assert told["numberRecordsFailed"] == 0
    assert len(org.org.records["Fairness_Finding__c"]) == 3


def test_its_single_upserts_answer_by_key(org: SalesforceStandIn, library: Salesforce):
    finding = library.Fairness_Finding__c
    codes = [finding.upsert("Audit_Key__c/A-1", {"Severity__c": word}) for word in ("low", "high")]
    assert codes == [201, 200]
    assert finding.get_by_custom_id("Audit_Key__c", "A-1")["Severity__c"] == "high"
    add(org.org, "Fairness_Finding__c", {"Audit_Key__c": "A-1"})
    with pytest.raises(SalesforceMoreThanOneRecord):
        finding.upsert("Audit_Key__c/A-1", {"Severity__c": "low"})
    made = finding.create({"Audit_Key__c": "A-2"})
    assert made["id"].startswith("a0X")
    assert finding.delete(made["id"]) == 204
    with pytest.raises(SalesforceMalformedRequest):
        finding.create({"Nope__c": 1})


def test_its_replication_and_scores(org: SalesforceStandIn, library: Salesforce):
    org.state.grants.client.token_lifetime = 1e9
    org.org.clock.advance(3600)
    gone, scored = org.record_ids()[:2]
    delete(org.org, "Lead", gone)
    score(org.org, scored, 77)
    org.org.clock.advance(900)
    library.session_id = org.state.grants.open(org.org.admin, ("api",))[1]
    library.headers["Authorization"] = f"Bearer {library.session_id}"
    now = org.org.clock.now().astimezone(UTC)
    told = library.Lead.deleted(now - timedelta(hours=1), now)
    assert [one["id"] for one in told["deletedRecords"]] == [gone]
    assert library.Lead.updated(now - timedelta(minutes=30), now)["ids"] == []
    assert library.ScoreIntelligence.updated(now - timedelta(minutes=30), now)["ids"] != []
    found = library.query_all("SELECT Id, IsDeleted FROM Lead WHERE IsDeleted = true", include_deleted=True)
    assert [row["Id"] for row in found["records"]] == [gone]
    classified = library.toolingexecute(
        "query",
        params={"q": "SELECT QualifiedApiName FROM FieldDefinition WHERE EntityDefinitionId = 'Lead'"},
    )
    assert "GenderIdentity" in {row["QualifiedApiName"] for row in classified["records"]}
