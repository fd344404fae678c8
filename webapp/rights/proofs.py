"""Certificates of what was deleted: signed with Ed25519 (RFC 8032), each naming the one before it.

What is signed is the text itself, so that nobody need agree on how to write JSON. The public key stands in
it: who has kept that key from elsewhere knows that the certificate is of this installation.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from connectors.pseudonym import Keyring, LeadKey, derive
from webapp.language import gettext
from webapp.rights.marks import BYTES, holds, mark, marks
from webapp.services import Services
from webapp.store.privacy import Privacy, ProofRow
from webapp.store.repository import short_id
from webapp.store.rows import ConnectionRow

SCHEMA = "fairlead.deletion/1"
_PURPOSE = "deletion certificates"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A certificate after its check: ``trouble`` is a sentence, empty where all is well.

    ``ours`` says whether the key that signed it is the one that this installation signs with now.
    """

    proof: ProofRow
    trouble: str
    ours: bool


def privacy(opened: Services) -> Privacy:
    """The store of certificates and rules."""
    return Privacy(database=opened.database, clock=opened.clock)


def certify(
    opened: Services,
    connection: ConnectionRow,
    leads: Iterable[LeadKey],
    told: Mapping[str, Any],
    *,
    finished: bool,
) -> ProofRow:
    """Sign and keep a certificate about some leads; ``told`` says why and what.

    It is ``finished`` where everything that it names is gone already.
    """
    store, keyring = privacy(opened), opened.keyring(connection)
    found = marks(keyring, leads)
    with opened.database.exclusive(f"proof/{connection.id}"):
        before = store.proofs(connection.id)
        number, now = len(before) + 1, opened.clock()
        body = {
            "schema": SCHEMA,
            "id": short_id(),
            "number": number,
            "crm": connection.crm,
            "organisation": connection.organisation,
            "made_at": now.isoformat(timespec="seconds"),
            **told,
            "leads": len(found) // BYTES,
            "generation": keyring.generation,
            "state": opened.erased.numbers(connection.id).state,
            "marks_sha256": hashlib.sha256(found).hexdigest(),
            "previous": before[-1].digest if before else None,
            "public_key": public_key(opened),
        }
        row = _signed(opened, connection, body, found)
        row = replace(row, finished_at=now if finished else None)
        store.add_proof(row)
        return row


def public_key(opened: Services) -> str:
    """The key that proves our certificates (32 bytes in base64)."""
    return base64.b64encode(signing_key(opened).public_key().public_bytes_raw()).decode()


def check(opened: Services, proofs: Sequence[ProofRow]) -> tuple[Checked, ...]:
    """Check all certificates of a connection, oldest first: signature, marks, and the chain."""
    made, previous, own = list[Checked](), None, public_key(opened)
    for number, row in enumerate(proofs, start=1):
        body = _body(row.body)
        trouble = _trouble(row, body) or _break(body, number, previous)
        made.append(Checked(proof=row, trouble=trouble, ours=body.get("public_key") == own))
        previous = row.digest
    return tuple(made)


def naming(
    opened: Services,
    connection: ConnectionRow,
    lead_under: Callable[[Keyring], LeadKey],
    proofs: Iterable[ProofRow],
) -> tuple[ProofRow, ...]:
    """The certificates that a lead is in; ``lead_under`` makes its key under a keyring.

    Keys are rotated: each certificate was made of the pseudonyms of its time.
    """
    keyring = opened.keyring(connection)
    found, marked = list[ProofRow](), dict[int, bytes]()
    for row in proofs:
        generation = int(told_in(row).get("generation", keyring.generation))
        if generation not in marked:
            then = replace(keyring, later=keyring.later[: max(0, generation - keyring.first)])
            marked[generation] = mark(keyring, lead_under(then))
        if holds(row.marks, marked[generation]):
            found.append(row)
    return tuple(found)


def not_by_age(opened: Services, connection: ConnectionRow, digests: Sequence[bytes]) -> list[bytes]:
    """Those of some leads (by their keys) that no certificate of retention names."""
    if not digests:
        return []
    keyring, by_age = opened.keyring(connection), set[bytes]()
    for row in privacy(opened).proofs(connection.id):
        if told_in(row).get("rule"):
            by_age |= {row.marks[at : at + BYTES] for at in range(0, len(row.marks), BYTES)}
    return [one for one in digests if mark(keyring, LeadKey(one)) not in by_age]


def document(row: ProofRow) -> str:
    """A certificate to hand out (JSON): the signed text, its signature, and the marks."""
    told = {
        "certificate": row.body,
        "signature": row.signature,
        "algorithm": "Ed25519",
        "digest_sha256": row.digest,
        "finished_at": row.finished_at.isoformat(timespec="seconds") if row.finished_at else None,
        "marks": base64.b64encode(row.marks).decode(),
    }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def told_in(row: ProofRow) -> Mapping[str, Any]:
    """What a certificate says."""
    return _body(row.body)


def _signed(opened: Services, connection: ConnectionRow, body: Mapping[str, Any], found: bytes) -> ProofRow:
    text = json.dumps(body, sort_keys=True, ensure_ascii=False)
    return ProofRow(
        id=str(body["id"]),
        connection_id=connection.id,
        number=int(body["number"]),
        made_at=opened.clock(),
        finished_at=None,
        body=text,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        signature=base64.b64encode(signing_key(opened).sign(text.encode())).decode(),
        marks=found,
    )


def signing_key(opened: Services) -> Ed25519PrivateKey:
    """The key of this installation, which signs certificates and evidence bundles."""
    return Ed25519PrivateKey.from_private_bytes(derive(opened.settings.master, _PURPOSE))


def _body(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {}


def _trouble(row: ProofRow, body: Mapping[str, Any]) -> str:
    """What is wrong with one certificate by itself."""
    if row.digest != hashlib.sha256(row.body.encode()).hexdigest() or not _is_signed(row, body):
        return gettext("The text was changed after it was signed.")
    count, size = body.get("leads"), len(row.marks)
    if body.get("marks_sha256") != hashlib.sha256(row.marks).hexdigest() or count != size // BYTES:
        return gettext("The marks of the leads were changed after it was signed.")
    return ""


def _is_signed(row: ProofRow, body: Mapping[str, Any]) -> bool:
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(str(body.get("public_key"))))
        key.verify(base64.b64decode(row.signature), row.body.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def _break(body: Mapping[str, Any], number: int, previous: str | None) -> str:
    if body.get("number") == number and body.get("previous") == previous:
        return ""
    return gettext("It does not follow the certificate before it: one was taken out, put in, or moved.")
