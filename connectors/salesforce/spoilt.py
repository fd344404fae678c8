"""The troubles after which what was read of a pull cannot become whole."""

from __future__ import annotations

from connectors.emptied import NO_LEADS
from connectors.replacing import OUTDATED
from connectors.salesforce.bulk_query import JOB_FAILED
from connectors.salesforce.trouble import MISSING_FIELD

SPOILT = frozenset(
    {"incomplete", OUTDATED, JOB_FAILED, MISSING_FIELD, "FIELD_ABSENT", "COMPOUND_FIELD", NO_LEADS}
)
