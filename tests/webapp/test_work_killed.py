"""Workers that are killed: no job lost, none done twice, on each database."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from connectors.sandbox.certificate import Certificate
from tests.torture.jobs import dated, killed_worker


def test_a_killed_worker_loses_no_job_and_none_is_done_twice(
    support: ModuleType, certificate: Certificate, tmp_path: Path, database_url: str
):
    with support.running(certificate, tmp_path / "data", dated, DATABASE_URL=database_url) as world:
        connection = world.ready("hubspot")
        assert killed_worker(world.services, connection, kills=2, seed=3).faults == []
