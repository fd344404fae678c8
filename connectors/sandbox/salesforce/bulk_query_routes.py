"""Bulk API 2.0 query over HTTP: jobs, pages of results, and the addresses of several pages at once."""

from __future__ import annotations

from typing import cast

from flask import Response, request

from connectors.sandbox.salesforce.api import answered, api_blueprint, json_body, struck, viewer
from connectors.sandbox.salesforce.bulk_jobs import Job, wrong_state
from connectors.sandbox.salesforce.bulk_query import QueryWork, locator, place, query_work
from connectors.sandbox.salesforce.errors import ApiError, not_found
from connectors.sandbox.salesforce.page_faults import damaged_page
from connectors.sandbox.salesforce.soql_run import Json
from connectors.sandbox.salesforce.state import state

routes = api_blueprint("bulk_query", "/jobs/query")
PAGES = 5


@routes.post("/", strict_slashes=False)
def create(version: str) -> Response:
    """A new job, which is queued at once."""
    about, work = query_work(state().org, viewer(), json_body())
    jobs = state().jobs
    job = jobs.add(jobs.new("query", viewer(), version, about, work))
    job.fate = struck("stuck_job", "failed_job").removesuffix("_job")
    job.move("UploadComplete", jobs.clock.now())
    return answered(job.described())


@routes.get("/", strict_slashes=False)
def listed(version: str) -> Response:  # noqa: ARG001 - part of the address
    """The user's jobs."""
    found = [job.described() for job in state().jobs.of(viewer(), "query")]
    return answered({"done": True, "records": found, "nextRecordsUrl": None})


@routes.get("/<job_id>")
def info(version: str, job_id: str) -> Response:  # noqa: ARG001 - part of the address
    """How far a job is."""
    job = _job(job_id)
    state().jobs.poll(job)
    return answered(_described(job))


@routes.patch("/<job_id>")
def abort(version: str, job_id: str) -> Response:  # noqa: ARG001 - part of the address
    """End a job that still runs."""
    job = _job(job_id)
    if json_body().get("state") != "Aborted":
        raise ApiError(400, "INVALIDJOBSTATE", "A query job can only be moved to Aborted")
    state().jobs.abort(job)
    return answered(_described(job))


@routes.delete("/<job_id>")
def delete(version: str, job_id: str) -> tuple[str, int]:  # noqa: ARG001 - part of the address
    """Forget a job and its results: 204 and nothing."""
    state().jobs.delete(_job(job_id))
    return "", 204


@routes.get("/<job_id>/results")
def results(version: str, job_id: str) -> Response:
    """One page as CSV, the header row first."""
    job = _finished(job_id, version)
    work = _work(job)
    start = _start(job)
    size = _size()
    after = min(start + size, work.total)
    page = damaged_page(work.rows, start, after, struck("truncated_csv", "duplicate_rows"))
    answer = Response(work.text_of(page.rows), content_type="text/csv;charset=UTF-8")
    answer.headers["Sforce-NumberOfRecords"] = str(page.announced)
    answer.headers["Sforce-Locator"] = locator(job.id, after) if after < work.total else "null"
    return answer


@routes.get("/<job_id>/resultPages")
def result_pages(version: str, job_id: str) -> Response:
    """The addresses of up to five pages, to be read in parallel."""
    if int(version[1:3]) < 58:
        raise not_found()
    job = _finished(job_id, version)
    size, total = state().jobs.settings.page, _work(job).total
    starts = [_start(job) + number * size for number in range(PAGES)]
    base = f"/services/data/{version}/jobs/query/{job.id}"
    pages = [f"{base}/results?locator={locator(job.id, at)}" for at in starts if at < total or at == 0]
    after = starts[-1] + size
    more = f"{base}/resultPages?locator={locator(job.id, after)}" if after < total else None
    return answered(
        {"resultPages": [{"resultUrl": page} for page in pages], "nextRecordsUrl": more, "done": more is None}
    )


def _job(job_id: str) -> Job:
    return state().jobs.find(job_id, viewer(), "query")


def _work(job: Job) -> QueryWork:
    return cast("QueryWork", job.work)


def _described(job: Job) -> Json:
    """What polling tells besides: progress, and the complaint of a failed job."""
    told = job.described() | {
        "jobType": "V2Query",
        "numberRecordsProcessed": _work(job).total,
        "retries": 0,
        "totalProcessingTime": 0 if job.queued is None else 1,
        "isPkChunkingSupported": True,
    }
    return told | ({"errorMessage": job.error} if job.error else {})


def _size() -> int:
    """The number of rows of a page. Raises ApiError 400."""
    size = request.args.get("maxRecords", str(state().jobs.settings.page))
    if not size.isdigit() or int(size) < 1:
        raise ApiError(400, "INVALIDJOB", "maxRecords must be a positive number")
    return int(size)


def _start(job: Job) -> int:
    name = request.args.get("locator")
    return place(job.id, name) if name and name != "null" else 0


def _finished(job_id: str, version: str) -> Job:
    """A job whose results can be read. Raises ApiError 409 for another API version, 400 too early."""
    job = _job(job_id)
    if job.version != version:
        text = f"The job was created with API version {job.version[1:]}: use the same one"
        raise ApiError(409, "API_VERSION_MISMATCH", text)
    if job.state != "JobComplete":
        raise wrong_state(job, "read")
    return job
