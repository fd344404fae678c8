"""What people said of an audit's score, as a paper: reps' answers of its day, notes of teams so far."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from audit.report.heard import NoteCount, heard
from audit.report.model import Report
from audit.report.paper import to_html, to_markdown
from webapp.services import Services
from webapp.store.evidence import KeptAudit
from webapp.store.remarks import TOPICS, Wanted
from webapp.viewmodels.remarks import TOPIC_WORDS


def heard_files(opened: Services, row: KeptAudit, report: Report) -> dict[str, bytes]:
    """The paper in its two forms, by the names of their files. Special categories are in it."""
    paper = heard(report, opened.triage.told(row.id), tuple(_notes(opened, row.connection_id)))
    return {"feedback.html": to_html(paper).encode(), "feedback.md": to_markdown(paper).encode()}


def _notes(opened: Services, connection_id: str) -> Iterator[NoteCount]:
    for topic in TOPICS:
        about = Wanted(special=True, reader="", topic=topic)
        written = opened.remarks.count(connection_id, about)
        if written:
            waiting = opened.remarks.count(connection_id, replace(about, state="open"))
            yield NoteCount(topic=TOPIC_WORDS[topic], written=written, open=waiting)
