"""The full report of an audit as a PDF: it takes long, so a job makes it once, and its audit keeps it."""

from __future__ import annotations

from audit.report.json_form import read_json
from audit.report.page import to_html
from audit.report.pdf import to_pdf
from audit.schema import BadInput
from webapp.language import gettext, marked
from webapp.pulling import Progress
from webapp.services import Services
from webapp.store.audit_papers import AuditPapers
from webapp.store.evidence import KeptAudit
from webapp.store.rows import ConnectionRow
from webapp.store.work_jobs import JobRow, Wanted

DRAWING, PRINTING, KEEPING = (
    marked("Drawing the charts"),
    marked("Laying out the pages"),
    marked("Keeping the file"),
)
GONE = marked("This audit is no longer kept, so there is nothing to make a PDF of.")
MADE = marked("The PDF of the full report is made. It is on the page of its audit.")


def papers(opened: Services) -> AuditPapers:
    """The PDFs that were made already."""
    return AuditPapers(database=opened.database, clock=opened.clock)


def ask(opened: Services, audit: KeptAudit, who: str) -> JobRow:
    """The job that makes the PDF of an audit; whoever asks twice gets the same one."""
    return opened.work.ask(Wanted(connection_id=audit.connection_id, kind="paper", who=who, wanted=audit.id))


def ask_again(opened: Services, connection: ConnectionRow, audit_id: str, who: str) -> JobRow:
    """The job that tries once more what came to nothing. Raises BadInput where the audit is gone."""
    audit = opened.evidence.one(audit_id)
    if audit is None or audit.connection_id != connection.id:
        raise BadInput(gettext(GONE))
    return ask(opened, audit, who)


def do(opened: Services, job: JobRow, progress: Progress) -> str:
    """Do a job, once in effect however often it is tried; what came of it, in a sentence.

    Raises
    ------
    BadInput
        The audit is gone, or PDFs cannot be made here.
    """
    kept = papers(opened)
    if not kept.is_made(job.wanted):
        stored = opened.repository.audit(job.wanted)
        if stored is None:
            raise BadInput(GONE)
        progress(DRAWING, 0, 3)
        page = to_html(read_json(stored.report))
        progress(PRINTING, 1, 3)
        made = to_pdf(page)
        progress(KEEPING, 2, 3)
        if not kept.keep(stored.id, made):
            raise BadInput(GONE)
    return MADE
