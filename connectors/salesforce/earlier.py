"""Bulk jobs that an earlier run left in Salesforce's queue, because it was killed while they were processed.

Such a job would write its flags after ours, and leave them stale. There is nothing to remember on our side:
the org knows its jobs, and who made them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from connectors.errors import Busy, Refused
from connectors.salesforce.gateway import Gateway, Request
from connectors.salesforce.query import OBJECT
from connectors.salesforce.update import DOING
from connectors.salesforce.waiting import Patience

# An open job writes nothing until somebody closes it, and nobody is left to do so.
PENDING = frozenset({"UploadComplete", "InProgress"})
MOST = 600.0
PAGES = 100


def wait_for_earlier(gateway: Gateway, pause: Callable[[float], None]) -> None:
    """Wait until no update of leads by the connected user is under way.

    Raises
    ------
    Busy
        One is still being processed after ten minutes.
    """
    patience = Patience(pause, most=MOST)
    waiting = _ours(gateway, list(_pending(gateway)))
    while waiting := [job_id for job_id in waiting if _is_pending(gateway, job_id)]:
        if not patience.wait():
            msg = (
                "an earlier Bulk job of the connected user still updates leads in Salesforce: let it end, or "
                "abort it under Setup, Bulk Data Load Jobs, then publish again"
            )
            raise Busy(msg, retry_after=MOST)


def _pending(gateway: Gateway) -> Iterator[Mapping[str, Any]]:
    path: object = "jobs/ingest"
    seen: set[str] = set()
    while isinstance(path, str) and path not in seen and len(seen) < PAGES:
        seen.add(path)
        page = _page(gateway, path)
        records = page.get("records")
        for job in records if isinstance(records, list) else []:
            if isinstance(job, dict) and _may_write_leads(job):
                yield job
        path = page.get("nextRecordsUrl")


def _page(gateway: Gateway, path: str) -> Mapping[str, Any]:
    """A page of jobs, or one job; nothing where the user may not see it, and so cannot have made it."""
    try:
        return gateway.send(Request(method="GET", path=path), DOING).document(DOING)
    except Refused:
        return {}


def _may_write_leads(job: Mapping[str, Any]) -> bool:
    return (job.get("object"), job.get("operation")) == (OBJECT, "update") and job.get("state") in PENDING


def _is_pending(gateway: Gateway, job_id: str) -> bool:
    """Whether a job may still write; one that is gone does not."""
    return _page(gateway, f"jobs/ingest/{job_id}").get("state") in PENDING


def _ours(gateway: Gateway, jobs: list[Mapping[str, Any]]) -> list[str]:
    """The ids of the jobs that the connected user made; who that is, is asked only where there are any."""
    if not jobs:
        return []
    identity = str(gateway.send(Request(method="GET", path=""), DOING).document(DOING).get("identity"))
    user = identity.rstrip("/").rpartition("/")[2][:15]
    return [str(job.get("id")) for job in jobs if str(job.get("createdById"))[:15] == user]
