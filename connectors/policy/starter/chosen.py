"""The two texts that a person's choices make: the stream first, then the policy that fills its columns.

A column is called like its field (`connectors.policy.starter.roles.column_of`), so that the stream alone
tells which fields were chosen.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from audit.schema import BadInput, Stream
from connectors.policy.apply import RESERVED_COLUMNS
from connectors.policy.coarsen import Coarsen
from connectors.policy.keep import Keep
from connectors.policy.map import Map
from connectors.policy.model import Operator, Rule
from connectors.policy.starter.policy_text import INTRODUCTION, offered_head, prose
from connectors.policy.starter.presets import BALANCED, Preset, under
from connectors.policy.starter.roles import Choosable, choices_of, column_of
from connectors.policy.starter.standard import Table
from connectors.policy.starter.success import NO, YES
from connectors.policy.write import rule_to_toml
from connectors.snapshots import SCORED_AT
from connectors.source import FieldInfo

SCORE, OUTCOME = "The score to audit.", "What came of the lead: 1 success, 0 none, empty for not yet known."
ENDED, WORKED = "The day of the outcome.", "Only whether anybody worked the lead."
NAMED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What was chosen: fields by their names in the CRM, "" for none.

    ``groups`` are the fields to compare by, ``features`` those in which a proxy may hide, ``controls``
    legitimate reasons. ``before`` asks for the score from before the outcome.
    """

    score: str
    outcome: str
    outcome_at: str = ""
    worked: str = ""
    groups: tuple[Choosable, ...] = ()
    features: tuple[str, ...] = ()
    controls: tuple[str, ...] = ()
    threshold: float | None = None
    higher_is_better: bool = True
    maturity_days: int = 90
    before: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What becomes of the chosen fields: the preset, and what each entry of the outcome's list means."""

    preset: Preset = BALANCED
    meanings: Mapping[str, str] = field(default_factory=dict)


def chosen_stream(chosen: Chosen) -> str:
    """The text of the stream."""
    return "\n".join(_stream(chosen)) + "\n"


def chosen_policy(table: Table, fields: Sequence[FieldInfo], stream: Stream, kept: Kept) -> str:
    """The text of the policy that fills the columns of a stream from ``fields``.

    Raises
    ------
    BadInput
        A column is called like no field that the CRM shows, or no entry of the outcome means success.
    """
    rules = tuple(_rules(table, fields, stream, kept))
    blocks = [offered_head(table, fields), prose(*INTRODUCTION)]
    blocks += [f"{prose(why)}\n{rule_to_toml(rule)}" for rule, why in rules]
    return "\n\n".join(blocks) + "\n"


def fields_behind(stream: Stream, fields: Sequence[FieldInfo]) -> Mapping[str, FieldInfo | None]:
    """Each column that a stream names, and the field it is called like; None where there is none."""
    known = {column_of(one.name): one for one in fields}
    return {name: known.get(name) for name in _columns(stream)}


def _columns(stream: Stream) -> tuple[str, ...]:
    single = (stream.score, stream.decision, stream.outcome, stream.worked, stream.created, stream.outcome_at)
    given = (*(one.column for one in stream.attributes), *stream.controls, *(stream.features or ()))
    estimated = (column for one in stream.memberships for _, column in one.probabilities)
    named = dict.fromkeys((*single, *stream.treatment, *given, *estimated))
    return tuple(name for name in named if name and name not in {*RESERVED_COLUMNS, SCORED_AT})


def _rules(
    table: Table, fields: Sequence[FieldInfo], stream: Stream, kept: Kept
) -> Iterator[tuple[Rule, str]]:
    behind = fields_behind(stream, fields)
    if lost := [column for column, found in behind.items() if found is None]:
        raise BadInput(lost_sentence(lost))
    others = {one.field.name: one for one in choices_of(table, fields).others}
    for column, found in behind.items():
        if found is not None:
            operator, why = _operator(column, found, stream, kept) or _other(others, found, kept)
            yield Rule(field=found.name, operator=operator, column=column), why


