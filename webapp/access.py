"""Looks after the access to the CRMs: whether it still works, that it does not lapse, how it is encrypted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from connectors.errors import Refused
from connectors.policy.parse import parse_policy
from connectors.source import FieldInfo
from webapp.crms import consent, source_for
from webapp.decisions import hand_over
from webapp.outcomes import CHECK, WRITE_BACK, noting
from webapp.services import Services
from webapp.store.rows import ConnectionRow, ConnectionState
from webapp.viewmodels.dashboard import status_of

# States that a successful check disproves. That the last pull did not finish stays true.
_DISPROVED: frozenset[ConnectionState] = frozenset(
    {"consent_needed", "missing_permission", "wrong_settings", "org_gone", "busy", "limit_reached"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What a check found: the state, its name, why, and what to do ("" where all is well).

    ``leads`` is how many leads the connected user sees, None where they could not be counted. ``lacking``
    are sentences about what does not work with this consent.
    """

    connection: ConnectionRow
    words: str
    note: str
    mend: str
    leads: int | None = None
    lacking: tuple[str, ...] = ()


def check(opened: Services, connection: ConnectionRow) -> Access:
    """Renew the access token and see that every field of the policy can be read; the state says the rest.

    Renewing is what keeps a refresh token from lapsing (30 days without use, where the admin set that), so
    that this wants to be run every week.

    Raises
    ------
    Refused, Busy
        The access does not work; the state and the note say why.
    """
    with noting(opened, connection, CHECK):
        grants = opened.grants(connection.id)
        agreed = consent(opened.settings, connection.crm)
        lacking = agreed.inspect(grants.renew(grants.load(), agreed.renew))
        source = source_for(opened, connection)
        _refuse_hidden(opened, connection, source.describe())
        leads = source.count()
    row = opened.repository.connection(connection.id) or connection
    # Reading says nothing about writing.
    writing = row.state == "missing_permission" and row.note.startswith(WRITE_BACK)
    if row.state in _DISPROVED and not writing:
        opened.repository.move_state(connection.id, "connected", "", {"disconnected"})
    return replace(told(opened, connection), leads=leads, lacking=lacking)


def _refuse_hidden(opened: Services, connection: ConnectionRow, found: Sequence[FieldInfo]) -> None:
    """Stop where the connected user does not see what the policy names; a parent's fields are not listed."""
    saved, visible = opened.repository.policy(connection.id), {field.name.lower() for field in found}
    names = parse_policy(saved.text, "The policy").fields if saved else ()
    hidden = [name for name in names if "." not in name and name.lower() not in visible]
    if hidden:
        msg = (
            f"these fields of the policy are missing or not visible to the connected user: "
            f"{', '.join(hidden)}: give the user access to them, or take them out of the policy"
        )
        raise Refused(msg, code="INVALID_FIELD")


def told(opened: Services, connection: ConnectionRow) -> Access:
    """The state of a connection as it stands now, in words."""
    row = opened.repository.connection(connection.id) or connection
    status = status_of(row, audited=True)
    return Access(connection=row, words=status.words, note=row.note, mend=status.mend)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resealed:
    """How many connections' tokens, and how many organisations' keys, were moved to the newest key."""

    tokens: int
    keys: int


def reseal(opened: Services) -> Resealed:
    """Encrypt the tokens of every connection with the newest key, and wrap their keys with the master key.

    The decision logs name the key that signs from now on; after that the one before is needed no more.

    Raises
    ------
    Refused
        A grant does not open with any key: its key was taken out of the settings too early.
    BadInput
        The key of an organisation does not open with the master key, nor with the one before.
    """
    keys = opened.keys.rewrap()
    for row in opened.repository.connections():
        hand_over(opened, row)
    opened.alerting.channels.reseal()
    tokens = sum(opened.grants(row.id).reseal() for row in opened.repository.connections())
    detail = f"{tokens} tokens and {keys} keys moved to the newest key"
    opened.accounts.record("command line", "tokens resealed", "", detail)
    return Resealed(tokens=tokens, keys=keys)
