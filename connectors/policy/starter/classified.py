"""What an admin's data classification means for a suggestion.

Restricted and mission-critical fields, and those under HIPAA or PCI, are shown only as a comment, unless
they are a group to compare: that needs them, and a person decides. Personal and confidential fields may
come as a band, a part or a word of a list, never as they are.

References
----------
Salesforce, "Data Classification Metadata Fields"; HubSpot, "Sensitive data" (dataSensitivity); the values
are those of a new org, which its admin may
change: of one that is not known here nothing is concluded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from connectors.policy.model import Rule
from connectors.policy.starter.sensitive import special_reason
from connectors.source import FieldInfo

_CLOSED = frozenset({"restricted", "missioncritical", "sensitive", "highly_sensitive"})
_CLOSED_BY_LAW = frozenset({"HIPAA", "PCI"})
_CAREFUL = frozenset({"confidential"})
_PERSONAL = frozenset({"PII", "GDPR", "CCPA", "COPPA", "PERSONALINFO"})
_COMPARED = frozenset({"gender", "age", "region"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What to say of a rule, and whether it is better only shown."""

    sentences: tuple[str, ...] = ()
    leave_out: bool = False


def advice_on(rule: Rule, field: FieldInfo | None) -> Advice:
    """What the classification of a rule's field means for it."""
    if field is None:
        return Advice()
    found = standing(field)
    closed, careful = found == "closed", found != ""
    told = f"Your org classifies it as {_classes(field)}."
    if field.special:
        return Advice(sentences=(special_reason(field.special),), leave_out=True)
    if field.retiring:
        return Advice(sentences=("Your org means to do without this field.",), leave_out=True)
    if closed and rule.column in _COMPARED:
        return Advice(sentences=(f"{told} Keep the rule only if you may compare groups by it.",))
    if closed or (careful and rule.operator.name == "keep"):
        return Advice(sentences=(f"{told} Take the # away only if it may be read.",), leave_out=True)
    return Advice(sentences=(told,)) if careful else Advice()


def standing(field: FieldInfo) -> Literal["closed", "careful", ""]:
    """How a field was classified: not to be read without a person's word, with care, or nothing known."""
    groups = {one.upper() for one in field.compliance}
    if _word(field.security) in _CLOSED or groups & _CLOSED_BY_LAW:
        return "closed"
    return "careful" if _word(field.security) in _CAREFUL or groups & _PERSONAL else ""


def _word(security: str) -> str:
    return security.replace(" ", "").casefold()


def _classes(field: FieldInfo) -> str:
    return ", ".join(one for one in (field.security, *field.compliance) if one)
