"""Watched gaps as pages and API list them: those that go on, alarms first, and which stand together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from audit.watch import COUNT, surely
from webapp.gap_watch.seen import hidden_names
from webapp.services import Services
from webapp.store.rows import ConnectionRow
from webapp.store.watched_gaps import GapRow, SequenceRow

State = Literal["outside", "mended", "within", "unknown"]
STATES: tuple[State, ...] = ("outside", "mended", "unknown", "within")
"""In the order of the list: what needs somebody first."""
ERROR = 0.05
"""Of the alarms that stand together this part is false on average at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One gap that is watched. ``stands`` says whether its alarm holds with all gaps of all connections."""

    connection: ConnectionRow
    sequence: SequenceRow
    gap: GapRow
    state: State
    stands: bool
    special: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The gaps that somebody may see; ``whole`` counts all that are watched, as the control is over all."""

    gaps: tuple[Listed, ...]
    whole: int
    withheld: int


def listing(opened: Services, connections: Iterable[ConnectionRow], *, special: bool) -> Listing:
    """The gaps of some connections. Whether an alarm stands is judged over those of all connections."""
    wanted = {row.id for row in connections}
    every = [one for row in opened.repository.connections() for one in _of(opened, row)]
    stands = surely([one.gap.evidence for one in every], ERROR)
    found = [
        Listed(
            **{name: getattr(one, name) for name in ("connection", "sequence", "gap", "state", "special")},
            stands=sure,
        )
        for one, sure in zip(every, stands, strict=True)
        if one.connection.id in wanted
    ]
    shown = [one for one in found if special or not one.special]
    return Listing(gaps=tuple(sorted(shown, key=_place)), whole=len(every), withheld=len(found) - len(shown))


def state_of(gap: GapRow) -> State:
    """What is known of a gap after its last day."""
    told = gap.told
    if gap.verdict == "fail":
        inside = -told["tolerance"] <= told["low"] and told["high"] <= told["tolerance"]
        return "mended" if inside and told["changed"] else "outside"
    return "within" if gap.verdict == "pass" else "unknown"


def earlier(opened: Services, connection: ConnectionRow, *, special: bool) -> Sequence[Listed]:
    """The gaps of sequences that ended, the newest first."""
    return sorted(
        (one for one in _of(opened, connection, ended=True) if special or not one.special),
        key=lambda one: one.sequence.ended_at or one.sequence.begun_at,
        reverse=True,
    )


def _of(opened: Services, connection: ConnectionRow, *, ended: bool = False) -> list[Listed]:
    store = opened.watched_gaps
    sequences = {
        one.id: one
        for one in store.sequences(connection.id)
        if one.metric != COUNT and (one.ended_at is not None) == ended
    }
    hidden = hidden_names(opened, connection.id) if sequences else frozenset()
    return [
        Listed(
            connection=connection,
            sequence=sequences[gap.sequence_id],
            gap=gap,
            state=state_of(gap),
            stands=False,
            special=sequences[gap.sequence_id].special or sequences[gap.sequence_id].attribute in hidden,
        )
        for gap in store.gaps(list(sequences))
    ]


def _place(one: Listed) -> tuple[object, ...]:
    """Alarms first, the strongest evidence first; then the rest by name."""
    return (
        STATES.index(one.state),
        -one.gap.evidence,
        one.sequence.metric,
        one.sequence.attribute,
        one.gap.name,
        one.gap.id,
    )


def begun_on(one: Listed) -> date:
    """The first day of creation that counts."""
    return date.fromisoformat(one.gap.told["first"])
