"""What a special category of personal data means for a suggestion: dropped, until a person decides."""

from __future__ import annotations

from connectors.policy.model import Policy
from connectors.policy.special import article, special_category
from connectors.source import FieldInfo


def special_of(field: FieldInfo) -> str:
    """The special category that a field's name, label, help text or list says, such as "health"; else ""."""
    return special_category(field.name, field.label) or field.special


def special_reason(category: str) -> str:
    """Why such a field is not read, and how somebody may decide to read it."""
    return (
        f"It likely says {category}, which {article(category)} of the GDPR protects: it is read only if a "
        "person decides so, on a legal ground of its own. If your audit must compare these groups, map the "
        "field to a few words and set special_category = true for its column in the stream."
    )


def special_reads(policy: Policy) -> tuple[tuple[str, str], ...]:
    """The columns that a policy fills from fields whose name says a special category, and which one."""
    found = (
        (rule.column, special_category(rule.field)) for rule in policy.rules if rule.operator.name != "drop"
    )
    return tuple((column, category) for column, category in found if category)


def special_sentence(column: str, category: str) -> str:
    """What to see to where such a column is read."""
    return (
        f"{column} likely says {category} ({article(category)} of the GDPR). Read it only on a legal ground "
        "of its own, and set special_category = true for it in the stream, so that no rep can infer it."
    )
