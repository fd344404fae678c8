"""A sample of leads for ``fairlead policy preview``, read from a connected CRM."""

from __future__ import annotations

from audit.schema import BadInput
from connectors.policy.look import Looked
from connectors.policy.model import Policy
from webapp.crms import NAMES, source_for
from webapp.installation import chosen, installation
from webapp.measuring import SAMPLED
from webapp.store.rows import CRMS, ConnectionRow


def sampled(policy: Policy, crm: str, org: str | None) -> Looked:
    """The first leads of a connected CRM under a policy. Nothing is stored, neither here nor there.

    Raises
    ------
    BadInput
        The policy is for another CRM, or it is not clear which connection is meant.
    Refused, Busy
        The CRM did not answer.
    """
    if policy.crm != crm:
        name = next((NAMES[one] for one in CRMS if one == crm), crm)
        msg = f'the policy is for {policy.crm}, not for {name}: write crm = "{crm}", or name the other CRM'
        raise BadInput(msg)
    with installation() as opened:
        return source_for(opened, _one(chosen(opened, org or crm), crm)).look(policy, SAMPLED)


def _one(found: tuple[ConnectionRow, ...], crm: str) -> ConnectionRow:
    fitting = [row for row in found if row.crm == crm]
    if len(fitting) == 1:
        return fitting[0]
    names = ", ".join(row.organisation for row in fitting)
    several = f"several are connected: name one of {names} with --org"
    msg = several if fitting else f"what --org names is no {crm} connection; leave it out, or name another"
    raise BadInput(msg)
