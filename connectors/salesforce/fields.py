"""The Lead's fields as the describe call shows them, and what each type holds.

References
----------
Salesforce, Object Reference, "Field Types"; REST API Developer Guide, "sObject Describe": a rich
text is a ``textarea``, a text formula a calculated ``string`` of 1,300 characters.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from connectors.policy.special import told_category
from connectors.source import FieldInfo, FieldKind

# The longest text field that an admin can make; what is longer is a text area or a formula.
SHORT = 255
_KINDS: Mapping[str, FieldKind] = MappingProxyType(
    {
        **dict.fromkeys(("picklist", "multipicklist"), "choice"),
        "boolean": "yes_no",
        **dict.fromkeys(("int", "long", "double", "currency", "percent"), "number"),
        **dict.fromkeys(("date", "datetime", "time"), "moment"),
        # A combobox is a list beside which anything may be typed.
        **dict.fromkeys(("string", "combobox"), "short_text"),
        "textarea": "long_text",
        **dict.fromkeys(("email", "phone", "url", "encryptedstring", "id", "reference"), "contact"),
    }
)


def field_info(entry: Mapping[str, object]) -> FieldInfo:
    """One entry of the describe call."""
    name = str(entry.get("name"))
    return FieldInfo(
        name=name,
        label=str(entry.get("label") or name),
        type=str(entry.get("type")),
        kind=_kind(entry),
        filterable=entry.get("filterable") is True,
        writable=entry.get("updateable") is True,
        formula=entry.get("calculated") is True,
        predicted=entry.get("aiPredictionField") is True,
        special=told_category(str(entry.get("inlineHelpText") or ""), _entries(entry)),
    )


def _entries(entry: Mapping[str, object]) -> list[str]:
    """What a picklist lets people choose, as they see it and as it is stored."""
    found = entry.get("picklistValues")
    rows = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return [str(row.get(key) or "") for row in rows for key in ("label", "value")]


def _kind(entry: Mapping[str, object]) -> FieldKind:
    found = _KINDS.get(str(entry.get("type")), "other")
    if found != "short_text":
        return found
    if entry.get("calculated") is True:
        return "formula_text"
    length = entry.get("length")
    return found if isinstance(length, int) and length <= SHORT else "long_text"
