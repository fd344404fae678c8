"""One rule of a policy as a form has it: texts in inputs, and what they mean in the policy's file.

What cannot be read as a number or a date stays the text that was typed, so that nothing is lost and the
policy says what is wrong with it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_type_hints

from audit.schema.text_numbers import LANGUAGES, NUMBERS
from connectors.policy import band, coarsen
from connectors.policy.operators import OPERATORS
from connectors.source import FieldInfo
from webapp.language import gettext, marked

Shape = Literal["line", "lines", "choice"]
Table = Mapping[str, Any]
ARROW = " => "
YES, NO = "yes", "no"
_LONGEST_PLACE = 6
_OWN = ("field", "operator", "column")
# What may be chosen; a parameter that is not here is typed.
_CHOICES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("band", "of"): band.KINDS,
    ("coarsen", "by"): coarsen.KINDS,
    ("reduce", "to"): tuple(NUMBERS),
    ("reduce", "language"): ("", *LANGUAGES),
    ("keep", "checked"): (NO, YES),
}
_WORDS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("keep", "checked"): (
        marked("Values looked at"),
        marked("With yes, what looks like an address or number of a person is kept too"),
    ),
    ("band", "bands"): (marked("Lower edges"), marked("Rising numbers, such as 25, 35, 50, 65")),
    ("band", "of"): (
        marked("Bands of"),
        marked("The number itself, the age of a date of birth, or the year of a date"),
    ),
    ("band", "as_of"): (marked("Age on"), marked("The day on which the age counts, such as 2026-01-31")),
    ("map", "vocabulary"): (
        marked("Words"),
        marked("One a line: what the CRM says => what it becomes (nothing: missing)"),
    ),
    ("coarsen", "by"): (marked("Keep"), marked("Which part of the value is kept")),
    ("coarsen", "characters"): (marked("Characters"), marked("How many of the first characters")),
    ("coarsen", "table"): (marked("Table"), marked("One a line: value => its word")),
    ("reduce", "to"): (marked("Number"), marked("What is kept of the text")),
    ("reduce", "language"): (marked("Language"), marked("Needed for sentiment and tone")),
    ("key", "domain"): (marked("Domain"), marked("Equal values of one domain stay equal")),
}

# Parameters that mean something only beside some values of another one.
_BESIDE: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "as_of": ("of", ("age",)),
    "characters": ("by", ("prefix", "table")),
    "table": ("by", ("table",)),
    "language": ("to", ("sentiment", "tone")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One input of a rule: its ``name`` in the file, and what stands in it."""

    name: str
    label: str
    hint: str
    shape: Shape
    value: str
    choices: tuple[str, ...] = ()


def parameters(table: Table) -> tuple[Parameter, ...]:
    """The inputs of a rule's operator, filled with what the rule says."""
    operator = str(table.get("operator", ""))
    if operator not in OPERATORS:
        return ()
    kinds = get_type_hints(OPERATORS[operator])
    return tuple(
        _parameter(operator, one, kinds[one.name], table)
        for one in dataclasses.fields(OPERATORS[operator])
        if _used(one.name, table)
    )


def _used(name: str, table: Table) -> bool:
    """Whether a parameter is shown: it means something beside the others, or it is written."""
    return name in table or _means_something(name, table)


def _means_something(name: str, table: Table) -> bool:
    beside, values = _BESIDE.get(name, ("", ()))
    return not beside or table.get(beside) in values


def _parameter(operator: str, one: dataclasses.Field[Any], kind: object, table: Table) -> Parameter:
    label, hint = _WORDS.get((operator, one.name), (one.name.replace("_", " ").capitalize(), ""))
    choices = _CHOICES.get((operator, one.name), ())
    default = None if one.default is dataclasses.MISSING else one.default
    value = written(table.get(one.name, default))
    if choices and value not in choices:
        choices = (value, *choices)  # what the text says stays, though it is wrong
    shape: Shape = "choice" if choices else "lines" if _is_pairs(kind) else "line"
    return Parameter(
        name=one.name,
        label=gettext(label),
        hint=gettext(hint),
        shape=shape,
        value=value,
        choices=choices,
    )


