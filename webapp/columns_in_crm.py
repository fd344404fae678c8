"""What a column is called where the leads live: a rep knows "Zip/Postal Code", not ``zip3``."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.errors import Busy, Refused
from connectors.policy.model import Policy
from webapp.crms import source_for
from webapp.services import Services
from webapp.store.rows import ConnectionRow


def names_in_crm(opened: Services, connection: ConnectionRow, policy: Policy) -> Mapping[str, str]:
    """Each column of the policy with its field's label; the field's own name where the CRM tells none."""
    labels = _labels(opened, connection)
    return {rule.column: labels.get(rule.field.lower(), rule.field) for rule in policy.rules}


def _labels(opened: Services, connection: ConnectionRow) -> Mapping[str, str]:
    try:
        fields = source_for(opened, connection).describe()
    except (Busy, Refused):
        # The leads are pulled already: no audit is lost for want of a label.
        return {}
    opened.crm_fields.remember(connection.id, fields)  # new ones are proposed on the policy page
    return {field.name.lower(): field.label for field in fields if field.label.strip()}
