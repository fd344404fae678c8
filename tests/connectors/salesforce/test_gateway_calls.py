"""The calls that Bulk jobs and write-backs are made of, each along the patient line."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from werkzeug.wrappers import Response

from connectors.errors import Busy, Refused
from connectors.salesforce.gateway import Request
from connectors.sandbox.certificate import Certificate
from tests.connectors.salesforce.script import Script, failed, line_to

CSV = b'"Id","Name"\n' + b'"00Q","a, \xc3\xa9\nb"\n' * 20_000
JOB = "jobs/query/750Fl0000000001AAA"


@pytest.fixture
def serving(certificate: Certificate) -> Callable[..., Any]:
    return partial(line_to, certificate=certificate)


def packed(body: bytes, **headers: str) -> Response:
    made = Response(gzip.compress(body), content_type="text/csv")
    made.headers.update({"Content-Encoding": "gzip", **headers})
    return made


def test_a_packed_csv_comes_unpacked_and_in_pieces_with_its_headers(serving):
    script = Script([packed(CSV, **{"Sforce-Locator": "null", "Sforce-NumberOfRecords": "20000"})])
    request = Request(
        method="GET", path=f"{JOB}/results", params={"maxRecords": "20000"}, headers={"Accept": "text/csv"}
    )
    with serving(script) as (gateway, _), gateway.stream(request, "result page") as stream:
        pieces = list(stream)
        assert stream.headers["Sforce-Locator"] == "null"
    assert b"".join(pieces) == CSV
    assert len(pieces) > 1
    asked = script.heard[0]
    assert asked.path == f"/services/data/v68.0/{JOB}/results"
    assert asked.args["maxRecords"] == "20000"
    assert asked.headers["Accept"] == "text/csv"
    assert "gzip" in asked.headers["Accept-Encoding"]
    assert asked.headers["Authorization"] == "Bearer canary-token"


def test_a_csv_that_breaks_off_is_never_taken_for_the_whole(serving):
    whole = gzip.compress(CSV)
    cut = Response(whole[: len(whole) // 2], content_type="text/csv")
    # Closed, as a broken connection is: one that is only silent ends by the time limit.
    cut.headers.update({"Content-Encoding": "gzip", "Content-Length": str(len(whole)), "Connection": "close"})
    request = Request(method="GET", path=f"{JOB}/results")
    with (
        serving(Script([cut])) as (gateway, _),
        gateway.stream(request, "result page") as stream,
        pytest.raises(Busy, match="result page"),
    ):
        list(stream)


def test_a_stream_waits_renews_and_refuses_before_its_first_byte(serving):
    script = Script([failed(401, "INVALID_SESSION_ID"), failed(503, "SERVER_UNAVAILABLE"), packed(CSV)])
    request = Request(method="GET", path=f"{JOB}/results")
    with serving(script) as (gateway, grants), gateway.stream(request, "result page") as stream:
        assert b"".join(stream) == CSV
    assert (grants.renewals, len(script.heard)) == (1, 3)
    with (
        serving(Script([failed(409, "")])) as (gateway, _),
        pytest.raises(Refused, match="another API version"),
        gateway.stream(request, "result page"),
    ):
        pass


def test_an_empty_answer_is_no_fault(serving):
    script = Script([Response(status=204)])
    with serving(script) as (gateway, _):
        assert gateway.send(Request(method="DELETE", path=JOB), "clean-up").body is None
        assert gateway.send(Request(method="PATCH", path="sobjects/Lead/x", body={}), "write").body is None
    assert [heard.method for heard in script.heard] == ["DELETE", "PATCH"]


def test_a_job_is_begun_with_json_and_filled_with_csv(serving):
    script = Script([{"id": "750", "contentUrl": "services/data/v68.0/jobs/ingest/750/batches"}])
    with serving(script) as (gateway, _):
        job = gateway.send(Request(method="POST", path="jobs/ingest", body={"object": "Lead"}), "job")
        link = job.document("job")["contentUrl"]
        script.answers = [Response(status=201)]
        gateway.send(Request(method="PUT", path=link, csv=CSV), "upload")
    begun, filled = script.heard
    assert (begun.get_json(), begun.content_type) == ({"object": "Lead"}, "application/json")
    assert (filled.get_data(), filled.content_type) == (CSV, "text/csv; charset=UTF-8")
    assert filled.path == "/services/data/v68.0/jobs/ingest/750/batches"


@pytest.mark.parametrize(
    "path", ["https://evil.example/services/data/v68.0/query", "//evil.example/x", "/services/data/v68.0"]
)
def test_a_link_never_leads_to_another_host(serving, path):
    script = Script([{}])
    with serving(script) as (gateway, _):
        gateway.send(Request(method="GET", path=path), "look")
    assert script.heard[0].path.startswith("/services/data/v68.0/")


@pytest.mark.parametrize(
    ("answer", "calls"),
    [
        (failed(500, "UNKNOWN_EXCEPTION"), 1),
        (b"<html>gateway</html>", 1),
        (failed(503, "SERVER_UNAVAILABLE"), 5),
        (failed(429, ""), 5),
        (failed(403, "REQUEST_LIMIT_EXCEEDED", **{"Sforce-Limit-Info": "api-usage=1/100"}), 5),
    ],
)
def test_what_must_not_happen_twice_is_only_repeated_where_it_surely_did_not_begin(serving, answer, calls):
    script = Script([answer])
    request = Request(method="POST", path="jobs/query", body={}, again=False)
    with serving(script) as (gateway, _), pytest.raises(Busy):
        gateway.send(request, "job")
    assert len(script.heard) == calls
