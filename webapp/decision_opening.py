"""Opening the decision log of a connection: where it lies, its keys, and the lead keys of today."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from audit.schema import BadInput
from connectors.decisions.keys import LogKeys
from connectors.decisions.ledger import Ledger
from connectors.decisions.opening import open_ledger
from connectors.moments import in_seconds
from connectors.pseudonym import Keyring, LeadKey, derive
from webapp.services import Services
from webapp.store.rows import ConnectionRow


def place_of(opened: Services, connection: ConnectionRow) -> Path:
    """The folder of a connection's log."""
    return opened.lake.beside(connection.crm, connection.organisation, "log")


@contextmanager
def open_chain(opened: Services, connection: ConnectionRow) -> Iterator[Ledger]:
    """The open log, without the key that reads its entries."""
    keys, at = LogKeys(secret=b"", signers=_signers(opened, connection)), in_seconds(opened.clock())
    with open_ledger(place_of(opened, connection), keys, connection.crm, at) as ledger:
        yield ledger


@contextmanager
def open_log(opened: Services, connection: ConnectionRow) -> Iterator[Ledger]:
    """The open log, made where there is none; its leads are known by the keys of today."""
    keys, at = keys_of(opened, connection), in_seconds(opened.clock())
    with open_ledger(place_of(opened, connection), keys, connection.crm, at) as ledger:
        _move_on(ledger, opened.keyring(connection))
        yield ledger


def keys_of(opened: Services, connection: ConnectionRow) -> LogKeys:
    """The keys of a connection's log. Raises BadInput where the organisation's key was destroyed."""
    secret = opened.keyring(connection).key_for("decision-log")
    return LogKeys(secret=secret, signers=_signers(opened, connection))


def _signers(opened: Services, connection: ConnectionRow) -> tuple[bytes, ...]:
    masters = (opened.settings.master, *opened.settings.former_masters)
    name = f"decision-log/{len(connection.crm)}:{connection.crm}/{connection.organisation}"
    return tuple(derive(one, name) for one in masters)


def _move_on(ledger: Ledger, keyring: Keyring) -> None:
    """Bring the index to the generation of a keyring, one that a killed rotation left behind as well.

    What was logged under a key that was destroyed since goes: the connection was made again before that.
    """
    since = ledger.index.generation() or keyring.generation
    if since > keyring.generation:
        msg = "the decision log is of a later time than the database; put both of one moment back"
        raise BadInput(msg)

    def moved(key: str) -> str:
        return keyring.forward(LeadKey(bytes.fromhex(key)), since).hex

    if since < keyring.first:
        ledger.empty()
    if ledger.index.generation() != keyring.generation:
        ledger.rekey(moved, keyring.generation)
