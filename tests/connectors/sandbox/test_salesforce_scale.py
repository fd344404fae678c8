"""A large org costs no memory: leads are made as they are read, and what is written is kept."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import overload

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sandbox.certificate import Certificate
from connectors.sandbox.fields import OrgContents, Value
from connectors.sandbox.salesforce import SalesforceStandIn
from connectors.sandbox.salesforce.new_org import make_org
from connectors.sandbox.salesforce.org_deeds import add_late, delete
from connectors.sandbox.salesforce.record_ids import id_number, make_id
from connectors.sandbox.salesforce.soql_run import run
from tests.connectors.sandbox.bulk_calls import bulk_of, table


class Made(Sequence[Mapping[str, Value]]):
    """Leads by number."""

    def __init__(self, count: int) -> None:
        self.count = count

    def __len__(self) -> int:
        return self.count

    @overload
    def __getitem__(self, at: int) -> Mapping[str, Value]: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Mapping[str, Value]]: ...
    def __getitem__(self, at: int | slice) -> Mapping[str, Value] | Sequence[Mapping[str, Value]]:
        assert isinstance(at, int)
        assert 0 <= at < self.count
        return {"LastName": f"Lead {at}", "Rating": ("Hot", "Cold")[at % 2]}


def contents(count: int) -> OrgContents:
    return OrgContents(fields=(), records=Made(count), policy="", stream="")


@pytest.fixture
def org(certificate: Certificate) -> Iterator[SalesforceStandIn]:
    with SalesforceStandIn(contents(500), certificate, 5) as running:
        yield running


def test_made_leads_behave_as_kept_ones(org: SalesforceStandIn):
    admin = bulk_of(org)
    ids = org.record_ids()
    assert (len(ids), len(set(ids)), org.org.leads[ids[7]]["LastName"]) == (500, 500, "Lead 7")
    assert admin.call("PATCH", f"/sobjects/Lead/{ids[7]}", json={"Rating": "Warm"}).status_code == 204
    made = admin.call("POST", "/sobjects/Lead", json={"LastName": "New", "Company": "x"}).json()["id"]
    late = add_late(org.org, {"LastName": "Late"}, 60)
    delete(org.org, "Lead", ids[9])
    job = admin.done("SELECT Id, Rating FROM Lead")
    org.org.leads[ids[8]] = {**org.org.leads[ids[8]], "Rating": "Warm"}
    found = {row["Id"]: row["Rating"] for row in table(admin.page(job).content)}
    assert (len(found), found[ids[7]], found[ids[8]]) == (500, "Warm", "Hot")
    assert made in found
    assert not {ids[9], late} & set(found)
    org.org.clock.advance(61)
    everything = run(org.org, org.org.admin, "SELECT Id FROM Lead", deleted=True)
    assert (everything.total, {str(row["Id"]) for row in everything.rows} >= {ids[9], late}) == (502, True)
    org.org.empty_bin()
    assert ids[9] not in org.org.leads
    assert (len(org.org.leads), len(list(org.org.leads))) == (501, 501)
    org.org.admin.hidden_records.add(ids[3])
    assert run(org.org, org.org.admin, "SELECT COUNT() FROM Lead").total == 500


def test_all_or_none_takes_back_what_it_wrote_to_made_leads(org: SalesforceStandIn):
    first, second = org.record_ids()[:2]
    body = {
        "allOrNone": True,
        "records": [
            {"attributes": {"type": "Lead"}, "id": first, "Rating": "Warm"},
            {"attributes": {"type": "Lead"}, "id": second, "Nope__c": 1},
        ],
    }
    told = bulk_of(org).call("PATCH", "/composite/sobjects", json=body)
    assert (told.status_code, [one["success"] for one in told.json()]) == (200, [False, False])
    assert org.org.leads[first]["Rating"] == "Hot"


@given(st.integers(1, 62**9), st.sampled_from(["00Q", "a0X"]))
def test_a_number_is_read_back_from_its_id(number: int, prefix: str):
    assert id_number(make_id(prefix, number)) == number
    assert id_number(make_id(prefix, number)[:15]) == number


@given(st.integers(0, 60), st.integers(0, 60), st.booleans())
def test_parts_of_made_rows_are_parts_of_their_list(start: int, stop: int, filtered: bool):
    org = make_org(contents(40), 1)
    for number in range(5):
        add_late(org, {"LastName": f"Late {number}"}, 0)
    where = " WHERE Rating = 'Hot' OR Rating = null" if filtered else ""
    rows = run(org, org.admin, f"SELECT Id FROM Lead{where}").rows  # noqa: S608 - a test's own text
    every = [row["Id"] for row in rows]
    assert len(every) == len(rows) == (25 if filtered else 45)
    assert [row["Id"] for row in rows[start:stop]] == every[start:stop]
    assert [rows[at]["Id"] for at in range(len(rows))] == every


SCRIPT = """
    import json, resource, sys, tempfile
    from pathlib import Path
    from connectors.sandbox.certificate import make_certificate
    from connectors.sandbox.salesforce import SalesforceStandIn
    from tests.connectors.sandbox.bulk_calls import bulk_of
    from tests.connectors.sandbox.test_salesforce_scale import contents

    def megabytes():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    count = int(sys.argv[1])
    with SalesforceStandIn(contents(count), make_certificate(Path(tempfile.mkdtemp())), 5) as org:
        org.state.jobs.settings.page = 10_000
        admin = bulk_of(org)
        admin.web.headers["Accept-Encoding"] = "identity"
        start = megabytes()
        job = admin.query("SELECT Id, LastName FROM Lead").json()["id"]
        while admin.call("GET", f"/jobs/query/{job}").json()["state"] != "JobComplete":
            pass
        rows, locator = 0, None
        for _ in range(4):
            page = admin.page(job, locator=locator)
            rows, locator = rows + page.content.count(b"\\n") - 1, page.headers["Sforce-Locator"]
        first = admin.call("GET", "/query", params={"q": "SELECT Id FROM Lead"}).json()
    print(json.dumps({"total": first["totalSize"], "rows": rows, "grown": megabytes() - start}))
"""


def test_a_million_leads_take_the_memory_of_ten_thousand():
    told = {}
    for count in (50_000, 1_000_000):
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(SCRIPT), str(count)],
            capture_output=True,
            text=True,
            cwd=Path(__file__).resolve().parents[3],
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        told[count] = json.loads(done.stdout)
        assert (told[count]["total"], told[count]["rows"]) == (count, 40_000)
    assert told[1_000_000]["grown"] < told[50_000]["grown"] + 30
