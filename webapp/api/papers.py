"""Papers about an audit: in plain words, and packs for regulations."""

from __future__ import annotations

from audit.report.packs import PACKS, pack_json
from audit.report.plain import summary
from webapp.api.operation import Ask, File, Nothing, Operation
from webapp.api.problem import not_found
from webapp.api.reports import refuse_special, report_of
from webapp.api.shape import Answer, Id
from webapp.open_audits import open_audit


class PlainWords(Answer):
    """An audit in plain words: sentences, part by part."""

    audit: Id
    stream: str
    verdict: tuple[str, ...]
    found: tuple[str, ...]
    todo: tuple[str, ...]
    sure: tuple[str, ...]
    unseen: tuple[str, ...]


def _summary(ask: Ask[Nothing]) -> PlainWords:
    kept = ask.audit()
    made = summary(open_audit(ask.opened, kept, special=ask.grant.special).source.report)
    return PlainWords(
        audit=kept.id,
        stream=made.stream,
        verdict=made.verdict,
        found=made.found,
        todo=made.todo,
        sure=made.sure,
        unseen=made.unseen,
    )


def _pack(ask: Ask[Nothing]) -> File:
    refuse_special(ask)
    make = PACKS.get(str(ask.names["pack"]))
    if make is None:
        raise not_found()
    return File(text=pack_json(make(report_of(ask))))


OPERATIONS = (
    Operation(
        name="get_audit_summary",
        path="/audits/{audit_id}/summary",
        tag="Audits",
        summary="The audit in plain words",
        words="A token without read:special gets it without special categories.",
        does=_summary,
        answers=PlainWords,
        scope="read:audits",
    ),
    Operation(
        name="get_audit_pack",
        path="/audits/{audit_id}/packs/{pack}",
        tag="Audits",
        summary="The audit read against one rule",
        words=(
            "The form is fairlead.pack/1 (docs/how-to/reports.md). It is no legal advice. Where the audit "
            "speaks of special categories, it needs the scope read:special."
        ),
        does=_pack,
        answers="application/json",
        scope="read:audits",
    ),
)
