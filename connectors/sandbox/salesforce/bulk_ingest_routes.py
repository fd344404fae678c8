"""Bulk API 2.0 ingest over HTTP: make a job, upload, close it, follow it, read what became of each row."""

from __future__ import annotations

from typing import cast

from flask import Response, request

from connectors.sandbox.salesforce.api import answered, api_blueprint, json_body, struck, viewer
from connectors.sandbox.salesforce.bulk_ingest import OPERATIONS, IngestWork
from connectors.sandbox.salesforce.bulk_jobs import Job, wrong_state
from connectors.sandbox.salesforce.bulk_query import check_format
from connectors.sandbox.salesforce.errors import ApiError
from connectors.sandbox.salesforce.schema import FieldDef, ObjectDef
from connectors.sandbox.salesforce.soql_run import Json
from connectors.sandbox.salesforce.state import state
from connectors.sandbox.salesforce.write_routes import external_id
from connectors.sandbox.salesforce.writing import Writer

routes = api_blueprint("bulk_ingest", "/jobs/ingest")
LARGEST = 150_000_000


@routes.post("/", strict_slashes=False)
def create(version: str) -> Response:
    """A new job, open for one upload."""
    body = json_body()
    operation, delimiter = str(body.get("operation")), str(body.get("columnDelimiter", "COMMA"))
    ending = str(body.get("lineEnding", "LF"))
    if operation not in OPERATIONS:
        raise ApiError(400, "INVALIDJOB", f"Unable to find operation: {operation}")
    check_format(body.get("contentType", "CSV"), delimiter, ending)
    definition = _object(str(body.get("object") or ""))
    work = IngestWork(
        writer=_writer(definition, body),
        operation=operation,
        key=_key(definition, body),
        delimiter=delimiter,
        ending=ending,
    )
    about: Json = {"operation": operation, "object": definition.name}
    about |= {"lineEnding": ending, "columnDelimiter": delimiter}
    about |= {"externalIdFieldName": work.key.name} if work.key else {}
    jobs = state().jobs
    job = jobs.add(jobs.new("ingest", viewer(), version, about, work))
    job.fate = struck("stuck_job", "failed_job").removesuffix("_job")
    return answered(_opened(job))


@routes.get("/", strict_slashes=False)
def listed(version: str) -> Response:  # noqa: ARG001 - part of the address
    """The user's jobs."""
    found = [_opened(job) for job in state().jobs.of(viewer(), "ingest")]
    return answered({"done": True, "records": found, "nextRecordsUrl": None})


@routes.put("/<job_id>/batches")
def upload(version: str, job_id: str) -> tuple[str, int]:  # noqa: ARG001 - part of the address
    """The rows, once: 201 and nothing."""
    job = _job(job_id)
    work = _work(job)
    if job.state != "Open" or work.data is not None:
        raise ApiError(400, "INVALIDJOBSTATE", "Found multiple contents for job, or a job that is not open")
    content = request.get_data(cache=False)
    if len(content) > LARGEST:
        raise ApiError(413, "REQUEST_ENTITY_TOO_LARGE", "The upload is larger than 150 MB")
    try:
        work.data = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ApiError(400, "INVALID_CONTENT", "The upload is not UTF-8") from None
    return "", 201


@routes.patch("/<job_id>")
def close(version: str, job_id: str) -> Response:  # noqa: ARG001 - part of the address
    """Close the upload, so that the job is queued, or abort it."""
    job, wanted = _job(job_id), json_body().get("state")
    if wanted == "Aborted":
        state().jobs.abort(job)
    elif wanted == "UploadComplete" and job.state == "Open":
        job.move("UploadComplete", state().jobs.clock.now())
    else:
        raise wrong_state(job, f"moved to {wanted}")
    return answered(_opened(job))


@routes.get("/<job_id>")
def info(version: str, job_id: str) -> Response:  # noqa: ARG001 - part of the address
    """How far a job is."""
    job = _job(job_id)
    state().jobs.poll(job)
    return answered(_described(job))


@routes.delete("/<job_id>")
def delete(version: str, job_id: str) -> tuple[str, int]:  # noqa: ARG001 - part of the address
    """Forget a job and its results: 204 and nothing."""
    state().jobs.delete(_job(job_id))
    return "", 204


@routes.get("/<job_id>/successfulResults", strict_slashes=False)
def successful(version: str, job_id: str) -> Response:  # noqa: ARG001 - part of the address
    """The rows that were written."""
    return _csv(_lossy(_work(_job(job_id)).results(failed=False)))


@routes.get("/<job_id>/failedResults", strict_slashes=False)
def failed(version: str, job_id: str) -> Response:  # noqa: ARG001 - part of the address
    """The rows that were refused, each with the reason."""
    return _csv(_lossy(_work(_job(job_id)).results(failed=True)))


@routes.get("/<job_id>/unprocessedrecords", strict_slashes=False)
def unprocessed(version: str, job_id: str) -> Response:  # noqa: ARG001 - part of the address
    """The rows that were not tried, because the job failed or was aborted."""
    return _csv(_work(_job(job_id)).unprocessed())


def _lossy(text: str) -> str:
    """The results, with a planned fault without their last row."""
    return text if not struck("truncated_csv") else "".join(text.splitlines(keepends=True)[:-1])


def _csv(text: str) -> Response:
    return Response(text, content_type="text/csv;charset=UTF-8")


def _job(job_id: str) -> Job:
    return state().jobs.find(job_id, viewer(), "ingest")


def _work(job: Job) -> IngestWork:
    return cast("IngestWork", job.work)


def _object(name: str) -> ObjectDef:
    """An object that ingest writes. Raises ApiError 400."""
    definition = state().org.object_named(name, viewer())
    if not (definition.bulk and definition.updateable):
        raise ApiError(400, "INVALIDENTITY", f"Entity '{name}' is not supported by the Bulk API.")
    return definition


def _writer(definition: ObjectDef, body: Json) -> Writer:
    """Assignment rules run only where the job names one."""
    assign = bool(body.get("assignmentRuleId"))
    return Writer(org=state().org, user=viewer(), definition=definition, auto_assign=assign)


def _key(definition: ObjectDef, body: Json) -> FieldDef | None:
    if body.get("operation") != "upsert":
        return None
    return external_id(definition, str(body.get("externalIdFieldName") or ""))


def _opened(job: Job) -> Json:
    base = f"services/data/{job.version}/jobs/ingest/{job.id}/batches"
    return job.described() | ({"contentUrl": base} if job.state == "Open" else {})


def _described(job: Job) -> Json:
    work = _work(job)
    told = _opened(job) | {
        "jobType": "V2Ingest",
        "numberRecordsProcessed": len(work.done),
        "numberRecordsFailed": work.count(failed=True),
        "retries": 0,
        "totalProcessingTime": 1,
        "apiActiveProcessingTime": 1,
        "apexProcessingTime": 0,
    }
    return told | ({"errorMessage": job.error} if job.error else {})
