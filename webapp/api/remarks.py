"""Notes of other teams about scores and findings."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from webapp.api import cursors
from webapp.api.operation import Ask, Operation
from webapp.api.shape import Answer, Id, Moment, Page, Paged
from webapp.store.remarks import RemarkRow, Team, Topic, Wanted
from webapp.store.triage import State, Why


class NoteQuery(Paged):
    """Which notes."""

    state: State | None = Field(default=None, description="Of which this became.")
    team: Team | None = Field(default=None, description="Of this team.")
    topic: Topic | None = Field(default=None, description="About this.")
    finding: Id | None = Field(default=None, description="About this finding, in any audit.")


class Note(Answer):
    """What somebody of another team wrote, about kinds of leads; ``who`` is the name of an account."""

    id: Id
    made_at: Moment
    who: str
    team: Team
    topic: Topic
    finding: str = Field(description="The id of the finding it is about; empty where it is about none.")
    special_category: bool
    text: str = Field(description="Empty where it was deleted.")
    state: State = Field(description="What became of it.")
    why: Why | None = Field(description="Why it was declined.")
    by: str = Field(description="Who said what became of it; empty while it is open.")
    at: Moment | None


def _list(ask: Ask[NoteQuery]) -> Page[Note]:
    asked, place = ask.asked, cursors.read(ask)
    wanted = Wanted(
        special=ask.grant.special,
        reader="",
        state=asked.state or "",
        team=asked.team or "",
        topic=asked.topic or "",
        finding_id=asked.finding or "",
    )
    after = None if place is None else (datetime.fromisoformat(str(place[0])), str(place[1]))
    rows = ask.opened.remarks.behind(ask.connection().id, wanted, after, asked.limit + 1)
    part, following = cursors.page(ask, rows, lambda one: [one.made_at.isoformat(), one.id])
    return Page[Note](items=tuple(_shown(one) for one in part), next=following)


def _shown(one: RemarkRow) -> Note:
    return Note(
        id=one.id,
        made_at=one.made_at,
        who=one.who,
        team=one.team,
        topic=one.topic,
        finding=one.finding_id,
        special_category=one.special,
        text=one.text,
        state=one.state,
        why=one.reason or None,  # type: ignore[arg-type]  # one of the words, as it was stored
        by=one.by,
        at=one.at,
    )


OPERATIONS = (
    Operation(
        name="list_notes",
        path="/connections/{connection_id}/notes",
        tag="Answers",
        summary="Notes of other teams, newest first",
        words="Those about special categories need the scope read:special.",
        does=_list,
        asks=NoteQuery,
        answers=Page[Note],
        scope="read:answers",
    ),
)
