"""What stands in an editor before anything is saved: a suggestion from the names of the CRM's fields."""

from __future__ import annotations

from dataclasses import dataclass

from audit.schema import BadInput
from connectors.errors import ConnectorError
from connectors.policy.parse import parse_policy
from connectors.policy.starter import Starter, minimal_starter, starter, stream_text
from connectors.source import FieldInfo
from webapp.crms import syncing_source
from webapp.services import services
from webapp.store.rows import ConnectionRow
from webapp.views.drafting import remote_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A text for the editor; ``trouble`` says why the CRM could not be asked (None where it was)."""

    text: str
    trouble: str | None = None


def suggested_policy(connection: ConnectionRow) -> Suggestion:
    """A policy over the standard fields that the CRM offers. Asks the CRM for their names, no more."""
    found, trouble = _starter(connection)
    return Suggestion(text=found.policy, trouble=trouble)


def suggested_stream(connection: ConnectionRow) -> Suggestion:
    """A stream over the columns of the policy in force; only where there is none is the CRM asked."""
    policy = services().repository.policy(connection.id)
    if policy is None:
        found, trouble = _starter(connection)
        return Suggestion(text=found.stream, trouble=trouble)
    try:
        rules = parse_policy(policy.text, "The policy").rules
    except BadInput:
        rules = ()  # the policy page tells what is wrong with it
    # A pseudonym groups nobody, so it has no role to suggest.
    return Suggestion(text=stream_text([r.column for r in rules if r.operator.name not in {"drop", "key"}]))


def _starter(connection: ConnectionRow) -> tuple[Starter, str | None]:
    try:
        return starter(connection.crm, _fields(connection)), None
    except (ConnectorError, BadInput) as problem:
        return minimal_starter(connection.crm), remote_words(problem)


def _fields(connection: ConnectionRow) -> tuple[FieldInfo, ...]:
    return syncing_source(services(), connection).suggestible()
