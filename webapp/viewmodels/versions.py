"""The history of a saved text: its versions, newest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from webapp.store.notes import Note
from webapp.store.rows import PolicyVersion, StreamVersion
from webapp.viewmodels.words import moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One line of the history; ``note`` is what was said when it was saved."""

    version: int
    saved_by: str
    saved_at: str
    digest: str
    in_force: bool
    note: Note


def history(
    versions: Iterable[PolicyVersion | StreamVersion], notes: Mapping[int, Note] | None = None
) -> tuple[Version, ...]:
    """Every saved version, newest first; the newest one is in force."""
    said = notes or {}
    return tuple(
        Version(
            version=v.version,
            saved_by=v.saved_by,
            saved_at=moment(v.saved_at),
            digest=v.digest[:12],
            in_force=place == 0,
            note=said.get(v.version, Note()),
        )
        for place, v in enumerate(versions)
    )
