"""What each field of a CRM could be in an audit: the score, the outcome, its date, a group, and why.

Made from names, types and what the admin says of the fields, as `connectors.policy.starter.suggest` is; no
lead is read for it. A person chooses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from connectors.policy.apply import RESERVED_COLUMNS
from connectors.policy.band import Band
from connectors.policy.drop import Drop
from connectors.policy.foreign import AGE, BIRTH
from connectors.policy.identifying import identified_as
from connectors.policy.keep import Keep
from connectors.policy.model import Operator, opt_out_field
from connectors.policy.spelling import words_of
from connectors.policy.starter.classified import Advice, advice_on
from connectors.policy.starter.policy_text import objections, scores
from connectors.policy.starter.protected import ADDRESSES, protected
from connectors.policy.starter.sensitive import special_of
from connectors.policy.starter.standard import OURS, Standard, Table
from connectors.policy.starter.stream_text import ATTRIBUTES, CONTROLS, FEATURES, SPECIAL
from connectors.policy.starter.suggest import advised
from connectors.source import FieldInfo

Role = Literal["", "group", "feature", "control"]
PREDICTED = "Your CRM's own scoring fills it."
NAMED = "Its name or label says that it is a score."
ANY_NUMBER = "A number. Choose it if it is what your team ranks leads by."
ANY_LIST = "A list. You say next which of its entries mean success."
ANY_BOX = "A checkbox: yes counts as success, no as no success."
CONVERTED = (
    "Yes where the lead was converted. Leads that are still open count as no success once they are "
    "old enough."
)
ANY_DATE = "A date."
# The CRM writes these by itself; they tell of the record, not of the lead.
_OF_THE_RECORD = frozenset(
    {"LastModifiedDate", "SystemModstamp", "LastViewedDate", "IsDeleted", "lastmodifieddate"}
)
_GROUP = re.compile(r"(?!country)(.* )?(region|bundesland|r[eé]gion|regi[oó]n|area)")
_OUTCOME = re.compile(r"(.* )?(won|converted|is customer|customer|success|sale|deal won|gewonnen|kunde)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choosable:
    """A field that may be chosen, why, and whether it is suggested (``role`` says as what)."""

    field: FieldInfo
    why: str
    suggested: bool = False
    role: Role = ""
    operator: Operator | None = None
    special: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NotChoosable:
    """A field that is not offered, and why; ``special`` says that it likely holds a special category."""

    field: FieldInfo
    why: str
    special: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What can be chosen, the most likely first. ``ended`` date the outcome, ``worked`` tell of work."""

    scores: tuple[Choosable, ...]
    outcomes: tuple[Choosable, ...]
    ended: tuple[Choosable, ...]
    worked: tuple[Choosable, ...]
    others: tuple[Choosable, ...]
    refused: tuple[NotChoosable, ...]


def choices_of(table: Table, fields: Sequence[FieldInfo]) -> Choices:
    """What can be chosen of ``fields`` in a CRM."""
    offered = [one for one in fields if not _is_known(table, fields, one)]
    open_ones = [one for one in offered if _is_open(one)]
    return Choices(
        scores=_ordered(_scores(table, open_ones)),
        outcomes=_ordered(_outcomes(table, open_ones)),
        ended=_ordered(_dated(table, open_ones, "outcome_at")),
        worked=_ordered(_dated(table, open_ones, "worked")),
        others=_once(_ordered(_others(table, open_ones))),
        refused=tuple(sorted(_refused(table, offered), key=lambda one: (not one.special, one.field.name))),
    )


def column_of(name: str) -> str:
    """The column that a chosen field fills."""
    plain = name.lower()
    return f"{plain}_field" if plain in {*RESERVED_COLUMNS, "scored_at"} else plain


def _ordered(found: Iterator[Choosable]) -> tuple[Choosable, ...]:
    """Those that are suggested first, else in their order."""
    return tuple(sorted(found, key=lambda one: not one.suggested))


def _once(found: tuple[Choosable, ...]) -> tuple[Choosable, ...]:
    """A form of address tells the gender: it is suggested only where nothing else tells it."""
    told = any(one.special and one.suggested and one.operator != ADDRESSES for one in found)
    return tuple(
        replace(one, suggested=False, role="") if told and one.operator == ADDRESSES else one for one in found
    )


def _is_open(field: FieldInfo) -> bool:
    ours = field.name.casefold().startswith(OURS)
    return not (ours or field.name in _OF_THE_RECORD or identified_as(field.name) or special_of(field))


def _is_known(table: Table, fields: Sequence[FieldInfo], one: FieldInfo) -> bool:
    """Whether a field has its place already: it dates the lead, or says that a person objects."""
    return one.name in {table.created, *map(opt_out_field, objections(table, fields)), *table.opt_outs}


