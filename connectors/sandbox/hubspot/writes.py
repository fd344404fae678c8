"""What HubSpot checks before it writes a property.

References
----------
HubSpot, "Properties API" and the changelog on write validation: from 2026-09 an admin's rules hold
for API writes too, even when the write touches another property.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from connectors.sandbox.hubspot.clock import moment
from connectors.sandbox.hubspot.control import Control
from connectors.sandbox.hubspot.definitions import Definition, as_text
from connectors.sandbox.hubspot.replies import Problem, invalid
from connectors.sandbox.hubspot.rules import broken

_Fault = tuple[str, str]


def checked(definitions: Mapping[str, Definition], properties: object) -> dict[str, str]:
    """The values to store. Raises Problem (400) that lists every bad one."""
    if not isinstance(properties, dict):
        message = "properties must be an object"
        raise invalid(message)
    faults = {
        name: fault for name, value in properties.items() if (fault := _fault(definitions.get(name), value))
    }
    if faults:
        raise _not_valid(faults)
    return {name: as_text(definitions[name], _plain(value)) or "" for name, value in properties.items()}


def _plain(value: object) -> str:
    """A JSON value as the text that HubSpot stores; null clears, as empty text does."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def refuse_unmet(control: Control, before: Callable[[str], str | None], values: Mapping[str, str]) -> None:
    """An admin's rules: what must be filled before anything is written, and what values may be.

    Raises
    ------
    Problem
        400; an unmet rule need not be about anything that is written.
    """
    unmet = [name for name in control.required if not (values[name] if name in values else before(name))]
    faults: dict[str, _Fault] = dict.fromkeys(unmet, ("REQUIRED_PROPERTY_MISSING", "is required"))
    for name, rule in broken(control.rules, values).items():
        faults[name] = (f"INVALID_{rule}", "breaks a validation rule of this account")
    if faults:
        raise _not_valid(faults)


def _not_valid(faults: Mapping[str, _Fault]) -> Problem:
    listed = [
        {"isValid": False, "message": message, "error": error, "name": name}
        for name, (error, message) in faults.items()
    ]
    return invalid(f"Property values were not valid: {json.dumps(listed)}")


def _fault(definition: Definition | None, value: object) -> _Fault | None:
    if definition is None:
        return ("PROPERTY_DOESNT_EXIST", "Property does not exist")
    if definition.read_only:
        return ("READ_ONLY_VALUE", "Property is read only")
    text = _plain(value)
    return _bad_value(definition, text) if text else None


def _bad_value(definition: Definition, text: str) -> _Fault | None:
    if definition.type == "enumeration":
        values = {option["value"] for option in definition.options}
        chosen = text.split(";") if definition.field_type == "checkbox" else [text]
        return None if set(chosen) <= values else ("INVALID_OPTION", "was not one of the allowed options")
    if definition.type == "bool":
        return None if text in {"true", "false"} else ("INVALID_OPTION", "was not one of the allowed options")
    if definition.type == "number":
        return None if _is_number(text) else ("INVALID_LONG", "was not a valid number")
    if definition.type in {"date", "datetime"}:
        return None if moment(text) is not None else ("INVALID_DATE", "was not a valid date")
    return (
        ("INVALID_EMAIL", "is not a valid email") if definition.name == "email" and "@" not in text else None
    )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
