"""The page of score and groups: what each column of the stream is for, in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from audit.schema import Attribute, Stream, Tolerance, band_labels

FEATURE_WORDS = "A field in which a proxy for a group may hide."
CONTROL_WORDS = "A legitimate reason for a different score: groups are also compared at equal values of it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """One column, its role, what that means, and what fills it ("" where nothing is known to)."""

    column: str
    role: str
    words: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One attribute whose groups are compared."""

    name: str
    column: str
    origin: str
    groups: str
    reference: str
    special: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamView:
    """A stream in words. ``advice`` says what is missing without being wrong."""

    name: str
    roles: tuple[Role, ...]
    attributes: tuple[Group, ...]
    tolerances: tuple[tuple[str, str], ...]
    advice: tuple[str, ...]


def stream_view(stream: Stream, origins: Mapping[str, str]) -> StreamView:
    """What a stream says; ``origins`` tells what fills each column."""
    roles = [(column, role, words) for column, role, words in _roles(stream) if column]
    return StreamView(
        name=stream.name,
        roles=tuple(
            Role(column=column, role=role, words=words, origin=origins.get(column, ""))
            for column, role, words in roles
        ),
        attributes=tuple(_group(one, origins.get(one.column, "")) for one in stream.attributes),
        tolerances=_tolerances(stream.audit),
        advice=tuple(_advice(stream)),
    )


def _roles(stream: Stream) -> Iterator[tuple[str | None, str, str]]:
    yield stream.score, "Score", _score_words(stream)
    yield stream.decision, "Decision", _decision_words(stream)
    yield from ((name, "Text", "Reduced to numbers; the text itself is not kept.") for name in stream.text)
    yield stream.outcome, "Outcome", "What came of the lead: 1, 0, or empty for not yet known."
    yield stream.worked, "Worked", "Whether anybody worked the lead. Without work there is no honest outcome."
    yield stream.created, "Created", _created_words(stream.maturity_days)
    yield from ((name, "Feature", FEATURE_WORDS) for name in stream.features or ())
    yield from ((name, "Control", CONTROL_WORDS) for name in stream.controls)


def _decision_words(stream: Stream) -> str:
    if not stream.several:
        return "Says who was selected, and goes before the threshold."
    named = ", ".join(stream.favourable)
    selected = f" Counts as selected: {named}." if named else ""
    if stream.decision_levels:
        return f"One of several levels, the lowest first: {', '.join(stream.decision_levels)}.{selected}"
    return f"One of several options; each is compared with the others.{selected}"


def _score_words(stream: Stream) -> str:
    better = "A higher" if stream.higher_is_better else "A lower"
    words = [f"The number that is audited. {better} one is better."]
    if stream.threshold is not None and stream.decision is None:
        side = "and above" if stream.higher_is_better else "and below"
        words.append(f"A lead is selected at {stream.threshold:g} {side}.")
    if stream.score_range is not None:
        low, high = stream.score_range
        words.append(f"It lies between {low:g} and {high:g}; a lead with another score is rejected.")
    return " ".join(words)


def _created_words(days: int | None) -> str:
    if not days:
        return "When the lead was created."
    return f"When the lead was created. In its first {days} days its outcome counts as not yet known."


def _group(attribute: Attribute, origin: str) -> Group:
    return Group(
        name=attribute.name,
        column=attribute.column,
        origin=origin,
        groups=", ".join(band_labels(attribute.bands)) if attribute.bands else "each value is a group",
        reference=attribute.reference or "the largest group",
        special="yes: no flag depends on it" if attribute.special_category else "no",
    )


def _tolerances(audit: Tolerance) -> tuple[tuple[str, str], ...]:
    several = f"up to {audit.intersections} attributes at a time"
    return (
        ("Difference of rates", f"up to {audit.tolerance_difference * 100:g} points are tolerated"),
        ("Ratio of rates", f"{audit.tolerance_ratio:g} to {1 / audit.tolerance_ratio:.3g} is tolerated"),
        ("Confidence", f"{audit.confidence * 100:g} %"),
        ("Smallest group", f"with fewer than {audit.minimum_group} leads a group gets no verdict"),
        (
            "Attributes together",
            "each attribute alone" if audit.intersections == 1 else several,
        ),
    )


def _advice(stream: Stream) -> Iterator[str]:
    if stream.threshold is None and stream.decision is None:
        yield "There is no threshold, so nobody counts as selected and only the score itself is audited."
    if stream.outcome is None:
        yield "There is no outcome, so the audit cannot say whether the score was right."
    if stream.features is None:
        yield "Nothing is named under features, so every column without another role is searched for proxies."
