"""policy.toml in, a Policy out. Every mistake is one sentence with the nearest valid name."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from audit.schema import BadInput, nearest
from connectors.policy.apply import RESERVED_COLUMNS
from connectors.policy.degrees import refuse_narrow_degrees
from connectors.policy.identifying import refuse_as_created, refuse_as_opt_out, refuse_if_identifying
from connectors.policy.model import Operator, Policy, Rule, opt_out_field
from connectors.policy.operators import OPERATORS

CRMS = ("salesforce", "hubspot", "file")
_TOP = ("policy", "rule")
_HEAD = ("name", "crm", "object", "created", "exclude_when", "exclude_unless")
_RULE = ("field", "operator", "column")
_PARAMETERS = (parameter.name for kind in OPERATORS.values() for parameter in dataclasses.fields(kind))
_RULE_KEYS = tuple(dict.fromkeys((*_RULE, *_PARAMETERS)))


def parse_policy(text: str, origin: str = "policy.toml") -> Policy:
    """Read a policy (``[policy]`` and one ``[[rule]]`` per field).

    ``origin`` is what messages call the text.

    Raises
    ------
    BadInput
        The text is not TOML, a name or value is not valid, or a rule would let an identifier
        through; the message is one sentence with the mend.
    """
    try:
        return _policy(_toml(text))
    except BadInput as error:
        msg = f"{origin}: {error}"
        raise BadInput(msg) from None


def rule_mistakes(text: str) -> Mapping[int, str]:
    """What is wrong with each rule of a text by itself, by its place from 0; empty where the text is no TOML.

    `parse_policy` names the first mistake alone; a page names every one beside its rule.
    """
    try:
        tables = _toml(text).get("rule", [])
    except BadInput:
        return {}
    found: dict[int, str] = {}
    good: list[Rule] = []
    for place, table in enumerate(tables if isinstance(tables, list) else ()):
        try:
            rule = _rule(table, place + 1)
            _refuse_shared_columns([*good, rule])
            good.append(rule)
        except BadInput as error:
            found[place] = str(error)
    return found


def _toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        msg = f"is not valid TOML: {error}"
        raise BadInput(msg) from None
    except ValueError:  # Python reads no number of thousands of digits
        msg = "holds a number with too many digits: write a shorter one"
        raise BadInput(msg) from None
    except RecursionError:
        msg = "is nested too deeply: a rule needs no more than a list in a list"
        raise BadInput(msg) from None


def _policy(document: Mapping[str, Any]) -> Policy:
    _known(document, _TOP, "the file")
    head = document.get("policy")
    if not isinstance(head, dict):
        msg = "has no [policy] section: begin the file with [policy]"
        raise BadInput(msg)
    _known(head, _HEAD, "[policy]")
    crm = _one_of(_text(head, "crm", "[policy]"), CRMS, "crm")
    undated = crm == "file" and "created" not in head
    return Policy(
        name=_text(head, "name", "[policy]"),
        crm=crm,
        object=_text(head, "object", "[policy]"),
        created="" if undated else _created(head),
        exclude_when=_opt_outs(head, "exclude_when"),
        exclude_unless=_opt_outs(head, "exclude_unless"),
        rules=_rules(document.get("rule", [])),
    )


def _rules(tables: object) -> tuple[Rule, ...]:
    if not isinstance(tables, list) or not tables:
        msg = "has no rule: add a [[rule]] with field and operator for each field that may be read"
        raise BadInput(msg)
    rules = tuple(_rule(table, place) for place, table in enumerate(tables, start=1))
    _refuse_shared_columns(rules)
    return rules


def _rule(table: object, place: int) -> Rule:
    if not isinstance(table, dict):
        msg = f"rule {place} is not a table: write [[rule]]"
        raise BadInput(msg)
    where = f"rule {place} (field '{table['field']}')" if "field" in table else f"rule {place}"
    _known(table, _RULE_KEYS, where)
    name = _text(table, "field", where)
    kind = _one_of(_text(table, "operator", where), tuple(OPERATORS), f"{where}: operator")
    refuse_if_identifying(name, kind)
    column = _text({"column": name.lower(), **table}, "column", where)
    if column.casefold() in RESERVED_COLUMNS or column != column.strip():
        msg = f"{where}: column '{column}' is reserved or has outer spaces: choose another name"
        raise BadInput(msg)
    given = {key: value for key, value in table.items() if key not in _RULE}
    if kind == "noise" and column == "score":
        msg = f"{where}: the score is what is audited, so it cannot carry noise: keep it"
        raise BadInput(msg)
    operator = _operator(kind, given, where)
    refuse_narrow_degrees(name, operator)
    return Rule(field=name, operator=operator, column=column)


def _operator(kind: str, given: Mapping[str, object], where: str) -> Operator:
    built = OPERATORS[kind]
    parameters = dataclasses.fields(built)
    _known(given, (*_RULE, *(parameter.name for parameter in parameters)), f"{where}, operator {kind}")
    for parameter in parameters:
        if parameter.default is dataclasses.MISSING and parameter.name not in given:
            msg = f"{where}: operator {kind} needs {parameter.name}"
            raise BadInput(msg)
    try:
        return built(**{key: _frozen(value) for key, value in given.items()})
    except BadInput as error:
        msg = f"{where}: {error}"
        raise BadInput(msg) from None


def _frozen(value: object) -> Any:  # noqa: ANN401 - the operator checks its own parameters
    if isinstance(value, dict):
        return tuple(value.items())
    return tuple(value) if isinstance(value, list) else value


def _refuse_shared_columns(rules: Sequence[Rule]) -> None:
    """One column is filled by one rule; columns that differ in letter case alone are two, as in a file."""
    owner: dict[str, str] = {}
    dropped = {rule.field.casefold() for rule in rules if rule.operator.name == "drop"}
    for rule in rules:
        if rule.operator.name == "drop":
            continue
        if rule.field.casefold() in dropped:
            msg = f"field '{rule.field}' is dropped by one rule and read by another: take one of them out"
            raise BadInput(msg)
        column = rule.column
        if column in owner:
            msg = (
                f"fields '{owner[column]}' and '{rule.field}' both fill column '{column}': "
                "give one of them another column"
            )
            raise BadInput(msg)
        owner[column] = rule.field


def _text(table: Mapping[str, Any], key: str, where: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value.strip():
        msg = f'{where} needs {key}, a text in quotes: {key} = "..."'
        raise BadInput(msg)
    return value


def _created(head: Mapping[str, Any]) -> str:
    name = _text(head, "created", "[policy]")
    refuse_as_created(name)
    return name


def _opt_outs(head: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = head.get(key, [])
    if not isinstance(value, list) or not all(map(_names_field, value)):
        msg = f'{key} must be a list of field names, for example ["HasOptedOutOfEmail"]'
        raise BadInput(msg)
    for name in value:
        refuse_as_opt_out(opt_out_field(name), key)
    return tuple(value)


def _names_field(entry: object) -> bool:
    return isinstance(entry, str) and bool(opt_out_field(entry.strip() + " ").strip())


def _one_of(value: str, choices: Collection[str], what: str) -> str:
    if value not in choices:
        hint = _nearest(value, choices) or f": choose one of {', '.join(choices)}"
        msg = f"{what} '{value}' is not known{hint}"
        raise BadInput(msg)
    return value


def _known(table: Mapping[str, object], names: Collection[str], where: str) -> None:
    for key in table:
        if key not in names:
            hint = _nearest(key, names) or f": its keys are {', '.join(names)}"
            msg = f"unknown key '{key}' in {where}{hint}"
            raise BadInput(msg)


def _nearest(value: str, choices: Collection[str]) -> str:
    near = nearest(value, choices)
    return f": did you mean '{near}'?" if near else ""
