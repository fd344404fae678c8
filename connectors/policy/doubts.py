"""Kept columns whose values look as if they pointed at people: the admin can say that they do not.

The values are judged here, inside the connectors, and never told. A column is in doubt where

- `keep` has left values out because they hold addresses or numbers of a person, or are long texts; or
- one in ten values is long though made of short parts, most values look like names of people, or nearly
  every one is another,
and the CRM's type does not say that they come from a list.

``checked = true`` in the rule says that a person has looked. The preview warns, and shows the shapes of such
values alone; saving on the page refuses (`refuse_doubtful`), unless the CRM cannot be asked; a pull goes on,
because what plainly points at a person is left out there anyway.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from audit.schema import BadInput
from connectors.policy.coarsen import Coarsen
from connectors.policy.keep import Keep
from connectors.policy.looks import IDENTIFYING, PART, looks_like
from connectors.policy.model import Operator, Policy, Rule
from connectors.source import Batch, FieldInfo, FieldKind

ENOUGH = 5
CHECK = "use another operator, or write checked = true in the rule if you have looked at the values"
_SOME, _MOST, _NEARLY = 0.1, 0.5, 0.9
_FROM_A_LIST: frozenset[FieldKind] = frozenset({"choice", "yes_no", "number", "moment"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """One kept column in doubt; ``sentence`` gives the reason and the mend, and no value."""

    field: str
    column: str
    sentence: str


def doubts(policy: Policy, batch: Batch, fields: Iterable[FieldInfo] = ()) -> tuple[Doubt, ...]:
    """The doubts about what a policy made of some leads; ``fields`` are what the CRM describes."""
    kinds: dict[str, FieldKind] = {field.name.casefold(): field.kind for field in fields}
    return tuple(_doubts(in_question(policy), batch, kinds))


def in_question(policy: Policy) -> tuple[Rule, ...]:
    """The rules that keep values, or so much of them, at which nobody has looked yet."""
    return tuple(rule for rule in policy.rules if _keeps(rule.operator))


def _keeps(operator: Operator) -> bool:
    if isinstance(operator, Keep):
        return not operator.checked
    return isinstance(operator, Coarsen) and operator.by == "prefix" and (operator.characters or 0) > PART


def refuse_doubtful(policy: Policy, batch: Batch, fields: Iterable[FieldInfo] = ()) -> None:
    """Refuse to save a policy while a kept column is in doubt.

    Raises
    ------
    BadInput
        With the sentence of the first doubt.
    """
    for doubt in doubts(policy, batch, fields):
        raise BadInput(doubt.sentence)


def _doubts(kept: Iterable[Rule], batch: Batch, kinds: Mapping[str, FieldKind]) -> Iterator[Doubt]:
    for rule in kept:
        reason = _left_out(rule, batch) or _shape(rule, batch, kinds.get(rule.field.casefold(), "unknown"))
        if reason:
            mend = CHECK if isinstance(rule.operator, Keep) else f"keep {PART} characters at most, or map it"
            sentence = f"field '{rule.field}', kept as {rule.column}: {reason}: {mend}"
            yield Doubt(field=rule.field, column=rule.column, sentence=sentence)


def _left_out(rule: Rule, batch: Batch) -> str:
    lost = batch.unmapped.get(rule.column, 0)
    if not lost:
        return ""
    return (
        f"{lost:,} of its values hold addresses or numbers of a person, or are long texts, and are left out"
    )


def _shape(rule: Rule, batch: Batch, kind: FieldKind) -> str:
    values = [value for value in batch.table[rule.column].to_pylist() if value is not None]
    different = set(values)
    if kind in _FROM_A_LIST or len(different) < ENOUGH:
        return ""
    shapes = [looks_like(value) for value in different]
    if any(shape in IDENTIFYING for shape in shapes):
        return "some of its values look like addresses or numbers of a person"
    if shapes.count("free text") > _SOME * len(shapes):
        return "some of its values are long texts, which could say anything"
    if shapes.count("name") > _MOST * len(shapes) and len(different) > _MOST * len(values):
        return "most of its values look like names of people"
    words = sum(shape in {"text", "name"} for shape in shapes)
    if words > _MOST * len(shapes) and len(different) > _NEARLY * len(values):
        return "nearly every lead has a value of its own, so that it could name a person"
    return ""
