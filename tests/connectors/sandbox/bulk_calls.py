"""Bulk API 2.0 calls in plain HTTP, as the platform's guide writes them: no client of ours."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any

import requests

from connectors.sandbox.salesforce import SalesforceStandIn
from connectors.sandbox.salesforce.users import User

csv.field_size_limit(2**27)


@dataclass(frozen=True, slots=True)
class Bulk:
    """One user's calls to one org."""

    org: SalesforceStandIn
    web: requests.Session
    version: str = "68.0"

    def call(self, method: str, path: str, **more: Any) -> requests.Response:
        return self.web.request(
            method, f"{self.org.page_url}/services/data/v{self.version}{path}", timeout=30, **more
        )

    def query(self, soql: str, **more: Any) -> requests.Response:
        return self.call("POST", "/jobs/query", json={"operation": "query", "query": soql, **more})

    def done(self, soql: str, **more: Any) -> str:
        """The id of a query job that is complete."""
        job = self.query(soql, **more).json()
        assert self.states(f"/jobs/query/{job['id']}", 2)[-1] == "JobComplete"
        return str(job["id"])

    def states(self, path: str, polls: int) -> list[str]:
        return [self.call("GET", path).json()["state"] for _ in range(polls)]

    def page(self, job: str, **asked: Any) -> requests.Response:
        return self.call("GET", f"/jobs/query/{job}/results", params=asked)

    def ingest(self, rows: str, **about: Any) -> str:
        """The id of an ingest job whose upload is closed."""
        body = {"object": "Lead", "operation": "update", **about}
        job = self.call("POST", "/jobs/ingest", json=body).json()
        answer = self.web.put(f"{self.org.page_url}/{job['contentUrl']}", data=rows.encode(), timeout=30)
        assert (answer.status_code, answer.text) == (201, "")
        self.call("PATCH", f"/jobs/ingest/{job['id']}", json={"state": "UploadComplete"})
        return str(job["id"])

    def results(self, job: str) -> dict[str, list[dict[str, str]]]:
        names = ("successfulResults", "failedResults", "unprocessedrecords")
        return {name: table(self.call("GET", f"/jobs/ingest/{job}/{name}").content) for name in names}


def bulk_of(org: SalesforceStandIn, user: User | None = None, version: str = "68.0") -> Bulk:
    web = requests.Session()
    web.trust_env = False
    web.headers["Authorization"] = f"Bearer {org.state.grants.open(user or org.org.admin, ('api',))[1]}"
    return Bulk(org, web, version)


def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline=""), strict=True))
