"""Whatever a client sends, the stand-in answers in the platform's shape, never with a fault of its own."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.sandbox.certificate import make_certificate
from connectors.sandbox.fields import OrgContents
from connectors.sandbox.salesforce import SalesforceStandIn
from connectors.sandbox.salesforce.standin import _application

DATA = "/services/data/v68.0"
WORDS = (
    *(
        "Lead",
        "Id",
        "LastName",
        "update",
        "query",
        "upsert",
        "CSV",
        "LF",
        "COMMA",
        "Audit_Key__c",
        "#N/A",
        "",
    ),
    *(
        "Fairness_Finding__c",
        "UploadComplete",
        "Aborted",
        "SELECT Id FROM Lead",
        "00QFl0000000001MAA",
        "true",
    ),
    *("ScoreIntelligence", "Rating", "Hot", "Email", "CreatedDate", "IsConverted", "OwnerId", "x" * 300),
)
KEYS = (
    *(
        "records",
        "attributes",
        "type",
        "id",
        "Id",
        "allOrNone",
        "operation",
        "object",
        "query",
        "contentType",
    ),
    *(
        "externalIdFieldName",
        "lineEnding",
        "columnDelimiter",
        "state",
        "ids",
        "fields",
        "LastName",
        "Company",
    ),
    *("Audit_Key__c", "Rating", "CreatedDate", "IsConverted", "NumberOfEmployees"),
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats()
    | st.sampled_from(WORDS)
    | st.text(max_size=3)
)
BODIES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=12,
)
ADDRESSES = (
    *(
        ("POST", path)
        for path in ("/jobs/query", "/jobs/ingest", "/composite/sobjects", "/composite/sobjects/Lead")
    ),
    *(("POST", f"/sobjects/{name}") for name in ("Lead", "Fairness_Finding__c", "User")),
    ("PATCH", "/composite/sobjects"),
    ("PATCH", "/composite/sobjects/Fairness_Finding__c/Audit_Key__c"),
    ("PATCH", "/sobjects/Lead/00QFl0000000001MAA"),
    ("PATCH", "/sobjects/Fairness_Finding__c/Audit_Key__c/K"),
)

PLACES = (
    *("query/{0}", "sobjects/{0}", "sobjects/Lead/{0}", "sobjects/{0}/describe", "jobs/query/{0}"),
    *("jobs/ingest/{0}/failedResults", "sobjects/Lead/deleted?start={0}&end={0}", "query?q={0}"),
    *("sobjects/Fairness_Finding__c/Audit_Key__c/{0}", "queryAll?q=SELECT+Id+FROM+{0}"),
    "composite/sobjects?ids={0}",
)
ODD = st.characters(exclude_characters="/?#&%", exclude_categories=("Cs", "Cc"))


@pytest.fixture(scope="module")
def client() -> Any:
    contents = OrgContents(fields=(), records=({"LastName": "One"},), policy="", stream="")
    with tempfile.TemporaryDirectory() as folder:
        org = SalesforceStandIn(contents, make_certificate(Path(folder)), 3)
        made = _application(org.state).test_client()
        made.environ_base["HTTP_AUTHORIZATION"] = (
            f"Bearer {org.state.grants.open(org.org.admin, ('api',))[1]}"
        )
        org.start().close()
        yield made


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(ADDRESSES), BODIES | st.dictionaries(st.sampled_from(KEYS), BODIES, max_size=6))
def test_any_body_is_answered(client: Any, address: tuple[str, str], body: object):
    method, path = address
    answer = client.open(f"{DATA}{path}", method=method, json=body)
    assert answer.status_code < 500
    if answer.status_code >= 400:
        assert {"message", "errorCode"} <= set(answer.get_json()[0])


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.sampled_from((*WORDS, *KEYS)) | st.text(max_size=4), max_size=4), max_size=5),
       st.sampled_from(["update", "insert", "upsert", "delete"]))  # fmt: skip
def test_any_upload_is_processed(client: Any, rows: list[list[str]], operation: str):
    about = {"object": "Fairness_Finding__c", "operation": operation, "externalIdFieldName": "Audit_Key__c"}
    job = client.post(f"{DATA}/jobs/ingest", json=about).get_json()["id"]
    upload = "\n".join(",".join(row) for row in rows).encode(errors="replace")
    client.put(f"{DATA}/jobs/ingest/{job}/batches", data=upload)
    client.patch(f"{DATA}/jobs/ingest/{job}", json={"state": "UploadComplete"})
    for _ in range(2):
        told = client.get(f"{DATA}/jobs/ingest/{job}").get_json()
    assert told["state"] in {"JobComplete", "Failed"}
    for name in ("successfulResults", "failedResults", "unprocessedrecords"):
        assert client.get(f"{DATA}/jobs/ingest/{job}/{name}").status_code == 200


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(PLACES),
    st.text(ODD, min_size=1, max_size=20)
    | st.sampled_from(WORDS[:-1]).filter(bool),
    st.sampled_from(["GET", "DELETE", "PATCH"]),
)  # fmt: skip
def test_any_address_is_answered(client: Any, path: str, word: str, method: str):
    answer = client.open(f"{DATA}/{path.format(word)}", method=method)
    assert answer.status_code < 500
