"""The policy as a table of inputs, one row for each rule, and what the head of the policy says."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from audit.schema import BadInput
from connectors.policy.allowed import allowed_operators
from connectors.policy.editing import Sheet, Table, sheet_of
from connectors.policy.operators import OPERATORS
from connectors.source import FieldInfo
from webapp.language import gettext, marked
from webapp.rule_form import Parameter, parameters, written

LISTS = ("exclude_when", "exclude_unless")
HEAD = (
    (
        "created",
        marked("Date of creation"),
        marked("The field that says when a lead was made; only its day is kept"),
    ),
    (
        "exclude_when",
        marked("Opt-outs"),
        marked("Fields that leave a lead out unless they are empty or say no, with commas"),
    ),
    (
        "exclude_unless",
        marked("Consents"),
        marked("Fields that leave a lead out where they are empty or say no, with commas"),
    ),
)
OPERATOR_WORDS = {
    "keep": marked("keep as it is"),
    "band": marked("put into bands"),
    "map": marked("translate by a list"),
    "coarsen": marked("keep a part of it"),
    "reduce": marked("reduce the text to a number"),
    "key": marked("replace by a code"),
    "drop": marked("never read"),
    "noise": marked("add noise to the count"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One rule: its inputs, and what is known of its field ("" where the CRM was not asked)."""

    place: int
    field: str
    label: str
    type: str
    operator: str
    operators: tuple[str, ...]
    column: str
    parameters: tuple[Parameter, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyTable:
    """The whole form. ``trouble`` says why there is none; ``digest`` knows whether it was changed."""

    rows: tuple[Row, ...] = ()
    head: tuple[tuple[str, str, str, str], ...] = ()
    digest: str = ""
    trouble: str = ""


def policy_table(text: str, fields: Sequence[FieldInfo]) -> PolicyTable:
    """The table of a draft, as it is written."""
    try:
        sheet = sheet_of(text)
    except BadInput as problem:
        return PolicyTable(trouble=str(problem))
    known = {field.name.casefold(): field for field in fields}
    rows = tuple(_row(place, rule, known) for place, rule in enumerate(sheet.rules))
    head = tuple(
        (key, gettext(label), gettext(hint), written(sheet.policy.get(key))) for key, label, hint in HEAD
    )
    return PolicyTable(rows=rows, head=head, digest=digest_of(_inputs(rows, head)))


def digest_of(inputs: Mapping[str, str]) -> str:
    """A short code of what stands in the inputs, whatever line ends a browser sends."""
    lines = [f"{name}\0{' '.join(value.split())}" for name, value in sorted(inputs.items())]
    return hashlib.sha256("\0\0".join(lines).encode()).hexdigest()[:32]


def head_of(inputs: Mapping[str, str], sheet: Sheet) -> dict[str, object]:
    """What the inputs of the head mean; what is not among them stays."""
    found: dict[str, object] = {}
    for key, _, _ in HEAD:
        typed = inputs.get(f"head.{key}")
        if typed is None or typed.strip() == written(sheet.policy.get(key)):
            continue
        parts = [part.strip() for part in typed.split(",") if part.strip()]
        found[key] = parts if key in LISTS else typed.strip()
    return found


def _inputs(rows: Sequence[Row], head: Sequence[tuple[str, str, str, str]]) -> dict[str, str]:
    found = {f"head.{key}": value for key, _, _, value in head}
    for row in rows:
        found |= {f"r{row.place}.operator": row.operator, f"r{row.place}.column": row.column}
        found |= {f"r{row.place}.{one.name}": one.value for one in row.parameters}
    return found


def _row(place: int, rule: Table, known: Mapping[str, FieldInfo]) -> Row:
    name, operator = str(rule.get("field", "")), str(rule.get("operator", ""))
    field = known.get(name.casefold())
    allowed = allowed_operators(field or FieldInfo(name=name, label="", type=""))
    return Row(
        place=place,
        field=name,
        label=field.label if field else "",
        type=field.type if field else "",
        operator=operator,
        # What the text says stays, though the field does not allow it: the policy says what is wrong.
        operators=allowed if operator in allowed else (operator, *allowed),
        column=str(rule.get("column", name.lower())),
        parameters=parameters(rule),
    )


def operator_words() -> Mapping[str, str]:
    """Each operator in a few words, for the list to choose from."""
    return {name: gettext(OPERATOR_WORDS.get(name, name)) for name in OPERATORS}
