"""A worker that makes a release of made-up leads, and is killed at a chosen moment of it."""

from __future__ import annotations

import base64
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from audit.schema import parse_stream
from audit.tally import count
from webapp import release_jobs
from webapp.environment import settings_from
from webapp.release_vault import vault_of
from webapp.releasing import Figures
from webapp.services import Services
from webapp.settings import Settings
from webapp.store.database import open_database
from webapp.store.releases import Releases, owner_of
from webapp.store.repository import utc_now
from webapp.store.rows import ConnectionRow
from webapp.work.attempt import Bench

# Where it dies, and whether before or after what is done there.
MOMENTS = {
    "exact": (("add", "after"),),
    "0.500000": (("spend", "after"), ("fill", "after")),
}
PLACES: dict[str, tuple[Any, str]] = {
    "add": (Releases, "add"),
    "spend": (Releases, "spend"),
    "fill": (Releases, "fill"),
}
EDGES = tuple(5.0 * step for step in range(21))
STREAM = """
[stream]
name = "lead-score"
score = "score"
threshold = 60
score_range = [0, 100]
outcome = "converted"
[[stream.attribute]]
name = "region"
column = "region"
"""


def settings(folder: Path) -> Settings:
    master = base64.b64encode(bytes(range(32))).decode()
    words = {"SECRET_KEY": "Zq3-8vWcR1_tY6uLpXe5kNbM2hJdGfAs9", "MASTER_KEY": master, "DATA_DIR": str(folder)}
    return settings_from({f"FAIRLEAD_{name}": value for name, value in words.items()})


def figures_of(opened: Services, connection: ConnectionRow, size: int = 400) -> Figures:
    rng = np.random.default_rng(1)
    region = rng.choice(["urban", "rural", "remote"], size, p=[0.7, 0.26, 0.04]).tolist()
    table = pa.table(
        {
            "attribute:region": pa.array(region).dictionary_encode(),
            "score": rng.integers(0, 21, size) * 5.0,
            "outcome": rng.random(size) < 0.25,
        }
    )
    stream = parse_stream(STREAM, "stream.toml")
    return Figures(
        owner=owner_of(connection),
        cube=count(table, stream, edges=EDGES),
        stream=stream,
        vault=vault_of(opened, connection),
    )


def die(url: str, folder: str, job_id: str, place: str, when: str) -> None:
    """Begin a job, and end as the machine does."""
    holder, name = PLACES[place]
    setattr(holder, name, _dying(getattr(holder, name), when))
    release_jobs.figures_of = figures_of
    opened = Services(settings=settings(Path(folder)), database=open_database(url), clock=utc_now)
    job = opened.work.get(job_id)
    assert job is not None
    Bench(opened=opened, worker="worker-9").attempt(job.id, job.attempt)


def _dying(does: Callable[..., Any], when: str) -> Callable[..., Any]:
    def dies(*given: Any, **named: Any) -> None:
        if when == "after":
            does(*given, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    return dies
