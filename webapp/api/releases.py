"""What was shared: the ledger, each release as it left, and making one."""

from __future__ import annotations

from pydantic import Field

from audit.release.noise_scale import LARGEST_EPSILON, SMALLEST_EPSILON
from webapp.api import cursors
from webapp.api.operation import VERSION_PATH, Ask, File, Nothing, Operation
from webapp.api.problem import not_found
from webapp.api.shape import Answer, Asked, Id, Moment, Page, Paged
from webapp.release_jobs import LOOK, ask, word_of
from webapp.releasing import kept_files
from webapp.services import Services
from webapp.store.releases import ReleasedRow, owner_of
from webapp.store.rows import ConnectionRow
from webapp.store.work_jobs import JobRow, JobState


class Released(Answer):
    """One line of the ledger."""

    id: Id
    made_at: Moment
    made_by: str
    stream: str
    epsilon: float = Field(description="What it took from the budget for noise; 0 without noise.")
    digest: str = Field(description="SHA-256 of release.json.")
    drawn: bool = Field(description="Whether it is there; false where a crash came between budget and noise.")


class NewRelease(Asked):
    """What should be shared."""

    epsilon: float | None = Field(
        default=None,
        ge=SMALLEST_EPSILON,
        le=LARGEST_EPSILON,
        description="With noise of this strength; null: small counts are hidden.",
    )


class ReleaseJob(Answer):
    """How far a release is that was asked for, and what came of it."""

    id: Id
    address: str = Field(description="Where to look how far it is: this answer anew.")
    state: JobState = Field(description="It has ended where it is done, failed or cancelled.")
    told: str = Field(description="How it ended, or why it waits, in a sentence; often empty.")
    step: str = Field(description="What is being done; empty before it begins.")
    done: int = Field(ge=0, description="How much of the step is done.")
    total: int | None = Field(description="The whole of the step; null where that is not known.")
    release: Released | None = Field(description="The release, as soon as it is made.")
    again: bool = Field(description="Whether nothing new has left: it is the same release as before.")


def _list(ask: Ask[Paged]) -> Page[Released]:
    rows, place = ask.opened.releases.all(owner_of(ask.connection())), cursors.read(ask)
    names = [row.id for row in rows]
    start = names.index(str(place[0])) + 1 if place and place[0] in names else 0
    part, after = cursors.page(ask, rows[start : start + ask.asked.limit + 1], lambda row: [row.id])
    return Page[Released](items=tuple(_line(row) for row in part), next=after)


def _one(ask: Ask[Nothing]) -> File:
    row = ask.opened.releases.one(owner_of(ask.connection()), str(ask.names["release_id"]))
    if row is None:
        raise not_found()
    return File(text=kept_files(row).text)


def _make(asked: Ask[NewRelease]) -> ReleaseJob:
    opened, connection = asked.opened, asked.connection()
    return _job(opened, connection, ask(opened, connection, word_of(asked.asked.epsilon), asked.grant.who))


def _how_far(asked: Ask[Nothing]) -> ReleaseJob:
    connection, job = asked.connection(), asked.opened.work.get(str(asked.names["job_id"]))
    if job is None or (job.connection_id, job.kind) != (connection.id, "release") or job.wanted == LOOK:
        raise not_found()
    return _job(asked.opened, connection, job)


def _job(opened: Services, connection: ConnectionRow, job: JobRow) -> ReleaseJob:
    got = opened.releases.got(owner_of(connection), job.id)
    made = got is not None and bool(got.row.text)
    return ReleaseJob(
        id=job.id,
        address=f"{VERSION_PATH}/connections/{connection.id}/release-jobs/{job.id}",
        state=job.state,
        told=job.told,
        step=job.step,
        done=job.done,
        total=job.total,
        release=_line(got.row) if got is not None and made else None,
        again=got is not None and got.again,
    )


def _address(job: ReleaseJob) -> str:
    return job.address


def _line(row: ReleasedRow) -> Released:
    same = ("id", "made_at", "made_by", "stream", "epsilon", "digest")
    return Released(**{name: getattr(row, name) for name in same}, drawn=bool(row.text))


HERE = "/connections/{connection_id}/releases"
OPERATIONS = (
    Operation(
        name="list_releases",
        path=HERE,
        tag="Releases",
        summary="What was shared, newest first",
        does=_list,
        asks=Paged,
        answers=Page[Released],
        scope="read:releases",
    ),
    Operation(
        name="get_release",
        path=f"{HERE}/{{release_id}}",
        tag="Releases",
        summary="One release as it left",
        words="The form is fairlead.release/1 (docs/reference/release.md).",
        does=_one,
        answers="application/json",
        scope="read:releases",
    ),
    Operation(
        name="make_release",
        method="POST",
        path=HERE,
        tag="Releases",
        summary="Make a release, as the page Share figures does",
        words=(
            "It is worked out by a job: look at the address in Location until the state is done. The same "
            "request gets the same job while that has not ended, and the same release again after that."
        ),
        does=_make,
        asks=NewRelease,
        answers=ReleaseJob,
        later=_address,
        scope="write:releases",
        others=(409,),
    ),
    Operation(
        name="get_release_job",
        path="/connections/{connection_id}/release-jobs/{job_id}",
        tag="Releases",
        summary="How far a release is, and what came of it",
        does=_how_far,
        answers=ReleaseJob,
        scope="read:releases",
    ),
)
