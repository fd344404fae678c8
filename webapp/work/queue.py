"""The durable queue. Only this module knows DBOS, and it is imported only where a worker starts.

In the queue are the ids of jobs and numbers of attempts: what a job is, how far, and how it ended is in the
product's own database. So losing the queue loses no job, and it holds nothing of a person.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from webapp.defects import WithoutWords
from webapp.services import Services

APP, QUEUE, SCHEMA = "fairlead", "jobs", "fairlead_jobs"
# The form of what is queued, not the product's version: another one would leave queued work behind.
FORM = "1"
AT_ONCE = 2

Attempt = Callable[[str, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """The queue at work. DBOS is one per process."""

    engine: Any
    doing: Callable[[str, int], None]

    def put(self, job_id: str, attempt: int) -> None:
        """Hand over one attempt; the same one twice is one."""
        from dbos import SetWorkflowID  # noqa: PLC0415

        with SetWorkflowID(_name(job_id, attempt)):
            self.engine.enqueue_workflow(QUEUE, self.doing, job_id, attempt)

    def waits(self, job_id: str, attempt: int) -> bool:
        """Whether an attempt lies in the queue and nobody has taken it."""
        status = self.engine.get_workflow_status(_name(job_id, attempt))
        return status is not None and status.status in {"ENQUEUED", "DELAYED"}

    def close(self) -> None:
        """End its threads. What is queued stays queued."""
        self.engine.destroy(workflow_completion_timeout_sec=0)


def _name(job_id: str, attempt: int) -> str:
    return f"{job_id}/{attempt}"


def start(opened: Services, worker: str, attempt: Attempt, every: float) -> Running:
    """Begin to take from the queue, looking so many seconds apart."""
    _alone()
    from dbos import DBOS  # noqa: PLC0415 - a second of imports that no other command needs

    DBOS.destroy(destroy_registry=True)
    DBOS(config=_config(opened, worker))
    logging.getLogger("dbos").handlers[0].setFormatter(WithoutWords("%(levelname)s %(name)s: %(message)s"))

    @DBOS.workflow(name="job", max_recovery_attempts=None)
    def doing(job_id: str, number: int) -> None:
        attempt(job_id, number)

    DBOS.listen_queues([QUEUE])
    DBOS.launch()
    DBOS.register_queue(
        QUEUE, worker_concurrency=AT_ONCE, polling_interval_sec=every, on_conflict="always_update"
    )
    return Running(engine=DBOS, doing=doing)


def _alone() -> None:
    """Its maker's cloud can be switched on by the environment: not here."""
    for name in [name for name in os.environ if name.startswith("DBOS_")]:
        del os.environ[name]


def _config(opened: Services, worker: str) -> Any:  # noqa: ANN401 - DBOS's own form
    return {
        "name": APP,
        "system_database_url": _address(opened),
        "dbos_system_schema": SCHEMA,
        "sys_db_pool_size": 5,
        "application_version": FORM,
        "executor_id": worker,
        "serializer": _plain(),
        "log_level": "ERROR",
        "enable_otlp": False,
        "use_listen_notify": False,
        "max_executor_threads": 2 * AT_ONCE + 4,
    }


def _address(opened: Services) -> str:
    """A schema of its own in the product's PostgreSQL; on SQLite a file of its own, for its owner only."""
    engine = opened.database.engine
    if engine.dialect.name == "postgresql":
        return engine.url.render_as_string(hide_password=False)
    file = Path(str(engine.url.database)).resolve().with_name("jobs.db")
    file.touch(mode=0o600)
    return make_url("sqlite://").set(database=str(file)).render_as_string()


def _plain() -> Any:  # noqa: ANN401 - a subclass, made where DBOS is imported
    from dbos import Serializer  # noqa: PLC0415

    class Plain(Serializer):
        """JSON: DBOS's own form is pickle, which runs the code of whoever may write its database."""

        def serialize(self, data: object) -> str:
            """As JSON; of an error its type alone, as its words may hold values."""
            return json.dumps(data, default=lambda other: type(other).__name__)

        def deserialize(self, serialized_data: str) -> object:
            """Back from JSON."""
            return json.loads(serialized_data)

        def name(self) -> str:
            """What is noted beside it."""
            return "fairlead_json"

    return Plain()
