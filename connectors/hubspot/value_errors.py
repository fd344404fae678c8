"""Which property HubSpot did not take, and why: the codes in the text of a refused write, never its words.

References
----------
HubSpot, "Properties API" and the changelog on write validation (2026-09: an admin's rules hold for
API writes): ``Property values were not valid: [{"isValid":false,"message":..,"error":..,"name":..}]``.
Only ``error`` and ``name`` are read, each only where it looks like a code or a property's name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_LIST = re.compile(r"\[\s*\{.*\}\s*\]", re.DOTALL)
_CODE = re.compile(r"[A-Z][A-Z0-9_]{2,60}\Z")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}\Z")
MOST = 3


def value_error(document: Mapping[str, Any]) -> str:
    """``ERROR:property`` (at most three properties of one error); empty where the answer tells nothing."""
    found = sorted({pair for entry in _entries(document.get("message")) if (pair := _pair(entry))})
    if not found:
        return ""
    code = found[0][0]
    names = [name for error, name in found if error == code][:MOST]
    return f"{code}:{','.join(names)}"


def _entries(message: object) -> list[object]:
    match = _LIST.search(message) if isinstance(message, str) else None
    try:
        found = json.loads(match[0]) if match else []
    except (ValueError, RecursionError):
        return []
    return found if isinstance(found, list) else []


def _pair(entry: object) -> tuple[str, str] | None:
    code, name = (entry.get("error"), entry.get("name")) if isinstance(entry, dict) else (None, None)
    if not (isinstance(code, str) and isinstance(name, str) and _CODE.match(code) and _NAME.match(name)):
        return None
    return code, name