def _scores(table: Table, fields: Sequence[FieldInfo]) -> Iterator[Choosable]:
    likely = scores(table, fields)
    by_name = {field.name: field for field in fields}
    for name in likely:
        field = by_name[name]
        yield Choosable(field=field, why=PREDICTED if field.predicted else NAMED, suggested=True)
    for field in fields:
        if field.kind == "number" and table.is_number(field) and field.name not in likely:
            yield Choosable(field=field, why=ANY_NUMBER)


def _outcomes(table: Table, fields: Sequence[FieldInfo]) -> Iterator[Choosable]:
    known = _standards(table, "outcome", "won")
    for field in fields:
        if field.kind not in {"choice", "yes_no"}:
            continue
        if field.name in known:
            why = known[field.name].why if field.kind == "yes_no" else ANY_LIST
            yield Choosable(field=field, why=why, suggested=True)
        else:
            named = _OUTCOME.fullmatch(_words(field)) is not None
            why = CONVERTED if field.name == "IsConverted" else ANY_BOX
            yield Choosable(
                field=field,
                why=ANY_LIST if field.kind == "choice" else why,
                suggested=named and field.kind == "yes_no" and "." not in field.name,
            )


def _dated(table: Table, fields: Sequence[FieldInfo], column: str) -> Iterator[Choosable]:
    known = _standards(table, column)
    for field in fields:
        if field.kind == "moment" and not BIRTH.search(_words(field)):
            standard = known.get(field.name)
            why = standard.why if standard else ANY_DATE
            yield Choosable(field=field, why=why, suggested=standard is not None)


def _others(table: Table, fields: Sequence[FieldInfo]) -> Iterator[Choosable]:
    """What can be a group, a place for proxies or a legitimate reason."""
    known = _standards(table, *ATTRIBUTES, *FEATURES, *CONTROLS)
    outcomes = _standards(table, "outcome", "won")
    for field in fields:
        if "." in field.name or field.name in outcomes or field.name == "IsConverted":
            continue
        standard, advice = known.get(field.name), advised(field)
        fits = standard is not None and standard.offered({field.name: field.type})
        operator = standard.rule.operator if fits and standard else advice.operator
        if isinstance(operator, Drop) or not _may_be_group(field, operator):
            continue
        told = advice_on(standard.rule, field) if fits and standard else Advice()
        role = _role_of(standard.rule.column) if fits and standard else _named_role(field)
        yield Choosable(
            field=field,
            why=" ".join([standard.why, *told.sentences]) if fits and standard else advice.reason,
            suggested=bool(role) and not told.leave_out,
            role=role,
            operator=operator,
            special=_is_special(field, standard),
        )


def _may_be_group(field: FieldInfo, operator: Operator) -> bool:
    """A date groups nobody unless it is one of birth; a number that is kept as it is is a score."""
    dated = field.kind == "moment" and not isinstance(operator, Band)
    return not dated and not (field.kind == "number" and isinstance(operator, Keep))


def _role_of(column: str) -> Role:
    if column in ATTRIBUTES:
        return "group"
    return "control" if column in CONTROLS else "feature"


def _named_role(field: FieldInfo) -> Role:
    said = (_words(field), " ".join(words_of(field.label)))
    grouped = any(
        next(protected(words), None) or AGE.fullmatch(words) or BIRTH.search(words) or _GROUP.fullmatch(words)
        for words in said
    )
    return "group" if grouped else ""


def _is_special(field: FieldInfo, standard: Standard | None) -> bool:
    """Whether findings about it weigh more, and no flag may depend on it: gender and what tells it."""
    named = next(protected(_words(field)), None) is not None
    return named or (standard is not None and standard.rule.column in SPECIAL)


def _refused(table: Table, fields: Sequence[FieldInfo]) -> Iterator[NotChoosable]:
    known = _standards(table, *ATTRIBUTES, *FEATURES, *CONTROLS, "outcome", "worked", "outcome_at", "won")
    for field in fields:
        advice = advised(field)
        if isinstance(advice.operator, Drop) and field.name not in known:
            yield NotChoosable(field=field, why=advice.reason, special=bool(special_of(field)))


def _standards(table: Table, *columns: str) -> Mapping[str, Standard]:
    """The standard fields that fill one of some columns; of two rules for a field the first."""
    found: dict[str, Standard] = {}
    for one in table.standard:
        if one.rule.column in columns:
            found.setdefault(one.rule.field, one)
    return found


def _words(field: FieldInfo) -> str:
    return " ".join(words_of(field.name))
