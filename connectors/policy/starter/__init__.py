"""A policy and a stream to begin with: a suggestion made from the names of a CRM's fields.

Nothing is read for it but the describe call. It names no field that the CRM does not offer, and
no name, mail address, phone number or free text. A person checks it before anything is saved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from connectors.policy.starter.hubspot import HUBSPOT
from connectors.policy.starter.policy_text import PolicyText, minimal_policy_text, policy_text
from connectors.policy.starter.salesforce import SALESFORCE
from connectors.policy.starter.standard import Table
from connectors.policy.starter.stream_text import stream_text
from connectors.source import FieldInfo

__all__ = ["Starter", "minimal_starter", "starter", "stream_text"]

TABLES: Mapping[str, Table] = MappingProxyType({table.crm: table for table in (SALESFORCE, HUBSPOT)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Starter:
    """The text of a policy and of the stream that goes with it."""

    policy: str
    stream: str


def starter(crm: str, fields: Sequence[FieldInfo]) -> Starter:
    """What to begin with where the CRM (``salesforce`` or ``hubspot``) offers ``fields``.

    Of the standard fields those that are there; of the numbers named like a score the customer's
    own first, the others as comments to choose from. Where nothing fits, the policy has no rule
    yet, which is not valid until a person adds one.
    """
    return _with_stream(policy_text(TABLES[crm], fields))


def minimal_starter(crm: str) -> Starter:
    """What to begin with where the CRM could not be asked: only fields that every org has."""
    return _with_stream(minimal_policy_text(TABLES[crm]))


def _with_stream(policy: PolicyText) -> Starter:
    return Starter(policy=policy.text, stream=stream_text(policy.columns))
