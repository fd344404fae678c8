"""The certificate of a disconnect: what was held when the organisation's key was destroyed.

It counts and has no marks: with the key nobody can tell any more which leads they were, which is the point of
destroying it. It is made just before the key goes, and finished once the files and rows are gone too.
"""

from __future__ import annotations

import logging
from contextlib import suppress

from audit.schema import BadInput
from webapp.language import marked
from webapp.measuring import held_leads
from webapp.rights.proofs import certify, privacy, told_in
from webapp.services import Services
from webapp.store.privacy import ProofRow
from webapp.store.rows import ConnectionRow

LOG = logging.getLogger(__name__)
CAUSE = marked("disconnected, and its key destroyed")
FLAG_BYTES = 16


def certify_parting(opened: Services, connection: ConnectionRow) -> None:
    """Certify what is about to be destroyed, once; it never keeps anything from being destroyed.

    Where the master key is lost, no certificate can be made.
    """
    try:
        if opened.keys.is_held(connection.id):
            _certify(opened, connection)
    except BadInput as problem:
        LOG.warning("No certificate of the disconnect was made: %s", problem)


def _certify(opened: Services, connection: ConnectionRow) -> None:
    generation = opened.keyring(connection).generation
    if any(told_in(row).get("generation") == generation for row in _begun(opened, connection)):
        return
    leads = held_leads(opened, connection)
    flags = len(opened.repository.flagged(connection.id)) // FLAG_BYTES
    if leads or flags:
        told = {"cause": CAUSE, "held": {"leads": leads, "flags": flags}}
        certify(opened, connection, (), told, finished=False)


def finish_parting(opened: Services, connection: ConnectionRow) -> None:
    """Record that what the certificate names is gone."""
    with suppress(BadInput):
        for row in _begun(opened, connection):
            privacy(opened).finish_proof(row.id)


def _begun(opened: Services, connection: ConnectionRow) -> list[ProofRow]:
    proofs = privacy(opened).proofs(connection.id)
    return [row for row in proofs if row.finished_at is None and told_in(row).get("cause") == CAUSE]
