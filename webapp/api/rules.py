"""Policy and stream in force and their versions, the documents made from them, the decision log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from webapp.api import cursors
from webapp.api.operation import Ask, Nothing, Operation
from webapp.api.problem import not_found
from webapp.api.shape import Answer, Id, Moment, Names, Page, Paged
from webapp.rights import flow as flows
from webapp.rights import record as records
from webapp.rights.paper import Paper
from webapp.store.notes import Note
from webapp.store.rows import PolicyVersion, StreamVersion
from webapp.viewmodels.decision_log import log_facts


class Version(Answer):
    """One saved version, without its text."""

    version: int = Field(ge=1)
    in_force: bool
    saved_by: str
    saved_at: Moment
    digest: str = Field(description="SHA-256 of the text.")
    reason: str = Field(description="What was said when it was saved; often empty.")
    level: str = Field(description="The measured risk when it was saved; often empty.")
    approved_by: str = Field(description="Who approved it, where two had to; else empty.")


class VersionText(Answer):
    """One saved version with its text (TOML)."""

    version: int = Field(ge=1)
    in_force: bool
    saved_by: str
    saved_at: Moment
    digest: str = Field(description="SHA-256 of the text.")
    reason: str
    level: str
    approved_by: str
    text: str


class PaperLine(Answer):
    """One fact of a document."""

    term: str
    text: str
    blank: bool = Field(description="Whether a person must still fill it in.")


class PaperTable(Answer):
    """A table of a document."""

    caption: str
    head: Names
    rows: tuple[Names, ...]


class PaperSection(Answer):
    """One section of a document."""

    heading: str
    lines: tuple[PaperLine, ...]
    table: PaperTable | None


class Document(Answer):
    """A document about the processing, made from the rules in force."""

    document_schema: str = Field(alias="schema", description="The form, such as fairlead.record/1.")
    title: str
    stamp: tuple[PaperLine, ...]
    sections: tuple[PaperSection, ...]


class DecisionLog(Answer):
    """What is known of the decision log of a connection."""

    connection: Id
    state: Literal["sound", "broken", "unknown"] = Field(description="What the last verification found.")
    fault: str = Field(description="Where it was found broken; else empty.")
    verified_at: Moment | None
    written_at: Moment | None
    keep_days: int
    entries: int
    readable: int
    erased: int
    dropped: int
    records: int = Field(description="The length of the chain as it was written last.")
    digest: str = Field(description="The end of the chain as it was written last.")
    public_key: str


Saved = PolicyVersion | StreamVersion


def _policies(ask: Ask[Paged]) -> Page[Version]:
    connection = ask.connection()
    return _versions(ask, ask.opened.repository.policies(connection.id))


def _streams(ask: Ask[Paged]) -> Page[Version]:
    return _versions(ask, ask.opened.repository.streams(ask.connection().id))


def _policy(ask: Ask[Nothing]) -> VersionText:
    connection = ask.connection()
    return _text(ask, ask.opened.repository.policies(connection.id))


def _stream(ask: Ask[Nothing]) -> VersionText:
    return _text(ask, ask.opened.repository.streams(ask.connection().id))


def _versions(ask: Ask[Paged], saved: Sequence[Saved]) -> Page[Version]:
    place, newest = cursors.read(ask), saved[0].version if saved else 0
    rows = [one for one in saved if place is None or one.version < int(place[0])]
    part, after = cursors.page(ask, rows[: ask.asked.limit + 1], lambda one: [one.version])
    items = tuple(Version.model_validate(_told(ask, one, newest)) for one in part)
    return Page[Version](items=items, next=after)


def _text(ask: Ask[Nothing], saved: Sequence[Saved]) -> VersionText:
    wanted, newest = ask.names.get("version"), saved[0].version if saved else 0
    found = next((one for one in saved if wanted in {None, one.version}), None)
    if found is None:
        raise not_found()
    return VersionText.model_validate({**_told(ask, found, newest), "text": found.text})


def _told(ask: Ask[Paged] | Ask[Nothing], one: Saved, newest: int) -> dict[str, object]:
    kind = "policy" if isinstance(one, PolicyVersion) else "stream"
    note = ask.opened.notes.of(one.connection_id, kind).get(one.version, Note())
    names = ("version", "saved_by", "saved_at", "digest")
    return {
        **{name: getattr(one, name) for name in names},
        **{name: getattr(note, name) for name in ("reason", "level", "approved_by")},
        "in_force": one.version == newest,
    }


def _record(ask: Ask[Nothing]) -> Document:
    return _document(records.record(ask.opened, ask.connection()))


def _flow(ask: Ask[Nothing]) -> Document:
    return _document(flows.flow(ask.opened, ask.connection()))


def _document(paper: Paper) -> Document:
    return Document.model_validate({name: getattr(paper, name) for name in Paper.__slots__})


def _log(ask: Ask[Nothing]) -> DecisionLog:
    row = ask.opened.decision_logs.get(ask.connection().id)
    facts = log_facts(row)
    same = [name for name in DecisionLog.model_fields if name not in {"connection", "state"}]
    values = {name: getattr(row, name) for name in same}
    return DecisionLog(connection=row.connection_id, state=facts.state if facts else "unknown", **values)


HERE = "/connections/{connection_id}"
OPERATIONS = (
    *(
        one
        for what, listed, shown in (("policy", _policies, _policy), ("stream", _streams, _stream))
        for one in (
            Operation(
                name=f"get_{what}",
                path=f"{HERE}/{what}",
                tag="Rules",
                summary=f"The {what} in force",
                does=shown,
                answers=VersionText,
                scope="read:policy",
            ),
            Operation(
                name=f"list_{what}_versions",
                path=f"{HERE}/{what}/versions",
                tag="Rules",
                summary=f"Every saved version of the {what}, newest first",
                does=listed,
                asks=Paged,
                answers=Page[Version],
                scope="read:policy",
            ),
            Operation(
                name=f"get_{what}_version",
                path=f"{HERE}/{what}/versions/{{version}}",
                tag="Rules",
                summary=f"One version of the {what}",
                does=shown,
                answers=VersionText,
                scope="read:policy",
            ),
        )
    ),
    Operation(
        name="get_processing_record",
        path=f"{HERE}/record",
        tag="Rules",
        summary="The record of processing (Article 30 of the GDPR)",
        does=_record,
        answers=Document,
        scope="read:policy",
        kept=False,
        others=(409,),
    ),
    Operation(
        name="get_data_flow",
        path=f"{HERE}/flow",
        tag="Rules",
        summary="The data flow",
        does=_flow,
        answers=Document,
        scope="read:policy",
        kept=False,
        others=(409,),
    ),
    Operation(
        name="get_decision_log",
        path=f"{HERE}/decision-log",
        tag="Rules",
        summary="The decision log: how long it is, and what its last verification found",
        does=_log,
        answers=DecisionLog,
        scope="read:policy",
    ),
)
