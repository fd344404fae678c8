"""What a field of the CRM holds by its type, in words, where that speaks against reading it as it is."""

from __future__ import annotations

from connectors.policy.fitting import LIMITS
from connectors.source import FieldInfo


def held_by(field: FieldInfo) -> str:
    """Such as "a long text that people type"; empty where the type allows every operator."""
    return LIMITS.get(field.kind, ("", ()))[0]
