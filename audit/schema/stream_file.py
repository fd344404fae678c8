"""``stream.toml`` in, a validated stream out (DESIGN 6.2; every key is in docs/reference/stream.md)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields

from audit.schema.attribute_section import parse_attributes
from audit.schema.decision_section import parse_decision
from audit.schema.nearest import nearest
from audit.schema.section import Section
from audit.schema.text_numbers import LANGUAGES
from audit.schema.values import REGULATIONS, Attribute, BadInput, Membership, Stream, Tolerance

_COLUMNS = (
    *("key", "score", "decision", "outcome", "created", "worked", "account"),
    *("contacted", "touches", "reassigned", "outcome_at", "scored_at"),
)
_STREAM_KEYS = (
    *("name", "key", "score", "higher_is_better", "threshold", "decision", "score_range", "outcome"),
    *("created", "maturity_days", "worked", "account", "features", "controls", "missing", "attribute"),
    *("decision_kind", "decision_levels", "favourable", "text", "text_language"),
    *("contacted", "touches", "reassigned", "outcome_at", "scored_at"),
)
_AUDIT_KEYS = tuple(field.name for field in fields(Tolerance))


def parse_stream(text: str, origin: str = "stream.toml", *, score_required: bool = True) -> Stream:
    """The stream that ``text`` (TOML) describes.

    Parameters
    ----------
    text
        The contents of the file.
    origin
        What to call the file in a message.
    score_required
        False where the score is made later (the demo trains one): a stream may then name neither
        a score nor a decision.

    Raises
    ------
    BadInput
        One sentence that names the section, the key and the mend.
    """
    document = _document(text, origin)
    section = _section(document, "stream", origin)
    section.only(_STREAM_KEYS)
    stream = _stream(section, _tolerance(_section(document, "audit", origin)))
    _check_decision(section, stream, score_required=score_required)
    _check_score(section, stream)
    _check_maturity(section, stream)
    _check_times(section, stream)
    _check_roles(section, stream)
    return stream


def _document(text: str, origin: str) -> Mapping[str, object]:
    try:
        document = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        msg = f"{origin}: {_syntax(str(error))}"
        raise BadInput(msg) from None
    except ValueError:  # Python reads no number of thousands of digits
        msg = f"{origin}: it holds a number with too many digits; write a shorter one"
        raise BadInput(msg) from None
    except RecursionError:
        msg = f"{origin}: the brackets are nested too deeply; a stream needs no more than two levels"
        raise BadInput(msg) from None
    _check_sections(document, origin)
    return document


def _syntax(problem: str) -> str:
    what, _, where = problem.partition(" (at ")
    line = re.match(r"line (\d+)", where)
    place = f"line {line[1]}" if line else "the end of the file"
    return f"{place} is not valid TOML ({what[:1].lower()}{what[1:]}); correct it there"


def _check_sections(document: Mapping[str, object], origin: str) -> None:
    for name in document:
        if name in {"stream", "audit"}:
            continue
        if name in {"attribute", "attributes"}:
            hint = "did you mean [[stream.attribute]]?"
        elif name in _STREAM_KEYS:
            hint = f"put {name} under [stream]"
        else:
            near = nearest(name, ("stream", "audit"))
            hint = f"did you mean [{near}]?" if near else "its sections are [stream] and [audit]"
        msg = f"{origin}: there is no section or key {name!r} at the top; {hint}"
        raise BadInput(msg)
    if "stream" not in document:
        msg = f"{origin}: there is no [stream] section; add one with name, score and threshold"
        raise BadInput(msg)


def _section(document: Mapping[str, object], name: str, origin: str) -> Section:
    values = document.get(name, {})
    if not isinstance(values, dict):
        msg = f"{origin}: {name} must be one section; write [{name}] on a line of its own"
        raise BadInput(msg)
    return Section(title=f"{origin}: [{name}]", values=values)


def _stream(section: Section, tolerance: Tolerance) -> Stream:
    name = section.text("name")
    if name is None:
        section.fail('has no name; add a line like name = "lead-score"')
    attributes = parse_attributes(section)
    return Stream(
        name=name,
        **{role: section.text(role) for role in _COLUMNS},
        higher_is_better=section.flag("higher_is_better", default=True),
        threshold=section.number("threshold"),
        score_range=_score_range(section),
        maturity_days=section.whole("maturity_days", least=0),
        features=section.texts("features"),
        controls=section.texts("controls") or (),
        missing=section.texts("missing", blank=True) or (),
        attributes=tuple(one for one in attributes if isinstance(one, Attribute)),
        memberships=tuple(one for one in attributes if isinstance(one, Membership)),
        audit=tolerance,
        **parse_decision(section),
        text=section.texts("text") or (),
        text_language=_language(section),
    )


def _score_range(section: Section) -> tuple[float, float] | None:
    bounds = section.numbers("score_range")
    if bounds is None:
        return None
    if len(bounds) != 2 or bounds[0] >= bounds[1]:
        section.fail("score_range must be the lowest and the highest score, like [0, 100]")
    return bounds[0], bounds[1]


def _tolerance(section: Section) -> Tolerance:
    section.only(_AUDIT_KEYS)
    default = Tolerance()
    return Tolerance(
        tolerance_difference=section.fraction("tolerance_difference", default.tolerance_difference),
        tolerance_ratio=section.fraction("tolerance_ratio", default.tolerance_ratio),
        confidence=section.fraction("confidence", default.confidence),
        minimum_group=section.whole("minimum_group", least=1) or default.minimum_group,
        intersections=section.whole("intersections", least=1) or default.intersections,
        regulation=_regulation(section),
        search_depth=section.whole("search_depth", least=1) or default.search_depth,
        queue=section.whole("queue", least=1),
    )


def _language(section: Section) -> str | None:
    language = section.text("text_language")
    if language is not None and language not in LANGUAGES:
        known = " or ".join(f'"{one}"' for one in LANGUAGES)
        section.fail(f"text_language is {language!r}; sentiment knows {known} only, so leave the line out")
    return language


def _regulation(section: Section) -> tuple[str, ...]:
    named = section.texts("regulation")
    for one in named or ():
        if one not in REGULATIONS:
            section.fail(
                f"regulation names {one!r}; it may name {' and '.join(REGULATIONS)}, or be empty: []"
            )
    return REGULATIONS if named is None else named


def _check_decision(section: Section, stream: Stream, *, score_required: bool) -> None:
    if stream.threshold is not None and stream.score is None:
        section.fail('has a threshold but no score; add score = "column" or take the threshold out')
    if score_required and stream.score is None and stream.decision is None:
        section.fail(
            'has no score and no decision; add score = "column" with a threshold, or decision = "column"'
        )


def _check_score(section: Section, stream: Stream) -> None:
    if stream.score_range is None:
        return
    low, high = stream.score_range
    if stream.score is None:
        section.fail('has a score_range but no score; add score = "column" or take score_range out')
    if stream.threshold is not None and not low <= stream.threshold <= high:
        section.fail(
            f"threshold {stream.threshold:g} lies outside score_range {low:g} to {high:g}; correct one"
        )


def _check_maturity(section: Section, stream: Stream) -> None:
    if stream.maturity_days is not None and stream.created is None:
        section.fail('has maturity_days but no created; add created = "column" or take maturity_days out')


def _check_times(section: Section, stream: Stream) -> None:
    for key, needs in (("outcome_at", "outcome"), ("scored_at", "score")):
        if getattr(stream, key) is not None and getattr(stream, needs) is None:
            section.fail(f'has {key} but no {needs}; add {needs} = "column" or take {key} out')


def _check_roles(section: Section, stream: Stream) -> None:
    """A column that plays two roles would make the audit compare something with itself."""
    taken = _single_roles(section, stream)
    shared = [(column, "a control") for column in stream.controls]
    shared += [(column, "a text") for column in stream.text]
    shared += [(attribute.column, "an attribute") for attribute in stream.attributes]
    shared += [(column, "a probability") for one in stream.memberships for _, column in one.probabilities]
    for column, role in shared:
        if column in taken:
            section.fail(f"names the column {column!r} as both {taken[column]} and {role}; choose one")
        if role in ("a control", "a text"):
            taken[column] = role


def _single_roles(section: Section, stream: Stream) -> dict[str, str]:
    """The column of each role that a stream has once."""
    taken: dict[str, str] = {}
    for role in _COLUMNS:
        column = getattr(stream, role)
        if column is None or (role == "decision" and column == stream.score):
            continue
        if column in taken:
            section.fail(f"names the column {column!r} as both {taken[column]} and {role}; choose one")
        taken[column] = role
    return taken
