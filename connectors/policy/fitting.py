"""Whether a policy fits what the CRM says of its fields: free text can only be dropped or reduced.

The name of a field is checked where the policy is read (``connectors.policy.identifying``); its
type only here, because it takes the CRM's describe call. A field that the call does not list (one of
a parent record, a column of a file) is judged by its name alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from audit.schema import BadInput
from connectors.policy.model import Policy, Rule, opt_out_field
from connectors.source import FieldInfo, FieldKind

# What each kind of field holds, and the operators that it allows; the other kinds allow every one.
LIMITS: Mapping[FieldKind, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {
        "long_text": ("a long text that people type", ("drop", "reduce")),
        "formula_text": ("a text that a formula makes", ("drop", "map")),
        "contact": ("a mail address, phone number, web address or id", ("drop", "key")),
        "other": ("no single plain value", ("drop",)),
    }
)
_OPT_OUTS: Collection[FieldKind] = ("yes_no", "choice", "unknown")
_MOMENTS: Collection[FieldKind] = ("moment", "unknown")


def refuse_unfit(policy: Policy, fields: Iterable[FieldInfo], origin: str = "the policy") -> None:
    """Check a policy against the fields that the CRM describes.

    ``origin`` is what messages call the policy.

    Raises
    ------
    BadInput
        A field's type says that it holds free text, contact data or an id, and its rule would keep
        more than is safe; ``exclude_when`` or ``exclude_unless`` names no checkbox or list, or ``created``
        no date.
    """
    known = {field.name.casefold(): field for field in fields}
    try:
        for rule in policy.rules:
            _refuse_rule(rule, known.get(rule.field.casefold()))
        for name in policy.exclude_when:
            field = known.get(opt_out_field(name).casefold())
            _refuse_kind(field, _OPT_OUTS, "exclude_when", "a checkbox or a list")
        for name in policy.exclude_unless:
            _refuse_kind(known.get(name.casefold()), _OPT_OUTS, "exclude_unless", "a checkbox or a list")
        _refuse_kind(known.get(policy.created.casefold()), _MOMENTS, "created", "a date")
    except BadInput as error:
        msg = f"{origin}: {error}"
        raise BadInput(msg) from None


def _refuse_rule(rule: Rule, field: FieldInfo | None) -> None:
    what, allowed = LIMITS.get(field.kind, ("", ())) if field else ("", ())
    if field is None or not allowed or rule.operator.name in allowed:
        return
    msg = (
        f"field '{rule.field}' holds {what} (type {field.type}) and cannot be used with operator "
        f"'{rule.operator.name}': use {' or '.join(allowed)}"
    )
    raise BadInput(msg)


def _refuse_kind(field: FieldInfo | None, kinds: Collection[FieldKind], key: str, wanted: str) -> None:
    if field is not None and field.kind not in kinds:
        msg = f"{key}: field '{field.name}' is of type {field.type}: name {wanted}"
        raise BadInput(msg)
