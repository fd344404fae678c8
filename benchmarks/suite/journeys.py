"""From end to end: whole audits, the policy, reports, and pulls from both stand-ins."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import urllib3
from urllib3.connectionpool import HTTPConnectionPool

from audit.intake import admit
from audit.report.write import write
from audit.run import AuditRequest, audit
from audit.schema import parse_stream
from benchmarks import pull_memory, pull_memory_hubspot
from benchmarks.policy import applied, columns_of, floor_of, ids_of, keyed
from benchmarks.suite.files import STREAM, write_whole
from benchmarks.suite.machine import REPOSITORY
from benchmarks.suite.measuring import Task
from benchmarks.syncing_process import served
from connectors.lake import Lake
from connectors.synced import Wish
from tests.connectors.subject_hubspot import POLICY
from tests.seals import SEALS
from tests.torture.pull_process import POLICY as LEADS
from tests.torture.pull_process import portal_from, source_from

_OPEN = ExitStack()
"""Stand-ins run until the process ends."""
PULLED, POLICED, REPORTED = 10_000, 100_000, 20_000


def whole(folder: Path) -> Task:
    """The command ``fairlead audit`` on a Parquet file, from start to end of its process."""
    command = [sys.executable, "-c", "from webapp.cli.process import run; run()", "audit"]

    def call() -> None:
        with tempfile.TemporaryDirectory(dir=folder) as out:
            arguments = ["--stream", str(folder / "stream.toml"), "--out", str(Path(out) / "out")]
            subprocess.run(  # noqa: S603 - our own command
                [*command, str(folder / "whole.parquet"), *arguments], cwd=REPOSITORY, check=True
            )

    return Task(call, warm=False)


def report(folder: Path) -> Task:
    """Writing audit.json, report.html and metrics.csv of an audit of 20,000 leads."""
    path = folder / "report.parquet"
    write_whole(path, REPORTED)
    stream = parse_stream(STREAM, "The stream")
    made = audit(admit(pq.read_table(path), stream), stream, AuditRequest())
    return Task(partial(write, made, folder), counted=1)


def policy(folder: Path) -> Task:
    """Keys by HMAC and six columns of 100,000 records, as a connector does it."""
    del folder
    ids, columns = ids_of(POLICED), columns_of(range(POLICED))
    return Task(lambda: applied(keyed(ids, POLICED), [columns]), counted=POLICED)


def keys(folder: Path) -> Task:
    """HMAC-SHA-256 alone of as many ids."""
    del folder
    return Task(partial(floor_of, ids_of(POLICED)), counted=POLICED)


@dataclass(frozen=True, slots=True)
class _Sent:
    """A request that a pull made."""

    url: str
    method: str
    body: Any
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Crm:
    """A stand-in that runs, and how to pull from it."""

    told: dict[str, Any]
    pull: Callable[[Lake], object]


def _salesforce() -> _Crm:
    told = json.loads(_OPEN.enter_context(served(pull_memory.MODULE, str(PULLED), "")))
    wish = Wish(score="score", wanted="full")
    return _Crm(told, lambda lake: source_from(told).sync(lake, LEADS, wish))


def _hubspot() -> _Crm:
    told = json.loads(_OPEN.enter_context(served(pull_memory_hubspot.MODULE, str(PULLED))))
    wish = Wish(score="score", wanted="full")
    return _Crm(told, lambda lake: portal_from(told).sync(lake, POLICY, wish))


def _pulled(crm: _Crm, folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as name:
        crm.pull(Lake(Path(name), SEALS))


def _pull(opened: Callable[[], _Crm], folder: Path) -> Task:
    crm = opened()
    return Task(partial(_pulled, crm, folder), counted=PULLED)


def _bare(opened: Callable[[], _Crm], folder: Path) -> Task:
    """The same requests again with a plain client, their answers parsed and nothing else."""
    crm, sent = opened(), list[_Sent]()
    original = HTTPConnectionPool.urlopen

    def recorded(
        pool: HTTPConnectionPool, method: str, url: str, body: Any = None, headers: Any = None, **more: Any
    ) -> Any:
        sent.append(_Sent(f"{pool.scheme}://{pool.host}:{pool.port}{url}", method, body, dict(headers or {})))
        return original(pool, method, url, body, headers, **more)

    HTTPConnectionPool.urlopen = recorded  # type: ignore[method-assign, assignment]
    _pulled(crm, folder)
    HTTPConnectionPool.urlopen = original  # type: ignore[method-assign]
    return Task(partial(_again, sent, crm.told.get("ca_file")), counted=PULLED)


def _again(sent: list[_Sent], trusted: str | None) -> None:
    client = urllib3.PoolManager(ca_certs=trusted)
    for one in sent:
        answer = client.request(one.method, one.url, body=one.body, headers=one.headers)
        if answer.status >= 400:
            message = f"the bare client was answered {answer.status}"
            raise RuntimeError(message)
        if "json" in answer.headers.get("Content-Type", ""):
            json.loads(answer.data)
        else:
            list(csv.reader(io.StringIO(answer.data.decode())))


CASES = {
    "whole": whole,
    "report": report,
    "policy": policy,
    "keys": keys,
    "salesforce": partial(_pull, _salesforce),
    "hubspot": partial(_pull, _hubspot),
    "hubspot bare": partial(_bare, _hubspot),
}
