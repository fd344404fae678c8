"""The contact properties as HubSpot defines them, and what each type holds.

References
----------
HubSpot, "Properties API", type and fieldType: the type says how a value is stored, the field type
how it is typed in. A ``string`` is a line of text, a text area, rich text, a file or a phone number.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from connectors.policy.special import told_category
from connectors.source import FieldInfo, FieldKind

# Longer comparisons than these types allow are not possible in a search filter.
_NOT_FILTERABLE = frozenset({"object_coordinates", "json"})
_KINDS: Mapping[str, FieldKind] = MappingProxyType(
    {
        "enumeration": "choice",
        "bool": "yes_no",
        "number": "number",
        **dict.fromkeys(("date", "datetime"), "moment"),
        "phone_number": "contact",
    }
)
_STRINGS: Mapping[str, FieldKind] = MappingProxyType(
    {
        **dict.fromkeys(("text", "select", "radio", "checkbox"), "short_text"),
        "phonenumber": "contact",
        **dict.fromkeys(("calculation_equation", "calculation_rollup"), "formula_text"),
    }
)
STRING, LINE = "string", "text"


def field_info(found: Mapping[str, Any], start: str = "") -> FieldInfo:
    """One property definition; ``start`` stands before the name of one that is not a contact's."""
    metadata = found.get("modificationMetadata")
    read_only = isinstance(metadata, dict) and metadata.get("readOnlyValue") is True
    sensitivity = str(found.get("dataSensitivity") or "non_sensitive")
    categories = found.get("sensitiveDataCategories") or ()
    kind, typed = str(found.get("type") or STRING), str(found.get("fieldType") or "")
    return FieldInfo(
        name=f"{start}{found.get('name')}",
        label=str(found.get("label") or found.get("name")),
        type=f"{kind}, {typed}" if kind == STRING and typed not in {"", LINE} else kind,
        # Field types that HubSpot adds later may take longer texts.
        kind=_STRINGS.get(typed, "long_text") if kind == STRING else _KINDS.get(kind, "other"),
        filterable=kind not in _NOT_FILTERABLE,
        writable=not (read_only or found.get("calculated") is True),
        # The properties call lists none of these unless it is asked for them; a schema may.
        security="" if sensitivity == "non_sensitive" else sensitivity,
        compliance=tuple(str(one) for one in categories),
        special=told_category(str(found.get("description") or ""), _entries(found)),
    )


def _entries(found: Mapping[str, Any]) -> list[str]:
    """What an enumeration lets people choose, as they see it and as it is stored."""
    options = found.get("options")
    rows = [one for one in options if isinstance(one, dict)] if isinstance(options, list) else []
    return [str(row.get(key) or "") for row in rows for key in ("label", "value")]
