"""Bulk API 2.0 of the stand-in, by plain HTTP: states, pages, CSV, refusals, faults, partial writes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.sandbox.certificate import Certificate
from connectors.sandbox.fields import FieldSpec, OrgContents
from connectors.sandbox.salesforce import SalesforceStandIn
from connectors.sandbox.salesforce.bulk_csv import java_double, line
from connectors.sandbox.salesforce.faults import Fault
from tests.connectors.sandbox.bulk_calls import Bulk, bulk_of, table

ODD = ('a "quoted" one', "two\nlines", "nul\x00byte", "emoji 😀", "x" * 131_072, "a,b;c\td|", "\u2028", " ")
FIELDS = (
    FieldSpec(name="Note__c", label="Note", type="long_text"),
    FieldSpec(name="Score__c", label="Score", type="number"),
)
RECORDS = tuple(
    {
        "LastName": f"Lead {n}",
        "Note__c": ODD[n % len(ODD)],
        "Score__c": None if n % 3 == 0 else n * 1.25e6,
        "IsConverted": n % 10 == 9,
    }
    for n in range(45)
)
CONTENTS = OrgContents(fields=FIELDS, records=RECORDS, policy="", stream="")


@pytest.fixture
def org(certificate: Certificate, closing: ThreadPoolExecutor) -> Iterator[SalesforceStandIn]:
    running = SalesforceStandIn(CONTENTS, certificate, 5).start()
    yield running
    closing.submit(running.close)


@pytest.fixture
def bulk(org: SalesforceStandIn) -> Bulk:
    return bulk_of(org)


def test_a_query_job_passes_its_states_on_the_clock(org: SalesforceStandIn, bulk: Bulk):
    bulk.call("GET", "/limits")
    org.state.jobs.settings.delay = 60
    made = bulk.query("SELECT Id FROM Lead").json()
    assert (made["state"], made["apiVersion"], made["object"]) == ("UploadComplete", 68.0, "Lead")
    assert made["id"].startswith("750")
    path = f"/jobs/query/{made['id']}"
    assert bulk.states(path, 3) == ["InProgress"] * 3
    early = bulk.page(made["id"])
    assert (early.status_code, early.json()[0]["errorCode"]) == (400, "INVALIDJOBSTATE")
    org.org.clock.advance(61)
    done = bulk.call("GET", path).json()
    assert (done["state"], done["numberRecordsProcessed"], done["jobType"]) == ("JobComplete", 45, "V2Query")
    org.state.grants.client.token_lifetime = 1e9
    later = bulk_of(org)
    org.org.clock.advance(7 * 86_400)
    assert later.call("GET", path).status_code == 404


def test_pages_hold_every_row_once_with_a_header_each(org: SalesforceStandIn, bulk: Bulk):
    job, rows, locator, pages = bulk.done("SELECT Note__c, Id, Score__c FROM Lead"), [], None, 0
    while locator != "null":
        page = bulk.page(job, maxRecords=20, locator=locator)
        found = table(page.content)
        assert page.headers["Sforce-NumberOfRecords"] == str(len(found))
        assert page.content.startswith(b'"Note__c","Id","Score__c"\n')
        assert page.content == bulk.page(job, maxRecords=20, locator=locator).content
        rows, pages, locator = rows + found, pages + 1, page.headers["Sforce-Locator"]
    assert ([row["Id"] for row in rows], pages) == (list(org.record_ids()), 3)
    assert [row["Note__c"] for row in rows] == [record["Note__c"] for record in RECORDS]
    numbers = [float(row["Score__c"]) if row["Score__c"] else None for row in rows]
    assert numbers == [record["Score__c"] for record in RECORDS]
    assert {row["Score__c"] for row in rows} >= {"1250000.0", "2.0E7"}


def test_values_are_written_as_bulk_writes_them(org: SalesforceStandIn, bulk: Bulk):
    job = bulk.done("SELECT IsConverted, CreatedDate, ConvertedDate, Owner.Name FROM Lead LIMIT 1")
    (row,) = table(bulk.page(job).content)
    created = str(org.org.leads[org.record_ids()[0]]["CreatedDate"]).replace("+0000", "Z")
    assert list(row.values()) == ["false", created, "", "Rick Rep"]
    assert created.endswith(".000Z")


def test_other_delimiters_and_line_ends(bulk: Bulk):
    job = bulk.done("SELECT Id, LastName FROM Lead LIMIT 1", columnDelimiter="PIPE", lineEnding="CRLF")
    head, row, end = bulk.page(job).content.split(b"\r\n")
    assert (head, end) == (b'"Id"|"LastName"', b"")
    assert row.endswith(b'|"Lead 0"')


def test_parallel_pages_together_are_the_whole(org: SalesforceStandIn, bulk: Bulk):
    org.state.jobs.settings.page = 4
    job = bulk.done("SELECT Id FROM Lead")
    ids, path = [], f"/services/data/v68.0/jobs/query/{job}/resultPages"
    while path:
        told = bulk.web.get(f"{org.page_url}{path}", timeout=10).json()
        assert told["done"] == (told["nextRecordsUrl"] is None)
        assert len(told["resultPages"]) <= 5
        for page in told["resultPages"]:
            answer = bulk.web.get(f"{org.page_url}{page['resultUrl']}", timeout=10)
            ids += [row["Id"] for row in table(answer.content)]
        path = told["nextRecordsUrl"]
    assert ids == list(org.record_ids())
    old = bulk_of(org, version="57.0")
    job = old.done("SELECT Id FROM Lead")
    assert old.call("GET", f"/jobs/query/{job}/resultPages").status_code == 404


def test_a_job_is_a_snapshot_and_empty_results_have_their_header(org: SalesforceStandIn, bulk: Bulk):
    job = bulk.done("SELECT LastName FROM Lead WHERE LastName = 'Lead 0'")
    first = org.record_ids()[0]
    org.org.leads[first] = {**org.org.leads[first], "LastName": "Changed"}
    assert table(bulk.page(job).content) == [{"LastName": "Lead 0"}]
    nothing = bulk.page(bulk.done("SELECT Id FROM Lead WHERE LastName = 'Nobody'"))
    assert (nothing.text, nothing.headers["Sforce-Locator"]) == ('"Id"\n', "null")
    assert nothing.headers["Sforce-NumberOfRecords"] == "0"


def test_results_want_the_version_of_their_job(org: SalesforceStandIn, bulk: Bulk):
    job = bulk.done("SELECT Id FROM Lead")
    other = Bulk(org, bulk.web, "67.0")
    assert [other.page(job).status_code, other.call("GET", f"/jobs/query/{job}").status_code] == [409, 200]
    assert other.call("GET", f"/jobs/query/{job}/resultPages").status_code == 409


def test_a_job_is_aborted_then_deleted_with_204(bulk: Bulk):
    job = bulk.query("SELECT Id FROM Lead").json()["id"]
    running = bulk.call("DELETE", f"/jobs/query/{job}")
    assert (running.status_code, running.json()[0]["errorCode"]) == (400, "INVALIDJOBSTATE")
    assert bulk.call("PATCH", f"/jobs/query/{job}", json={"state": "Aborted"}).json()["state"] == "Aborted"
    assert bulk.call("PATCH", f"/jobs/query/{job}", json={"state": "Aborted"}).status_code == 400
    assert bulk.states(f"/jobs/query/{job}", 2) == ["Aborted"] * 2
    gone = bulk.call("DELETE", f"/jobs/query/{job}")
    assert (gone.status_code, gone.content) == (204, b"")
    assert bulk.call("GET", f"/jobs/query/{job}").status_code == 404


@pytest.mark.parametrize(
    ("soql", "code", "text"),
    [
        ("SELECT COUNT() FROM Lead", "API_ERROR", "Aggregate"),
        ("SELECT LeadSource, COUNT(Id) FROM Lead GROUP BY LeadSource", "API_ERROR", "Aggregate"),
        ("SELECT Id FROM Lead LIMIT 5 OFFSET 2", "API_ERROR", "OFFSET"),
        ("SELECT TYPEOF Owner WHEN User THEN Id END FROM Lead", "API_ERROR", "TYPEOF"),
        ("SELECT Id, (SELECT Id FROM Tasks) FROM Lead", "API_ERROR", "Nested"),
        ("SELECT FIELDS(ALL) FROM Lead", "API_ERROR", "FIELDS()"),
        ("SELECT Address FROM Lead", "API_ERROR", "compound"),
        ("SELECT Id FROM Organization", "INVALIDENTITY", "'Organization' is not supported by the Bulk API."),
        ("SELECT Nope__c FROM Lead", "INVALID_FIELD", "No such column 'Nope__c'"),
        ("SELECT Id FRM Lead", "MALFORMED_QUERY", "unexpected token"),
        ("", "MALFORMED_QUERY", "unexpected token"),
    ],
)
def test_what_a_bulk_query_does_not_take(bulk: Bulk, soql: str, code: str, text: str):
    answer = bulk.query(soql)
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, code)
    assert text in answer.json()[0]["message"]
    assert bulk.query("SELECT Id FROM Lead WHERE LastName = 'count( offset 1'").status_code == 200


def test_a_field_that_goes_meanwhile_fails_the_job(org: SalesforceStandIn, bulk: Bulk):
    job = bulk.query("SELECT Id, Score__c FROM Lead").json()["id"]
    org.org.hide_field("Score__c")
    told = bulk.call("GET", f"/jobs/query/{job}").json()
    assert told["state"] == "Failed"
    assert "INVALID_FIELD" in told["errorMessage"]
    assert bulk.page(job).status_code == 400


def test_jobs_belong_to_their_user_and_see_what_she_sees(org: SalesforceStandIn, bulk: Bulk):
    rep = bulk_of(org, org.org.rep)
    org.org.rep.hidden_records.add(org.record_ids()[0])
    job = rep.done("SELECT Id FROM Lead")
    assert len(table(rep.page(job).content)) == 44
    assert bulk.call("GET", f"/jobs/query/{job}").status_code == 404
    assert rep.query("SELECT GenderIdentity FROM Lead").json()[0]["errorCode"] == "INVALID_FIELD"
    assert [found["id"] for found in rep.call("GET", "/jobs/query").json()["records"]] == [job]


def test_faults_of_pages_and_jobs(org: SalesforceStandIn, bulk: Bulk):
    job = bulk.done("SELECT Id FROM Lead")
    org.faults.plan(Fault(kind="truncated_csv", path="/results"))
    short = bulk.page(job, maxRecords=20)
    assert (short.headers["Sforce-NumberOfRecords"], len(table(short.content))) == ("20", 17)
    locator = bulk.page(job, maxRecords=20).headers["Sforce-Locator"]
    org.faults.plan(Fault(kind="duplicate_rows", path="/results"))
    twice = table(bulk.page(job, maxRecords=20, locator=locator).content)
    assert [row["Id"] for row in twice] == list(org.record_ids()[17:40])
    org.faults.plan(Fault(kind="stuck_job", path="/jobs/query", method="POST"))
    stuck = bulk.query("SELECT Id FROM Lead").json()["id"]
    org.org.clock.advance(3600)
    assert bulk.states(f"/jobs/query/{stuck}", 9) == ["InProgress"] * 9
    org.faults.plan(Fault(kind="failed_job", path="/jobs/query", method="POST"))
    failed = bulk.query("SELECT Id FROM Lead").json()["id"]
    assert bulk.states(f"/jobs/query/{failed}", 2) == ["InProgress", "Failed"]
    org.faults.plan(Fault(kind="expire", path="/results"))
    assert bulk.page(job).status_code == 401


def test_the_days_jobs_run_out(org: SalesforceStandIn, bulk: Bulk):
    org.state.jobs.settings.daily_jobs = 1
    answers = [bulk.query("SELECT Id FROM Lead") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 400]
    assert answers[1].json()[0]["errorCode"] == "EXCEEDEDQUOTA"


@pytest.mark.parametrize("wrong", ["MTAwMDA", "x", "!", "null2"])
def test_a_locator_of_another_job_is_refused(bulk: Bulk, wrong: str):
    job = bulk.done("SELECT Id FROM Lead")
    assert bulk.page(job, locator=wrong).json()[0]["errorCode"] == "INVALIDLOCATOR"
    assert bulk.page(job, maxRecords=0).status_code == 400


CELLS = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)


@settings(max_examples=60)
@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=1))
def test_any_text_survives_the_csv(rows: list[list[str]]):
    text = "".join(line(row, ",", "\n") for row in rows)
    assert list(csv.reader(io.StringIO(text, newline=""), strict=True)) == rows


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_keep_their_value_and_javas_shape(value: float):
    shown = java_double(value)
    assert float(shown) == value
    assert ("E" in shown) == (value != 0 and not 1e-3 <= abs(value) < 1e7)
    assert "." in shown


UPDATES = (
    ("{0}", "Hot", "#N/A", ""),
    ("{1}", "", "kept?", "review"),
    ("{9}", "Hot", "", ""),
    ("{2}", "Hot", "", "biased!"),
    ("00QFl0000099999MAA", "Hot", "", ""),
    ("", "Hot", "", ""),
    ("{3}", "Cold", 'two\nlines "q"', "ok"),
)  # fmt: skip


def uploaded(org: SalesforceStandIn) -> str:
    ids = org.record_ids()
    rows = [("Id", "Rating", "Note__c", "Fairness_Status__c"), *UPDATES]
    return "".join(line([cell.format(*ids) for cell in row], ",", "\n") for row in rows)


def test_an_ingest_writes_some_rows_and_tells_of_each(org: SalesforceStandIn, bulk: Bulk):
    ids = org.record_ids()
    org.org.switches.locked[ids[3]] = 1
    job = bulk.ingest(uploaded(org))
    assert bulk.states(f"/jobs/ingest/{job}", 2) == ["InProgress", "JobComplete"]
    told = bulk.call("GET", f"/jobs/ingest/{job}").json()
    assert (told["numberRecordsProcessed"], told["numberRecordsFailed"], told["jobType"]) == (
        7,
        5,
        "V2Ingest",
    )
    found = bulk.results(job)
    assert {row["sf__Id"] for row in found["successfulResults"]} == {ids[0], ids[1]}
    assert {row["sf__Created"] for row in found["successfulResults"]} == {"false"}
    errors = {row["Id"]: row["sf__Error"].partition(":")[0] for row in found["failedResults"]}
    assert errors == {
        ids[9]: "CANNOT_UPDATE_CONVERTED_LEAD",
        ids[2]: "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        "00QFl0000099999MAA": "INVALID_CROSS_REFERENCE_KEY",
        "": "MISSING_ARGUMENT",
        ids[3]: "UNABLE_TO_LOCK_ROW",
    }
    assert next(row["Note__c"] for row in found["failedResults"] if row["Id"] == ids[3]) == 'two\nlines "q"'
    assert found["unprocessedrecords"] == []
    first, second = org.org.leads[ids[0]], org.org.leads[ids[1]]
    assert (first["Rating"], first["Note__c"], first["LastModifiedById"]) == ("Hot", None, org.org.admin.id)
    assert (second.get("Rating"), second["Note__c"], second["Fairness_Status__c"]) == (
        None,
        "kept?",
        "review",
    )


def test_an_aborted_ingest_keeps_what_it_wrote_and_tells_the_rest(org: SalesforceStandIn, bulk: Bulk):
    ids = org.record_ids()[:8]
    job = bulk.ingest("Id,Rating\n" + "".join(f"{one},Hot\n" for one in ids))
    assert bulk.states(f"/jobs/ingest/{job}", 1) == ["InProgress"]
    bulk.call("PATCH", f"/jobs/ingest/{job}", json={"state": "Aborted"})
    found = bulk.results(job)
    assert [len(rows) for rows in found.values()] == [4, 0, 4]
    assert {row["Id"] for rows in found.values() for row in rows} == set(ids)
    hot = {one for one in ids if org.org.leads[one].get("Rating") == "Hot"}
    assert hot == {row["Id"] for row in found["successfulResults"]}
    assert bulk.call("DELETE", f"/jobs/ingest/{job}").status_code == 204


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ("Id,Nope__c\n00Q,1\n", "InvalidBatch : Field name not found : Nope__c"),
        ("Id,Rating\r\n00Q,Hot\r\n", "ClientInputError : LineEnding is invalid on user data."),
        ("Id;Rating\n00Q;Hot\n", "InvalidBatch : Field name not found : Id;Rating"),
        ('Id,Rating\n"00Q,Hot\n', "InvalidBatch : Failed to parse CSV"),
        ("Id,Rating\n00Q\n", "InvalidBatch : CSV rows"),
        ("", "InvalidBatch : Failed to parse CSV"),
    ],
)
def test_an_upload_that_is_not_understood_fails_the_job(bulk: Bulk, rows: str, text: str):
    job = bulk.ingest(rows)
    told = bulk.call("GET", f"/jobs/ingest/{job}").json()
    assert told["state"] == "Failed"
    assert told["errorMessage"].startswith(text)
    assert bulk.results(job)["successfulResults"] == []


def test_an_ingest_takes_one_upload_while_it_is_open(bulk: Bulk):
    body = {"object": "Lead", "operation": "update", "contentType": "CSV"}
    made = bulk.call("POST", "/jobs/ingest", json=body).json()
    assert made["state"] == "Open"
    assert made["contentUrl"] == f"services/data/v68.0/jobs/ingest/{made['id']}/batches"
    path = f"/jobs/ingest/{made['id']}"
    wrong = bulk.call("PUT", f"{path}/batches", data=b"\xff\xfe")
    assert (wrong.status_code, wrong.json()[0]["errorCode"]) == (400, "INVALID_CONTENT")
    codes = [bulk.call("PUT", f"{path}/batches", data=b"Id\n").status_code for _ in range(2)]
    assert codes == [201, 400]
    assert bulk.call("DELETE", path).status_code == 400
    assert bulk.call("PATCH", path, json={"state": "InProgress"}).status_code == 400
    closed = bulk.call("PATCH", path, json={"state": "UploadComplete"})
    assert closed.json()["state"] == "UploadComplete"
    assert bulk.call("PATCH", path, json={"state": "UploadComplete"}).status_code == 400


def test_findings_are_upserted_by_their_key(org: SalesforceStandIn, bulk: Bulk):
    about = {
        "object": "Fairness_Finding__c",
        "operation": "upsert",
        "externalIdFieldName": "Audit_Key__c",
    }
    for times in range(2):
        job = bulk.ingest("Audit_Key__c,Severity__c\nA-1,high\nA-2,low\n,low\n", **about)
        bulk.states(f"/jobs/ingest/{job}", 2)
        found = bulk.results(job)
        created = {row["sf__Created"] for row in found["successfulResults"]}
        assert created == {"true" if times == 0 else "false"}
        assert found["failedResults"][0]["sf__Error"].startswith("MISSING_ARGUMENT:")
    assert len(org.org.records["Fairness_Finding__c"]) == 2
    assert all(one.startswith("a0X") for one in org.org.records["Fairness_Finding__c"])


def test_an_ingest_may_fail_half_way_or_lose_a_line_of_its_results(org: SalesforceStandIn, bulk: Bulk):
    rows = "Id,Rating\n" + "".join(f"{one},Hot\n" for one in org.record_ids()[:6])
    org.faults.plan(Fault(kind="failed_job", path="/jobs/ingest", method="POST"))
    job = bulk.ingest(rows)
    assert bulk.states(f"/jobs/ingest/{job}", 2) == ["InProgress", "Failed"]
    assert [len(found) for found in bulk.results(job).values()] == [3, 0, 3]
    whole = bulk.ingest(rows)
    bulk.states(f"/jobs/ingest/{whole}", 2)
    org.faults.plan(Fault(kind="truncated_csv", path="/successfulResults"))
    assert len(table(bulk.call("GET", f"/jobs/ingest/{whole}/successfulResults").content)) == 5


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"operation": "explode"}, "INVALIDJOB"),
        ({"object": "Nothing"}, "INVALID_TYPE"),
        ({"object": "ScoreIntelligence"}, "INVALIDENTITY"),
        ({"columnDelimiter": "SPACE"}, "INVALIDJOB"),
        ({"contentType": "JSON"}, "INVALIDJOB"),
        ({"operation": "upsert", "externalIdFieldName": "LastName"}, "NOT_FOUND"),
    ],
)
def test_an_ingest_job_that_is_not_understood_is_not_made(bulk: Bulk, wrong: dict[str, str], code: str):
    body = {"object": "Lead", "operation": "update", **wrong}
    answer = bulk.call("POST", "/jobs/ingest", json=body)
    assert answer.json()[0]["errorCode"] == code