def lost_sentence(columns: Sequence[str]) -> str:
    """What to say where a chosen field is not there any more."""
    more = f" and {len(columns) - NAMED:,} more" if len(columns) > NAMED else ""
    return (
        f"The CRM shows no field called {', '.join(columns[:NAMED])}{more} (any more): choose other "
        "fields, or give the connected user access to them"
    )


def _operator(column: str, found: FieldInfo, stream: Stream, kept: Kept) -> tuple[Operator, str] | None:
    """What becomes of a field whose role alone decides it; None for a group and the like."""
    if column == stream.score:
        return Keep(), SCORE
    if column == stream.outcome:
        return _outcome(found, kept.meanings), OUTCOME
    if column == stream.outcome_at:
        return Coarsen(by="day"), ENDED
    if column == stream.worked:
        return (Coarsen(by="presence") if found.kind == "moment" else Keep()), WORKED
    return None


def _outcome(found: FieldInfo, meanings: Mapping[str, str]) -> Operator:
    if found.kind != "choice":
        return Keep()
    said = set(meanings.values())
    if YES not in said or NO not in said:
        lacking = "success" if YES not in said else "no success"
        msg = (
            f"No entry of {found.label} means {lacking}: say of one at least that it does, or the audit has "
            "nothing to compare the score with"
        )
        raise BadInput(msg)
    return Map(vocabulary=tuple(meanings.items()))


def _other(others: Mapping[str, Choosable], found: FieldInfo, kept: Kept) -> tuple[Operator, str]:
    one = others.get(found.name)
    if one is None or one.operator is None:
        msg = (
            f"{found.name} is not suggested to be read: choose another field, or add a rule for it on the "
            "policy page"
        )
        raise BadInput(msg)
    return under(kept.preset, one.operator), one.why


def _stream(chosen: Chosen) -> Iterator[str]:
    yield '[stream]\nname = "lead-score"\n'
    yield f"# The number to audit.\nscore = {_toml(column_of(chosen.score))}"
    yield f"higher_is_better = {_toml(chosen.higher_is_better)}"
    if chosen.threshold is not None:
        yield f"# A lead counts as selected from this score on.\nthreshold = {_toml(chosen.threshold)}"
    yield f"\n# What came of the lead: 1, 0, or not yet known.\noutcome = {_toml(column_of(chosen.outcome))}"
    yield from _times(chosen)
    yield "\n# When the lead was created, and how many days an outcome needs to ripen."
    yield f'created = "cohort_day"\nmaturity_days = {chosen.maturity_days}'
    yield "\n# Where a proxy for a group may hide, and legitimate reasons for a different score."
    yield f"features = {_toml([column_of(name) for name in chosen.features])}"
    yield f"controls = {_toml([column_of(name) for name in chosen.controls])}"
    yield from _groups(chosen.groups)


def _times(chosen: Chosen) -> Iterator[str]:
    if chosen.outcome_at:
        yield f"outcome_at = {_toml(column_of(chosen.outcome_at))}"
        if chosen.before:
            yield f'# Only the score from before the outcome counts.\nscored_at = "{SCORED_AT}"'
    if chosen.worked:
        yield f"\n# Whether anybody worked the lead.\nworked = {_toml(column_of(chosen.worked))}"


def _groups(groups: Sequence[Choosable]) -> Iterator[str]:
    taken = set[str]()
    for one in groups:
        column, label = column_of(one.field.name), one.field.label.strip()
        name = label if label and label not in taken else column
        taken.add(name)
        yield f"\n[[stream.attribute]]\nname = {_toml(name)}\ncolumn = {_toml(column)}"
        if one.special:
            yield "special_category = true   # its findings weigh more, and no flag on a lead depends on it"


def _toml(value: object) -> str:
    # A JSON text is a TOML one, but for the DEL character, which TOML wants escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
