"""Erasure on request: an admin typed a record id. What was held, what is left, and what the CRM still has."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from types import MappingProxyType

from audit.schema import BadInput
from connectors.hubspot.events import Event
from connectors.one_lead import one_lead
from connectors.pseudonym import Keyring, LeadKey
from webapp.crms import NAMES, label
from webapp.decisions import history_of
from webapp.departures import keep, settle
from webapp.rights.in_line import put_right
from webapp.rights.marks import mark
from webapp.services import Services
from webapp.store.rows import ConnectionRow

KINDS = MappingProxyType({"salesforce": ("lead",), "hubspot": ("contact", "lead")})
"""The objects whose record ids may be typed, by CRM; the first is the one that leads are read from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """How much is held of one lead, place by place.

    ``row`` counts its row (0 or 1), ``turned_away`` its line among those left out, ``told`` what the CRM
    told of it by webhook.
    """

    row: int = 0
    turned_away: int = 0
    scores: int = 0
    flag: int = 0
    told: int = 0
    decisions: int = 0

    @property
    def any(self) -> bool:
        """Whether there is anything."""
        return bool(self.row or self.turned_away or self.flag or self.told or self.decisions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What an erasure did: ``before`` and ``after`` it, and whether a job at work ends it."""

    before: Held
    after: Held
    waiting: bool


def lead_typed(
    opened: Services, connection: ConnectionRow, text: str, keyring: Keyring | None = None, kind: str = ""
) -> LeadKey:
    """The key of the lead whose record id a person typed; the id goes no further than this.

    ``keyring`` is one of an earlier time; without it, the one in force makes the key. ``kind`` says of which
    object the id is, one of `KINDS`; "" is the one that the CRM's leads are read from.

    Raises
    ------
    BadInput
        It is no record id of this CRM, or the CRM is disconnected.
    """
    if connection.state == "disconnected":
        msg = f"{label(connection)} is disconnected, and what was read from it is erased."
        raise BadInput(msg)
    keyring, kind = keyring or opened.keyring(connection), kind or KINDS[connection.crm][0]
    if kind not in KINDS[connection.crm]:
        msg = (
            f"{NAMES[connection.crm]} has no such kind of lead: choose {' or '.join(KINDS[connection.crm])}."
        )
        raise BadInput(msg)
    if connection.crm == "salesforce":
        from connectors.salesforce.typed_id import typed_lead  # noqa: PLC0415 - loads the client library

        return typed_lead(text, keyring)
    from connectors.hubspot import typed_id  # noqa: PLC0415 - loads the client library

    return typed_id.typed_lead(text, keyring, kind)


def erase_typed(opened: Services, connection: ConnectionRow, text: str, who: str, kind: str = "") -> Erasure:
    """As `erase`, of the lead whose record id was typed; a rotation of the key meanwhile does not matter.

    Raises
    ------
    BadInput
        As `lead_typed` does.
    """
    while True:
        keyring = opened.keyring(connection)
        done = erase(opened, connection, lead_typed(opened, connection, text, keyring, kind), who)
        if opened.keyring(connection).generation == keyring.generation:
            return done


def erase(opened: Services, connection: ConnectionRow, lead: LeadKey, who: str) -> Erasure:
    """Erase one lead, by its key of today, for good, and keep it out of every later pull.

    It goes the way of an erasure that the CRM tells: kept first, so that it is done even if this process
    ends now, and done again at the end of a job that is at work.
    """
    put_right(opened, connection)
    before = held_of(opened, connection, lead)
    wish = Event(
        organisation=connection.organisation,
        kind="erased",
        lead=lead,
        at=opened.clock(),
        digest=secrets.token_hex(32),
        generation=opened.keyring(connection).generation,
    )
    keep(opened, connection, [wish], None)
    settle(opened, connection)
    waiting = any(row.digest == wish.digest for row in opened.told_events.pending(connection.id))
    after = held_of(opened, connection, lead)
    named = mark(opened.keyring(connection), lead).hex()
    opened.accounts.record(who, "lead erased", label(connection), f"{_words(before)} mark {named}")
    return Erasure(before=before, after=after, waiting=waiting)


def held_of(opened: Services, connection: ConnectionRow, lead: LeadKey) -> Held:
    """What is held of one lead."""
    found = one_lead(opened.lake, connection.crm, connection.organisation, lead)
    return Held(
        row=int(found.day is not None),
        turned_away=int(found.turned_away is not None),
        scores=len(found.earlier),
        flag=int(opened.repository.flag(connection.id, lead.hex) is not None),
        told=opened.told_events.count(connection.id, lead),
        decisions=_logged(opened, connection, lead),
    )


def _logged(opened: Services, connection: ConnectionRow, lead: LeadKey) -> int:
    try:
        return len(history_of(opened, connection, lead))
    except BadInput:
        return 0  # a damaged log: its own page says so, and what it holds is erased all the same


def _words(before: Held) -> str:
    return "what was held of one lead;" if before.any else "nothing was held of this lead;"
