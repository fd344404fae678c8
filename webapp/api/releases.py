"""What was shared: the ledger, each release as it left, and making one."""

from __future__ import annotations

from pydantic import Field

from webapp.api import cursors
from webapp.api.operation import Ask, File, Nothing, Operation
from webapp.api.problem import not_found
from webapp.api.shape import Answer, Asked, Id, Moment, Page, Paged
from webapp.releasing import Asked as Wanted
from webapp.releasing import figures_of, hand_out, kept_files, owner_of
from webapp.store.releases import ReleasedRow


class Released(Answer):
    """One line of the ledger."""

    id: Id
    made_at: Moment
    made_by: str
    stream: str
    epsilon: float = Field(description="What it took from the budget for noise; 0 without noise.")
    digest: str = Field(description="SHA-256 of release.json.")
    drawn: bool = Field(description="Whether it is there; false where a crash came between budget and noise.")


class NewRelease(Asked):
    """What should be shared."""

    epsilon: float | None = Field(
        default=None, gt=0, le=20, description="With noise of this strength; null: small counts are hidden."
    )


class Made(Answer):
    """The release that was made, or that the same request got before."""

    release: Released
    again: bool = Field(description="Whether nothing new has left: it is the same release as before.")


def _list(ask: Ask[Paged]) -> Page[Released]:
    rows, place = ask.opened.releases.all(owner_of(ask.connection())), cursors.read(ask)
    names = [row.id for row in rows]
    start = names.index(str(place[0])) + 1 if place and place[0] in names else 0
    part, after = cursors.page(ask, rows[start : start + ask.asked.limit + 1], lambda row: [row.id])
    return Page[Released](items=tuple(_line(row) for row in part), next=after)


def _one(ask: Ask[Nothing]) -> File:
    row = ask.opened.releases.one(owner_of(ask.connection()), str(ask.names["release_id"]))
    if row is None:
        raise not_found()
    return File(text=kept_files(row).text)


def _make(ask: Ask[NewRelease]) -> Made:
    figures = figures_of(ask.opened, ask.connection())
    done = hand_out(ask.opened.releases, figures, Wanted(epsilon=ask.asked.epsilon), ask.grant.who)
    return Made(release=_line(done.row), again=done.again)


def _line(row: ReleasedRow) -> Released:
    same = ("id", "made_at", "made_by", "stream", "epsilon", "digest")
    return Released(**{name: getattr(row, name) for name in same}, drawn=bool(row.text))


HERE = "/connections/{connection_id}/releases"
OPERATIONS = (
    Operation(
        name="list_releases",
        path=HERE,
        tag="Releases",
        summary="What was shared, newest first",
        does=_list,
        asks=Paged,
        answers=Page[Released],
        scope="read:releases",
    ),
    Operation(
        name="get_release",
        path=f"{HERE}/{{release_id}}",
        tag="Releases",
        summary="One release as it left",
        words="The form is fairlead.release/1 (docs/reference/release.md).",
        does=_one,
        answers="application/json",
        scope="read:releases",
    ),
    Operation(
        name="make_release",
        method="POST",
        path=HERE,
        tag="Releases",
        summary="Make a release, as the page Share figures does",
        words="The same request gets the same release again. It is written down before it is answered.",
        does=_make,
        asks=NewRelease,
        answers=Made,
        scope="write:releases",
        others=(409,),
    ),
)
