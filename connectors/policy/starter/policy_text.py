"""The policy of a starter: a comment and a rule for each field that the CRM offers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from textwrap import wrap

from connectors.policy.identifying import is_identifying
from connectors.policy.keep import Keep
from connectors.policy.model import Policy, Rule, opt_out_field
from connectors.policy.starter.classified import advice_on
from connectors.policy.starter.sensitive import special_of
from connectors.policy.starter.standard import Standard, Table
from connectors.policy.write import head_to_toml, rule_to_toml
from connectors.source import FieldInfo

CHECKBOXES = frozenset({"boolean", "bool"})
OTHER_SCORES = 5
EDITOR_WIDTH = 44
CONSENT = "Take the # away to leave out everybody for whom this is empty."
INTRODUCTION = (
    "One [[rule]] for each field that may be read. Everything else is never requested.",
    "A line that begins with # is only a note.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyText:
    """The text of a policy, and the columns that its rules fill."""

    text: str
    columns: tuple[str, ...]


def policy_text(table: Table, fields: Sequence[FieldInfo]) -> PolicyText:
    """The policy over those of a table's fields that are among ``fields``."""
    types = {field.name: field.type for field in fields}
    offered = [one for one in table.standard if one.offered(types)]
    known = {field.name: field for field in fields}
    shown = [_shown(one, known.get(one.rule.field)) for one in offered]
    return _text(offered_head(table, fields), table, scores(table, fields), shown)


def offered_head(table: Table, fields: Sequence[FieldInfo]) -> str:
    """The ``[policy]`` section with the opt-outs that are among ``fields``; the consents as a comment."""
    types = {field.name: field.type for field in fields}
    consents = tuple(name for name in table.consents if name in types)
    return _head(table, objections(table, fields), consents)


def objections(table: Table, fields: Sequence[FieldInfo]) -> tuple[str, ...]:
    """Which of ``fields`` leave a lead out, as ``exclude_when`` has them."""
    types = {field.name: field.type for field in fields}
    known = tuple(name for name in table.opt_outs if types.get(opt_out_field(name)) in CHECKBOXES)
    return known + tuple(name for name in sorted(types) if _objects(table, name, types[name], known))


def minimal_policy_text(table: Table) -> PolicyText:
    """The policy over the fields that every org has."""
    everywhere = [one for one in table.standard if one.everywhere]
    return _text(_head(table, table.opt_outs[:1], ()), table, (), [_shown(one, None) for one in everywhere])


def scores(table: Table, fields: Iterable[FieldInfo]) -> tuple[str, ...]:
    """The number fields that are named or labelled as a score, the customer's own first."""
    found = [
        field
        for field in fields
        if table.is_number(field)
        and (field.predicted or "score" in f"{field.name} {field.label}".casefold())
        and not (is_identifying(field.name) or special_of(field))
    ]
    return tuple(field.name for field in sorted(found, key=lambda field: _likely(table, field)))


def _likely(table: Table, field: FieldInfo) -> tuple[bool, bool, str]:
    """The customer's own first, of these those that the CRM's AI or its scoring tool fills."""
    return table.own.fullmatch(field.name) is None, not field.predicted, field.name.casefold()


def _objects(table: Table, name: str, kind: str, known: tuple[str, ...]) -> bool:
    """Whether a checkbox of the customer's own says that a person objects."""
    named = table.objections is not None and table.objections.fullmatch(name.casefold()) is not None
    return named and kind in CHECKBOXES and name not in known


def _head(table: Table, opt_outs: tuple[str, ...], consents: tuple[str, ...]) -> str:
    head = Policy(
        name="leads",
        crm=table.crm,
        object=table.object,
        created=table.created,
        rules=(),
        exclude_when=opt_outs,
    )
    if not consents:
        return head_to_toml(head)
    named = ", ".join(f'"{name}"' for name in consents)
    return "\n".join([head_to_toml(head), prose(CONSENT), _notes(f"exclude_unless = [{named}]")])


def _text(head: str, table: Table, found: tuple[str, ...], offered: Sequence[_Shown]) -> PolicyText:
    blocks = [head, prose(*INTRODUCTION), *_score_blocks(table, found)]
    blocks += [one.text for one in offered]
    columns = ("score",) if found else ()
    return PolicyText(
        text="\n\n".join(blocks) + "\n", columns=(*columns, *(one.column for one in offered if one.column))
    )


@dataclass(frozen=True, slots=True)
class _Shown:
    """A rule with what stands above it; without a column it is only a comment."""

    text: str
    column: str


def _shown(one: Standard, field: FieldInfo | None) -> _Shown:
    advice = advice_on(one.rule, field)
    rule = rule_to_toml(one.rule)
    if one.optional or advice.leave_out:
        rule = _notes(*rule.splitlines())
    column = "" if one.optional or advice.leave_out else one.rule.column
    return _Shown(f"{prose(one.why, *advice.sentences)}\n{rule}", column)


def _score_blocks(table: Table, found: tuple[str, ...]) -> list[str]:
    if not found:
        why = "The score to audit: put the name of its field here, and take the # away from these lines."
        return [f"{prose(why)}\n{_notes(*_score_rule(table.score_example).splitlines())}"]
    blocks = [f"{prose('The score to audit.')}\n{_score_rule(found[0])}"]
    if others := found[1 : OTHER_SCORES + 1]:
        why = "Other numbers that may be the score: write one of them as the field above."
        blocks.append(f"{prose(why)}\n{_notes(*map(_field_line, others))}")
    return blocks


def _score_rule(field: str) -> str:
    return rule_to_toml(Rule(field=field, operator=Keep(), column="score"))


def _field_line(field: str) -> str:
    """The rule's line that names a field, quoted as TOML wants it."""
    return _score_rule(field).splitlines()[1]


def prose(*sentences: str) -> str:
    """Sentences as comments that are no wider than the editor of the policy page."""
    return _notes(*(line for sentence in sentences for line in wrap(sentence, EDITOR_WIDTH)))


def _notes(*lines: str) -> str:
    return "\n".join(f"# {line}" for line in lines)
