"""The page of score and groups: what each column of the stream is for, in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from audit.schema import Attribute, Stream, Tolerance, band_labels
from webapp.language import gettext, marked, shortest

FEATURE_WORDS = marked("A field in which a proxy for a group may hide.")
CONTROL_WORDS = marked(
    "A legitimate reason for a different score: groups are also compared at equal values of it."
)
TEXT_WORDS = marked("Reduced to numbers; the text itself is not kept.")
OUTCOME_WORDS = marked("What came of the lead: 1, 0, or empty for not yet known.")
WORKED_WORDS = marked("Whether anybody worked the lead. Without work there is no honest outcome.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """One column, its role, what that means, and what fills it ("" where nothing is known to).

    ``role`` is in English, as the glossary has it.
    """

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
    yield stream.score, marked("Score"), _score_words(stream)
    yield stream.decision, marked("Decision"), _decision_words(stream)
    yield from ((name, marked("Text"), gettext(TEXT_WORDS)) for name in stream.text)
    yield stream.outcome, marked("Outcome"), gettext(OUTCOME_WORDS)
    yield stream.worked, marked("Worked"), gettext(WORKED_WORDS)
    yield stream.created, marked("Created"), _created_words(stream.maturity_days)
    yield from _work(stream)
    yield from ((name, marked("Feature"), gettext(FEATURE_WORDS)) for name in stream.features or ())
    yield from ((name, marked("Control"), gettext(CONTROL_WORDS)) for name in stream.controls)


def _work(stream: Stream) -> Iterator[tuple[str | None, str, str]]:
    """What was done with the lead."""
    contacted = gettext("When somebody first got in touch; empty for not yet.")
    yield stream.contacted, marked("First contact"), contacted
    touches = gettext("How many calls, mails and meetings there were with the lead.")
    yield stream.touches, marked("Touches"), touches
    yield stream.reassigned, marked("Handed on"), gettext("Whether the lead changed its owner.")


def _decision_words(stream: Stream) -> str:
    if not stream.several:
        return gettext("Says who was selected, and goes before the threshold.")
    words = [gettext("One of several options; each is compared with the others.")]
    if stream.decision_levels:
        levels = ", ".join(stream.decision_levels)
        words = [gettext("One of several levels, the lowest first: %(levels)s.", levels=levels)]
    if stream.favourable:
        words.append(gettext("Counts as selected: %(levels)s.", levels=", ".join(stream.favourable)))
    return " ".join(words)


def _score_words(stream: Stream) -> str:
    higher = gettext("The number that is audited. A higher one is better.")
    lower = gettext("The number that is audited. A lower one is better.")
    words = [higher if stream.higher_is_better else lower]
    if stream.threshold is not None and stream.decision is None:
        words.append(_selected_words(stream.threshold, higher=stream.higher_is_better))
    if stream.score_range is not None:
        low, high = map(shortest, stream.score_range)
        words.append(
            gettext(
                "It lies between %(low)s and %(high)s; a lead with another score is rejected.",
                low=low,
                high=high,
            )
        )
    return " ".join(words)


def _selected_words(threshold: float, *, higher: bool) -> str:
    if higher:
        return gettext("A lead is selected at %(threshold)s and above.", threshold=shortest(threshold))
    return gettext("A lead is selected at %(threshold)s and below.", threshold=shortest(threshold))


def _created_words(days: int | None) -> str:
    if not days:
        return gettext("When the lead was created.")
    return gettext(
        "When the lead was created. In its first %(days)s days its outcome counts as not yet known.",
        days=days,
    )


def _group(attribute: Attribute, origin: str) -> Group:
    each = gettext("each value is a group")
    return Group(
        name=attribute.name,
        column=attribute.column,
        origin=origin,
        groups=", ".join(band_labels(attribute.bands)) if attribute.bands else each,
        reference=attribute.reference or gettext("the largest group"),
        special=gettext("yes: no flag depends on it") if attribute.special_category else gettext("no"),
    )


def _tolerances(audit: Tolerance) -> tuple[tuple[str, str], ...]:
    several = gettext("up to %(n)s attributes at a time", n=audit.intersections)
    points = gettext("up to %(n)s points are tolerated", n=shortest(audit.tolerance_difference * 100))
    ratio = gettext(
        "%(low)s to %(high)s is tolerated",
        low=shortest(audit.tolerance_ratio),
        high=shortest(1 / audit.tolerance_ratio, ".3g"),
    )
    smallest = gettext("with fewer than %(n)s leads a group gets no verdict", n=audit.minimum_group)
    alone = gettext("each attribute alone")
    return (
        (gettext("Difference of rates"), points),
        (gettext("Ratio of rates"), ratio),
        (gettext("Confidence"), f"{shortest(audit.confidence * 100)} %"),
        (gettext("Smallest group"), smallest),
        (gettext("Attributes together"), alone if audit.intersections == 1 else several),
    )


def _advice(stream: Stream) -> Iterator[str]:
    if stream.threshold is None and stream.decision is None:
        yield gettext(
            "There is no threshold, so nobody counts as selected and only the score itself is audited."
        )
    if stream.outcome is None:
        yield gettext("There is no outcome, so the audit cannot say whether the score was right.")
    if stream.features is None:
        yield gettext(
            "Nothing is named under features, so every column without another role is searched for proxies."
        )
