"""Policy and stream in force and their versions, the documents made from them, the decision log."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Any, Literal, TypeVar, get_args

from pydantic import Field

from webapp.api import cursors
from webapp.api.operation import Ask, Nothing, Operation
from webapp.api.problem import not_found
from webapp.api.shape import Answer, Id, Moment, Page, Paged
from webapp.rights import flow as flows
from webapp.rights import record as records
from webapp.rights.paper import Line, Paper, Section
from webapp.store.notes import Note
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


class VersionText(Version):
    """One saved version with its text (TOML)."""

    text: str


class Document(Answer):
    """A document about the processing, made from the rules in force."""

    document_schema: str = Field(alias="schema", description="The form, such as fairlead.record/1.")
    title: str
    stamp: tuple[Line, ...]
    sections: tuple[Section, ...]


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


Kind = Literal["policy", "stream"]
V = TypeVar("V", bound=Version)


def _listed(kind: Kind, ask: Ask[Paged]) -> Page[Version]:
    saved, place = _saved(kind, ask, Version), cursors.read(ask)
    rows = [one for one in saved if place is None or one.version < int(place[0])]
    part, after = cursors.page(ask, rows[: ask.asked.limit + 1], lambda one: [one.version])
    return Page[Version](items=tuple(part), next=after)


def _shown(kind: Kind, ask: Ask[Nothing]) -> VersionText:
    wanted = ask.names.get("version")
    for one in _saved(kind, ask, VersionText):
        if wanted in {None, one.version}:
            return one
    raise not_found()


def _saved(kind: Kind, ask: Ask[Any], model: type[V]) -> list[V]:
    """Every version, newest first."""
    connection, stored = ask.connection(), ask.opened.repository
    rows = stored.policies(connection.id) if kind == "policy" else stored.streams(connection.id)
    notes = ask.opened.notes.of(connection.id, kind)
    facts = [asdict(row) | asdict(notes.get(row.version, Note())) for row in rows]
    return [
        model(**{name: one[name] for name in model.model_fields if name in one}, in_force=number == 0)
        for number, one in enumerate(facts)
    ]


def _record(ask: Ask[Nothing]) -> Document:
    return _document(records.record(ask.opened, ask.connection()))


def _flow(ask: Ask[Nothing]) -> Document:
    return _document(flows.flow(ask.opened, ask.connection()))


def _document(paper: Paper) -> Document:
    return Document.model_validate(paper)


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
        for what in get_args(Kind)
        for one in (
            Operation(
                name=f"get_{what}",
                path=f"{HERE}/{what}",
                tag="Rules",
                summary=f"The {what} in force",
                does=partial(_shown, what),
                answers=VersionText,
                scope="read:policy",
            ),
            Operation(
                name=f"list_{what}_versions",
                path=f"{HERE}/{what}/versions",
                tag="Rules",
                summary=f"Every saved version of the {what}, newest first",
                does=partial(_listed, what),
                asks=Paged,
                answers=Page[Version],
                scope="read:policy",
            ),
            Operation(
                name=f"get_{what}_version",
                path=f"{HERE}/{what}/versions/{{version}}",
                tag="Rules",
                summary=f"One version of the {what}",
                does=partial(_shown, what),
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
