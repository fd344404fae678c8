"""``fairlead worker``: does what pages and schedules ask for."""

from __future__ import annotations

import signal
from collections.abc import Callable
from datetime import datetime
from types import FrameType

import click

from webapp.crms import label
from webapp.installation import installation
from webapp.services import Services
from webapp.viewmodels.jobs import line
from webapp.work.worker import Worker, working


@click.command("worker")
@click.option("--once", is_flag=True, help="Do what can be done now, then end.")
def command(once: bool) -> None:
    """Pull, write back, delete what is too old and verify, as pages and schedules ask.

    `fairlead serve` has a worker of its own; this one is for several web processes or machines. Stop it with
    Ctrl+C or SIGTERM: what runs stops at its next step and goes on when a worker is back.
    """
    with installation() as opened, working(opened, every=0.2 if once else 1.0) as worker:
        begun = opened.clock()
        for one in (signal.SIGTERM, signal.SIGINT):
            signal.signal(one, _stopping(worker))
        if once:
            worker.finish()
            click.echo("\n".join(_ended(opened, begun)))
            return
        click.echo(f"{worker.bench.worker} is at work. Stop it with Ctrl+C.")
        worker.go_on()


def _ended(opened: Services, begun: datetime) -> list[str]:
    """What has ended since, the oldest first; one line where nothing has."""
    jobs = [job for job in opened.work.ended() if job.ended_at and job.ended_at >= begun]
    named = {row.id: label(row) for row in opened.repository.connections()}
    told = [line(job, named.get(job.connection_id, ""), begun) for job in reversed(jobs)]
    lines = [" ".join(f"{one.name}, {one.where}: {one.badge[1].lower()}. {one.told}".split()) for one in told]
    return lines or ["There was nothing to do."]


def _stopping(worker: Worker) -> Callable[[int, FrameType | None], None]:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        worker.bench.stop.set()

    return stop
