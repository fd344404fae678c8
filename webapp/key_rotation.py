"""A new generation of an organisation's key: everything moves on, and the CRM is asked for nothing.

::

    pending   the new secrets are in the database; the leads are written anew beside those that count
    commit    one transaction: the new generation is in force, and flags and events have its lead keys,
              and what a shadow score learned of pseudonyms has moved on
    swept     what was before leaves the disk

What counts on the disk is what the generation in force names, so that the commit changes both. A crash
before it leaves the generation of before, whole; a crash after it leaves the new one, whole; the next
start or job sweeps the rest (`webapp.key_order`).
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial

from sqlalchemy.orm import Session

from audit.schema import BadInput
from connectors.policy.key import domains
from connectors.policy.parse import parse_policy
from connectors.rekeying import Rotation
from webapp.crms import label
from webapp.decisions import rekey
from webapp.jobs import alone
from webapp.key_order import put_in_order
from webapp.language import marked
from webapp.pulling import Progress
from webapp.services import Services
from webapp.shadow_rekeying import moving
from webapp.store import pseudonymised
from webapp.store.rows import ConnectionRow

STEP = marked("Moving the leads on to the new key")


def rotate(opened: Services, connection: ConnectionRow, who: str, progress: Progress) -> int:
    """Put the next generation of the key in force; its number.

    Raises
    ------
    BadInput
        Another job of this connection is running, it is disconnected, or what is held does not open.
    """
    if connection.state == "disconnected":
        msg = f"{label(connection)} is disconnected: it has no key to rotate"
        raise BadInput(msg)
    with alone(opened, connection):
        progress(STEP, 0, None)
        put_in_order(opened, connection)
        pending = opened.keys.begin(connection, who)
        step = pending.keyring.rekeying()
        domains = _domains(opened, connection)
        rotation = Rotation(
            seal=pending.seal,
            step=step,
            domains=domains,
            watch=partial(progress, STEP),
        )
        with opened.lake.moving(connection.crm, connection.organisation, rotation):
            learned = moving(opened, connection, domains, step)

            def move_on(session: Session) -> None:
                pseudonymised.move_on(session, connection.id, step)
                learned(session)

            number = opened.keys.activate(connection.id, who, move_on)
        # A log that is damaged says so where it is looked at; it moves on when it is next opened.
        with suppress(BadInput):
            rekey(opened, connection)
        return number


def _domains(opened: Services, connection: ConnectionRow) -> dict[str, str]:
    """The pseudonymised columns of the policy in force, for leads that an older version pulled."""
    policy = opened.repository.policy(connection.id)
    return dict(domains(parse_policy(policy.text, "The policy"))) if policy else {}
