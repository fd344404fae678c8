"""A draft of a policy and what is known of it: its mistakes, a few leads under it, its risk."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from audit.schema import BadInput, parse_stream
from connectors.errors import ConnectorError, Refused
from connectors.policy.doubts import refuse_doubtful
from connectors.policy.fitting import refuse_unfit
from connectors.policy.look import Looked
from connectors.policy.model import Policy
from connectors.policy.parse import parse_policy
from connectors.source import FieldInfo
from webapp.crms import NAMES, source_for
from webapp.measuring import Measured, measured
from webapp.services import Services
from webapp.store.rows import ConnectionRow
from webapp.viewmodels.columns import LeftOut, left_out
from webapp.views.drafting import refuse_too_long, remote_words

FEWEST_READ = 10
"""More leads are read than are shown: some may be excluded or rejected."""
JUDGED = 200
"""Of so many leads the kept values are judged before a policy is saved."""
NOT_THERE = frozenset({"INVALID_FIELD", "PROPERTY_DOESNT_EXIST"})
"""What Salesforce and HubSpot answer where a policy names a field that nobody here can read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What stands in the editor, and what is known of it.

    ``error`` is what is wrong with the text, ``remote_error`` why the CRM could not be asked, ``unmeasured``
    why the risk is not known; None where there is nothing to say.
    """

    connection: ConnectionRow
    text: str
    policy: Policy | None = None
    error: str | None = None
    looked: Looked | None = None
    remote_error: str | None = None
    measured: Measured | None = None
    unmeasured: str | None = None


def drafted(connection: ConnectionRow, text: str) -> Draft:
    """The draft of a text, as far as the text alone tells."""
    draft = Draft(connection=connection, text=text)
    try:
        return replace(draft, policy=_policy(connection, text))
    except BadInput as problem:
        return replace(draft, error=str(problem))


def _policy(connection: ConnectionRow, text: str) -> Policy:
    refuse_too_long(text, "policy")
    policy = parse_policy(text, "The policy")
    if policy.crm != connection.crm:
        name = NAMES[connection.crm]
        msg = f"The policy: crm is '{policy.crm}', but this is {name}; write crm = \"{connection.crm}\""
        raise BadInput(msg)
    return policy


def fitted(opened: Services, draft: Draft) -> Draft:
    """The draft, with what types and kept values speak against; every pull checks the types too."""
    if draft.policy is None:
        return draft
    try:
        fields = described(opened, draft.connection)
        draft = _unfit(draft, fields)
        return draft if draft.error else _judged(opened, draft, fields)
    except (ConnectorError, BadInput) as problem:
        return replace(draft, remote_error=remote_words(problem))


def looked_at(opened: Services, draft: Draft, leads: int) -> Draft:
    """The draft, with a few leads under it. Nothing of them is kept."""
    if draft.policy is None:
        return draft
    try:
        draft = _unfit(draft, described(opened, draft.connection))
        if draft.error or draft.policy is None:
            return draft
        wanted = max(FEWEST_READ, 2 * leads)
        return replace(draft, looked=source_for(opened, draft.connection).look(draft.policy, wanted))
    except (ConnectorError, BadInput) as problem:
        return replace(draft, remote_error=remote_words(problem))


def risked(
    opened: Services, draft: Draft, sensitive: tuple[str, ...] | None = None, *, ask: bool = True
) -> Draft:
    """The draft, with its risk. Without ``ask`` only where the held leads tell it, so that it is quick."""
    if draft.policy is None or draft.error:
        return draft
    try:
        return replace(draft, measured=measured(opened, draft.connection, draft.policy, sensitive, ask=ask))
    except (ConnectorError, BadInput) as problem:
        return replace(draft, unmeasured=remote_words(problem))


def described(opened: Services, connection: ConnectionRow) -> tuple[FieldInfo, ...]:
    """The fields that the CRM describes now; they are remembered, so that new ones are proposed."""
    fields = source_for(opened, connection).describe()
    opened.crm_fields.remember(connection.id, fields)
    return fields


def starved(opened: Services, draft: Draft) -> tuple[LeftOut, ...]:
    """The columns that the audit needs and the draft does not fill."""
    stream = opened.repository.stream(draft.connection.id)
    if draft.policy is None or stream is None:
        return ()
    with suppress(BadInput):  # the audit itself tells what is wrong with the stream
        return left_out(draft.policy, parse_stream(stream.text, "The stream"))
    return ()


def _judged(opened: Services, draft: Draft, fields: Sequence[FieldInfo]) -> Draft:
    """The draft, with what some leads under it speak against, and whether it can be asked for at all."""
    if draft.policy is None:
        return draft
    try:
        batch = source_for(opened, draft.connection).look(draft.policy, JUDGED).batch
        refuse_doubtful(draft.policy, batch, fields)
    except BadInput as problem:
        return replace(draft, error=f"The policy: {problem}")
    except Refused as problem:
        if problem.code not in NOT_THERE:
            raise
        return replace(draft, error=f"The policy: {problem}")
    return draft


def _unfit(draft: Draft, fields: Sequence[FieldInfo]) -> Draft:
    try:
        if draft.policy is not None:
            refuse_unfit(draft.policy, fields, "The policy")
    except BadInput as problem:
        return replace(draft, error=str(problem))
    return draft
