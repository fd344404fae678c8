"""The columns that the stream names must exist in the table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from audit.schema import BadInput, Stream, nearest

_SHOWN = 12
_ROLES = (
    *("key", "score", "decision", "outcome", "created", "worked", "account"),
    *("contacted", "touches", "reassigned", "outcome_at", "scored_at"),
)


def check_columns(names: Sequence[str], stream: Stream) -> None:
    """BadInput for the first column that the stream names and the table has not."""
    for role, column in _wanted(stream):
        count = names.count(column)
        if count == 0:
            msg = f"there is no column {column!r} ({role} of the stream); {_suggestion(column, names)}"
            raise BadInput(msg)
        if count > 1:
            msg = f"there are {count} columns named {column!r} ({role} of the stream); give each its own name"
            raise BadInput(msg)


def taken_columns(stream: Stream) -> frozenset[str]:
    """Every column that can be no feature. A control can: it may give an attribute away."""
    return frozenset(column for role, column in _wanted(stream) if role not in {"features", "controls"})


def role_columns(stream: Stream) -> frozenset[str]:
    """Every column that is needed of each lead: all that the stream names but features alone."""
    return taken_columns(stream) | frozenset(stream.controls)


def _wanted(stream: Stream) -> Iterator[tuple[str, str]]:
    for role in _ROLES:
        column = getattr(stream, role)
        if column is not None:
            yield role, column
    for attribute in stream.attributes:
        yield f"attribute {attribute.name!r}", attribute.column
    yield from _probabilities(stream)
    for column in stream.controls:
        yield "controls", column
    for column in stream.features or ():
        yield "features", column


def _probabilities(stream: Stream) -> Iterator[tuple[str, str]]:
    for membership in stream.memberships:
        for group, column in membership.probabilities:
            yield f"probability of {membership.name!r} {group!r}", column


def _suggestion(column: str, names: Sequence[str]) -> str:
    near = nearest(column, names)
    if near:
        return f"did you mean {near!r}?"
    shown = ", ".join(" ".join(name.split())[:40] for name in names[:_SHOWN]) + (
        ", ..." if len(names) > _SHOWN else ""
    )
    return f"the columns are {shown}"