def written(value: object) -> str:
    """A value of the file as the text of an input."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, Mapping):
        return "\n".join(f"{old}{ARROW}{new}".rstrip() for old, new in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value)
    return str(value)


def table_of(typed: Mapping[str, str], table: Table, field: FieldInfo | None = None) -> dict[str, Any]:
    """The rule that the inputs mean; ``table`` is the rule before, ``typed`` the texts by parameter.

    With another operator its parameters begin with what is usual (`usual`).
    """
    name, operator = str(table.get("field", "")), typed.get("operator", str(table.get("operator", "")))
    made: dict[str, Any] = {"field": table.get("field", ""), "operator": operator}
    column = typed.get("column", "").strip()
    if column and (column != name.lower() or "column" in table):
        made["column"] = column
    if operator != table.get("operator"):
        return made | usual(operator, field or FieldInfo(name=name, label="", type=""))
    return made | _typed_parameters(operator, typed, table)


def _typed_parameters(operator: str, typed: Mapping[str, str], table: Table) -> dict[str, Any]:
    if operator not in OPERATORS:
        return {key: value for key, value in table.items() if key not in _OWN}
    kinds = get_type_hints(OPERATORS[operator])
    found = {name: _read(kinds[name], typed[name], table.get(name)) for name in kinds if name in typed}
    usual_values = {one.name: one.default for one in dataclasses.fields(OPERATORS[operator])}
    # What is usual is not written, unless somebody wrote it.
    known = {
        name: value
        for name, value in found.items()
        if name in table or value not in ("", None, usual_values[name])
    }
    others = {key: value for key, value in table.items() if key not in (*_OWN, *found)}
    whole = {**known, **others}
    return {name: value for name, value in whole.items() if not _outdated(name, table, whole)}


def _outdated(name: str, before: Table, now: Table) -> bool:
    """Whether a parameter lost its meaning by the choice of another one just now."""
    beside, _ = _BESIDE.get(name, ("", ()))
    return bool(beside) and before.get(beside) != now.get(beside) and not _means_something(name, now)


def _read(kind: object, text: str, before: object) -> Any:  # noqa: ANN401 - whatever TOML holds
    if written(before) == text.strip() and before is not None:
        return before
    if _is_pairs(kind):
        return _pairs(text)
    if kind is bool and text.strip() in {YES, NO}:
        return text.strip() == YES
    if "tuple[" in str(kind):
        return _list(text)
    return _scalar(str(kind), text.strip())


def _scalar(kind: str, text: str) -> object:
    readers = (("date", date.fromisoformat), ("int", int), ("float", _number))
    for word, read in readers:
        if word in kind and text:
            try:
                return read(text)
            except ValueError:
                return text
    return text


def _list(text: str) -> object:
    parts = [part.strip() for part in text.replace(";", ",").split(",") if part.strip()]
    try:
        return [_number(part) for part in parts]
    except ValueError:
        return text


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        return float(text)


def _pairs(text: str) -> dict[str, str]:
    lines = [line for line in text.splitlines() if line.strip()]
    parted = [line.rpartition("=>") if "=>" in line else (line, "", "") for line in lines]
    return {old.strip(): new.strip() for old, _, new in parted}


def _is_pairs(kind: object) -> bool:
    return str(kind).startswith("tuple[tuple[str, str]")


def usual(operator: str, field: FieldInfo) -> dict[str, Any]:
    """What the parameters of an operator are to begin with, so that the rule is valid at once."""
    dated = field.kind == "moment"
    bands: dict[str, Any] = {"bands": [1960, 1970, 1980, 1990, 2000], "of": "year"}
    starts: dict[str, dict[str, Any]] = {
        "band": bands if dated else {"bands": [25, 35, 50, 65]},
        "map": {"vocabulary": {"--None--": ""}},
        "coarsen": {"by": "month"} if dated else {"by": "prefix", "characters": 3},
        "reduce": {"to": "length"},
        "key": {"domain": field.name.lower()},
        "noise": {"lower": 0, "upper": 20, "epsilon": 1.0},
    }
    return starts.get(operator, {})


def is_place(text: str) -> bool:
    """Whether it is a number that a rule may have: Python reads none of thousands of digits."""
    return text.isdecimal() and len(text) < _LONGEST_PLACE


def typed_rules(form: Mapping[str, str], rules: int) -> Sequence[Mapping[str, str]]:
    """What was typed for each rule: inputs are named ``r<place>.<name>``, from 0."""
    found: list[dict[str, str]] = [{} for _ in range(rules)]
    for name, value in form.items():
        place, dot, key = name.removeprefix("r").partition(".")
        if dot and name.startswith("r") and is_place(place) and int(place) < rules:
            found[int(place)][key] = value.replace("\r\n", "\n")
    return found
