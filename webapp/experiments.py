"""Remedies tried on the leads of a connection: what is asked for, the job that does it, what is kept.

What is kept is the report of the laboratory: figures of groups, sealed under the organisation's key. It goes
with that key, and no lead is in it.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from audit.intake import Intake, admit
from audit.report.digest import of_table
from audit.report.mitigation import MitigationReport, read_json, to_json
from audit.report.mitigation.summary import summary
from audit.report.model import VERSION
from audit.rows.mitigation import Request, laboratory
from audit.rows.mitigation.drawing import drawn, scaled
from audit.rows.mitigation.model import FAMILIES, Aim, Family
from audit.rows.mitigation.valuing import with_value
from audit.schema import BadInput, Stream
from webapp.jobs import ENDED, AtWork, leads_of, rules_in_force
from webapp.language import gettext, marked
from webapp.pulling import Progress
from webapp.secrets_box import SecretsBox, Unreadable
from webapp.services import Services
from webapp.store.experiments import ExperimentRow
from webapp.store.key_rows import KeyDestroyed
from webapp.store.rows import ConnectionRow
from webapp.store.work_jobs import JobRow, Wanted

SEALED = "experiments"
MOST_LEADS = 50_000
"""Of more leads so many are drawn by lot: enough for every remedy, in a minute or two."""
ON_THE_SCORE: tuple[Family, ...] = ("scores", "rules")
"""What can be done with a closed score."""
WITHOUT_CONSTRAINTS: tuple[Family, ...] = tuple(one for one in FAMILIES if one != "training")
"""A sixth of the time: a model under a constraint is trained ten times and more for each fold."""
READING, LAYING_OUT = marked("Reading the leads"), marked("Laying out the leads")
AT_WORK = marked(
    "Remedies are being tried for this connection already. Wait until that has ended, or cancel it."
)
GONE = marked("This experiment is no longer kept. Try the remedies again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody asks for, as `audit.rows.mitigation.Request` says, and the finding that it is about."""

    attribute: str | None = None
    aim: Aim = "demographic_parity"
    calls: int | None = None
    calls_per_day: int | None = None
    legal: bool = False
    value: str | None = None
    minutes: float | None = None
    families: tuple[Family, ...] = FAMILIES
    audit_id: str = ""
    finding_id: str = ""

    def request(self) -> Request:
        """What the laboratory is asked."""
        names = ("attribute", "aim", "calls", "calls_per_day", "legal", "value", "minutes", "families")
        return Request(**{name: getattr(self, name) for name in names})


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An experiment, opened. ``held`` is how many leads there were; fewer may have been drawn of them.

    ``special`` says that the attribute was marked as a special category then; ``text`` is the report's JSON.
    """

    id: str
    connection_id: str
    who: str
    made_at: datetime
    asked: Asked
    report: MitigationReport
    text: str
    held: int
    special: bool
    stream_version: int


def asked_of(row: ExperimentRow) -> Asked:
    """What was asked for."""
    values = dict(row.asked)
    return Asked(**{**values, "families": tuple(values["families"])})


def ask(opened: Services, connection: ConnectionRow, asked: Asked, who: str) -> JobRow:
    """The job that tries the remedies.

    Raises
    ------
    BadInput
        The connection has ended, has no policy or no stream, or remedies are being tried already.
    """
    if connection.state == "disconnected":
        raise BadInput(gettext(ENDED))
    rules_in_force(opened, connection)
    job_id = opened.experiments.ask(connection.id, asdict(asked), who)
    job = opened.work.get(job_id) if job_id else None
    if job is None:
        raise AtWork(gettext(AT_WORK))
    return job


def ask_again(opened: Services, connection: ConnectionRow, experiment_id: str, who: str) -> JobRow:
    """The job that tries once more what came to nothing.

    Raises
    ------
    BadInput
        The connection has ended, or something else was asked for since.
    """
    if connection.state == "disconnected":
        raise BadInput(gettext(ENDED))
    row = opened.experiments.one(experiment_id)
    if row is None or row.connection_id != connection.id:
        raise BadInput(gettext(GONE))
    return opened.work.ask(
        Wanted(connection_id=connection.id, kind="remedies", who=who, wanted=experiment_id)
    )


def do(opened: Services, connection: ConnectionRow, job: JobRow, progress: Progress) -> str:
    """Do a job, once in effect however often it is tried; what came of it, in a sentence.

    Raises
    ------
    BadInput
        The leads, the stream and what is asked for do not fit together, or the connection has ended.
    """
    row = opened.experiments.one(job.wanted)
    if row is None:
        raise BadInput(GONE)
    if row.content is None:
        text = _envelope(opened, connection, asked_of(row), progress)
        sealed = _box(opened, connection).seal(zlib.compress(text.encode(), 6), row.id)
        if not opened.experiments.keep(row.id, sealed):
            raise BadInput(ENDED)
        row = opened.experiments.one(job.wanted) or row
    found = open_one(opened, connection, row)
    return summary(found.report.experiment).verdict if found else ENDED


def open_one(opened: Services, connection: ConnectionRow, row: ExperimentRow) -> Found | None:
    """An experiment as it was kept; None where it is not made, its key is gone, or it is of another form."""
    if row.content is None or row.made_at is None:
        return None
    try:
        text = zlib.decompress(_box(opened, connection).open(row.content, row.id)).decode()
        told = json.loads(text)
        report = read_json(told["report"])
    except (KeyDestroyed, Unreadable, BadInput):
        return None
    return Found(
        **{name: getattr(row, name) for name in ("id", "connection_id", "who")},
        made_at=row.made_at,
        asked=asked_of(row),
        report=report,
        text=told["report"],
        held=told["held"],
        special=told["special"],
        stream_version=told["stream_version"],
    )


def all_of(opened: Services, connection: ConnectionRow) -> tuple[Found, ...]:
    """Every experiment of a connection, the newest first."""
    found = (open_one(opened, connection, row) for row in opened.experiments.made(connection.id))
    return tuple(one for one in found if one is not None)


def words_in(found: Found) -> Iterator[str]:
    """The attribute, its groups, and the fields that an experiment may speak of."""
    made = found.report.experiment
    yield from (name for name in (made.attribute, made.group, made.reference, found.asked.value) if name)
    for one in made.trials:
        yield from one.remedy.id.partition(":")[2].split("+")


def _envelope(opened: Services, connection: ConnectionRow, asked: Asked, progress: Progress) -> str:
    """The report with what only this installation knows of it."""
    progress(READING, 0, None)
    rules = rules_in_force(opened, connection)
    stream = with_value(rules.stream, asked.value)
    table = leads_of(opened, connection, stream)
    progress(LAYING_OUT, 0, None)
    intake = admit(table, stream)
    report = _tried(intake, stream, asked, progress, rules.stream_version.digest)
    told: Mapping[str, Any] = {
        "report": to_json(report),
        "held": intake.kept,
        "special": _is_special(stream, report.experiment.attribute),
        "stream_version": rules.stream_version.version,
    }
    return json.dumps(told)


def _tried(intake: Intake, stream: Stream, asked: Asked, progress: Progress, digest: str) -> MitigationReport:
    request = asked.request()
    table = drawn(intake.table, MOST_LEADS, request.seed)
    request = scaled(request, table.num_rows / intake.table.num_rows)
    made = laboratory(table, stream, request, progress)
    return MitigationReport(
        experiment=made,
        version=VERSION,
        rows=intake.rows,
        kept=intake.kept,
        rejected=intake.rejected,
        excluded=intake.excluded,
        stream_digest=digest,
        data_digest=of_table(intake.table),
    )


def _is_special(stream: Stream, attribute: str | None) -> bool:
    return any(one.special_category for one in stream.attributes if one.name == attribute)


def _box(opened: Services, connection: ConnectionRow) -> SecretsBox:
    """What seals the experiments of an organisation. Raises KeyDestroyed where its key is gone."""
    return SecretsBox(master=opened.keyring(connection).key_for(SEALED), purpose=SEALED)
