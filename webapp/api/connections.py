"""Connections and their state, and what each of their syncs read."""

from __future__ import annotations

from pydantic import Field

from webapp.api import cursors
from webapp.api.operation import Ask, Nothing, Operation
from webapp.api.shape import Answer, Id, Moment, Names, Page, Paged
from webapp.services import Services
from webapp.store.rows import ConnectionRow, ConnectionState, Crm, Pulled
from webapp.store.syncs import SyncRow
from webapp.viewmodels.dashboard import tile
from webapp.viewmodels.synced import sentences


class Counts(Answer):
    """What became of every record: read = kept + rejected + excluded."""

    read: int = Field(ge=0)
    kept: int = Field(ge=0)
    rejected: dict[str, int] = Field(description="How many, by reason.")
    excluded: dict[str, int] = Field(description="How many, by reason.")
    unmapped: dict[str, int] = Field(description="Values that no rule of the policy knew, by column.")


class Connection(Answer):
    """One org or portal, with its state in a code and in the words of the pages."""

    id: Id
    crm: Crm
    organisation: str = Field(description="The CRM's own id of the org or portal.")
    label: str
    state: ConnectionState
    status: str = Field(description="The state in words.")
    mend: str = Field(description="What to do about it; empty where there is nothing to do.")
    note: str = Field(description="A sentence about the state; often empty.")
    connected_at: Moment
    changed_at: Moment
    latest_audit: Id | None
    audited_at: Moment | None
    last_sync_at: Moment | None
    last_sync: Names = Field(description="What the newest sync read, in sentences.")


class Sync(Answer):
    """One finished sync."""

    made_at: Moment
    kind: str = Field(description="full, incremental or compared.")
    why: str
    sentences: Names
    run: Counts = Field(description="What this sync read.")
    whole: Counts = Field(description="What is held after it.")


def shown(opened: Services, row: ConnectionRow) -> Connection:
    """A connection as the dashboard tells it."""
    heads = opened.evidence.behind(row.id, None, 1)
    newest, ready = (heads[0] if heads else None), _ready(opened, row)
    last, told = opened.syncs.latest(row.id), tile(row, newest, ready=ready)
    return Connection(
        id=row.id,
        crm=row.crm,
        organisation=row.organisation,
        label=told.label,
        state=row.state,
        status=told.status.words,
        mend=told.status.mend,
        note=row.note,
        connected_at=row.connected_at,
        changed_at=row.changed_at,
        latest_audit=newest.id if newest else None,
        audited_at=newest.made_at if newest else None,
        last_sync_at=last.made_at if last else None,
        last_sync=sentences(last.synced) if last else (),
    )


def counts(pulled: Pulled) -> Counts:
    """An account as the API tells it."""
    return Counts.model_validate(pulled)


def _ready(opened: Services, row: ConnectionRow) -> bool:
    return opened.repository.policy(row.id) is not None and opened.repository.stream(row.id) is not None


def _list(ask: Ask[Paged]) -> Page[Connection]:
    rows = [row for row in ask.opened.repository.connections() if ask.grant.sees(row.id)]
    part, after = cursors.cut(ask, rows)
    return Page[Connection](items=tuple(shown(ask.opened, row) for row in part), next=after)


def _one(ask: Ask[Nothing]) -> Connection:
    return shown(ask.opened, ask.connection())


def _syncs(ask: Ask[Paged]) -> Page[Sync]:
    rows, place = ask.opened.syncs.all(ask.connection().id), cursors.read(ask)
    # Syncs are only ever added at the front: the place is counted from the other end.
    behind = rows if place is None else rows[max(0, len(rows) - int(place[0])) :]
    numbered = [(len(behind) - at, row) for at, row in enumerate(behind[: ask.asked.limit + 1])]
    part, after = cursors.page(ask, numbered, lambda one: [one[0] - 1])
    return Page[Sync](items=tuple(_sync(row) for _, row in part), next=after)


def _sync(row: SyncRow) -> Sync:
    done = row.synced
    return Sync(
        made_at=row.made_at,
        kind=done.kind,
        why=done.why,
        sentences=sentences(done),
        run=counts(done.run),
        whole=counts(done.whole),
    )


OPERATIONS = (
    Operation(
        name="list_connections",
        path="/connections",
        tag="Connections",
        summary="Every connection with its state",
        does=_list,
        asks=Paged,
        answers=Page[Connection],
        scope="read:audits",
    ),
    Operation(
        name="get_connection",
        path="/connections/{connection_id}",
        tag="Connections",
        summary="One connection",
        does=_one,
        answers=Connection,
        scope="read:audits",
    ),
    Operation(
        name="list_syncs",
        path="/connections/{connection_id}/syncs",
        tag="Connections",
        summary="What each finished sync read, newest first",
        does=_syncs,
        asks=Paged,
        answers=Page[Sync],
        scope="read:audits",
    ),
)
