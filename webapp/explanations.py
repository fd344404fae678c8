"""What drives a connection's score: what is asked for, the job that finds out, and what is kept.

What is kept is the report of `audit.rows.explaining`: figures of groups, sealed under the organisation's key.
It goes with that key, and no lead is in it.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

import pyarrow as pa

from audit.intake import Intake, admit
from audit.report.digest import of_table
from audit.report.explanation import ExplanationReport
from audit.report.explanation.json_form import to_json
from audit.report.explanation.reading import read_json
from audit.report.explanation.summary import summary
from audit.report.model import VERSION
from audit.rows.explaining.model import Request
from audit.rows.explaining.overall import explanations
from audit.rows.proxy import PREFIX
from audit.schema import BadInput, Stream
from webapp.auditing import Rules
from webapp.jobs import ENDED, AtWork, leads_of, rules_in_force
from webapp.language import gettext, marked
from webapp.pulling import Progress
from webapp.secrets_box import SecretsBox, Unreadable
from webapp.services import Services
from webapp.store.explanations import ExplanationRow
from webapp.store.key_rows import KeyDestroyed
from webapp.store.rows import ConnectionRow
from webapp.store.work_jobs import JobRow, Wanted

SEALED = "explanations"
READING = marked("Reading the leads")
STEPS: Mapping[str, str] = MappingProxyType(
    {
        "Learning the score": marked("Learning the score"),
        "Asking the model": marked("Asking the model"),
        "What drives the score": marked("What drives the score"),
        "What drives the gaps": marked("What drives the gaps"),
        "Ways over the threshold": marked("Ways over the threshold"),
    }
)
"""What `audit.rows.explaining` says of how far it is, in its order; what is not here is part of the last."""
AT_WORK = marked("The score of this connection is being explained already. Wait until that has ended.")
GONE = marked("This explanation is no longer asked for. Explain the score again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An explanation, opened. ``text`` is the report's JSON, ``stream_version`` what it was made under."""

    id: str
    connection_id: str
    who: str
    made_at: datetime
    fixed: tuple[str, ...]
    report: ExplanationReport
    text: str
    stream_version: int


def ask(opened: Services, connection: ConnectionRow, fixed: tuple[str, ...], who: str) -> JobRow:
    """The job that explains the score; ``fixed`` are the fields that nobody can change.

    Raises
    ------
    BadInput
        The connection has ended, has no policy or no stream, or its score is being explained already.
    """
    if connection.state == "disconnected":
        raise BadInput(gettext(ENDED))
    rules_in_force(opened, connection)
    job_id = opened.explanations.ask(connection.id, fixed, who)
    job = opened.work.get(job_id) if job_id else None
    if job is None:
        raise AtWork(gettext(AT_WORK))
    return job


def ask_again(opened: Services, connection: ConnectionRow, explanation_id: str, who: str) -> JobRow:
    """The job that tries once more what came to nothing.

    Raises
    ------
    BadInput
        The connection has ended, or another one was asked for since.
    """
    if connection.state == "disconnected":
        raise BadInput(gettext(ENDED))
    row = opened.explanations.one(explanation_id)
    if row is None or row.connection_id != connection.id:
        raise BadInput(gettext(GONE))
    return opened.work.ask(
        Wanted(connection_id=connection.id, kind="explain", who=who, wanted=explanation_id)
    )


def do(opened: Services, connection: ConnectionRow, job: JobRow, progress: Progress) -> str:
    """Do a job, once in effect however often it is tried; what came of it, in a sentence.

    Raises
    ------
    BadInput
        The leads and the stream do not fit together, or the connection has ended.
    """
    row = opened.explanations.one(job.wanted)
    if row is None:
        raise BadInput(GONE)
    if row.content is None:
        text = _envelope(opened, connection, row.fixed, progress)
        sealed = _box(opened, connection).seal(zlib.compress(text.encode(), 6), row.id)
        if not opened.explanations.keep(row.id, sealed):
            raise BadInput(ENDED)
        row = opened.explanations.one(job.wanted) or row
    found = open_one(opened, connection, row)
    return summary(found.report.explained).verdict if found else ENDED


def newest(opened: Services, connection: ConnectionRow) -> Found | None:
    """The explanation that is kept; None before the first, and where it can no longer be opened."""
    row = opened.explanations.newest(connection.id)
    return None if row is None else open_one(opened, connection, row)


def open_one(opened: Services, connection: ConnectionRow, row: ExplanationRow) -> Found | None:
    """An explanation as it was kept; None where it is not made, its key is gone, or it is of another form."""
    if row.content is None or row.made_at is None:
        return None
    try:
        text = zlib.decompress(_box(opened, connection).open(row.content, row.id)).decode()
        told = json.loads(text)
        report = read_json(told["report"])
    except (KeyDestroyed, Unreadable, BadInput):
        return None
    return Found(
        id=row.id,
        connection_id=row.connection_id,
        who=row.who,
        made_at=row.made_at,
        fixed=row.fixed,
        report=report,
        text=told["report"],
        stream_version=told["stream_version"],
    )


def admitted(opened: Services, connection: ConnectionRow, rules: Rules) -> Intake:
    """The leads that are held, as an explanation sees them."""
    return admit(leads_of(opened, connection, rules.stream), rules.stream)


def there(table: pa.Table, fixed: tuple[str, ...]) -> tuple[str, ...]:
    """Of the fields that nobody can change those that are still held."""
    return tuple(one for one in fixed if f"{PREFIX}{one}" in table.column_names)


def _envelope(opened: Services, connection: ConnectionRow, fixed: tuple[str, ...], progress: Progress) -> str:
    """The report with what only this installation knows of it."""
    progress(READING, 0, len(STEPS) + 1)
    rules = rules_in_force(opened, connection)
    intake = admitted(opened, connection, rules)
    report = _explained(intake, rules.stream, (fixed, rules.stream_version.digest), progress)
    return json.dumps({"report": to_json(report), "stream_version": rules.stream_version.version})


def _explained(
    intake: Intake, stream: Stream, asked: tuple[tuple[str, ...], str], progress: Progress
) -> ExplanationReport:
    fixed, digest = asked
    request = Request(fixed=there(intake.table, fixed))
    return ExplanationReport(
        explained=explanations(intake.table, stream, request, begin=_telling(progress)),
        version=VERSION,
        rows=intake.rows,
        kept=intake.kept,
        rejected=intake.rejected,
        excluded=intake.excluded,
        stream_digest=digest,
        data_digest=of_table(intake.table),
    )


def _telling(progress: Progress) -> Callable[[str], None]:
    """Hands each step on with how many there are; between two of them the job can be stopped."""
    order = [*STEPS]

    def begin(step: str) -> None:
        place = order.index(step) if step in STEPS else len(order) - 1
        progress(STEPS.get(step, order[-1]), place + 1, len(order) + 1)

    return begin


def _box(opened: Services, connection: ConnectionRow) -> SecretsBox:
    """What seals the explanations of an organisation. Raises KeyDestroyed where its key is gone."""
    return SecretsBox(master=opened.keyring(connection).key_for(SEALED), purpose=SEALED)
