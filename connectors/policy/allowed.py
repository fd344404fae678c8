"""Which operators a field allows, by its name and by its type in the CRM together."""

from __future__ import annotations

from audit.schema import BadInput
from connectors.policy.fitting import LIMITS
from connectors.policy.identifying import refuse_if_identifying
from connectors.policy.operators import OPERATORS
from connectors.source import FieldInfo


def allowed_operators(field: FieldInfo) -> tuple[str, ...]:
    """The names of the operators that a rule over this field may have; ``drop`` is always one of them."""
    _, by_type = LIMITS.get(field.kind, ("", ()))
    return tuple(
        name for name in OPERATORS if (not by_type or name in by_type) and _by_name(field.name, name)
    )


def _by_name(field: str, operator: str) -> bool:
    try:
        refuse_if_identifying(field, operator)
    except BadInput:
        return False
    return True
