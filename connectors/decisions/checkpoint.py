"""How far a log had come, signed: kept elsewhere, it finds a log that was cut off or written anew."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.schema import BadInput
from connectors.decisions.chain import Record, canonical, keys_of, public_key, public_text
from connectors.decisions.verify import Fault

_SIGNED = b"fairlead decision log, checkpoint\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The number of lines and the digest of the last one, at a time; ``public_key`` is the log's own."""

    source: str
    organisation: str
    records: int
    entries: int
    digest: str
    at: str
    public_key: str


def made(records: Sequence[Record], organisation: str, at: str) -> Checkpoint:
    """The checkpoint of a chain as it is now."""
    entries = sum(one.facts["count"] for one in records if one.kind == "entries")
    return Checkpoint(
        source=records[0].facts["source"],
        organisation=organisation,
        records=len(records),
        entries=entries,
        digest=records[-1].digest,
        at=at,
        public_key=keys_of(records)[-1],
    )


def signed(point: Checkpoint, key: Ed25519PrivateKey) -> str:
    """A checkpoint as the text of a file. Raises ValueError for another log's key."""
    if public_text(key) != point.public_key:
        msg = "the checkpoint is of a log with another key"
        raise ValueError(msg)
    document = asdict(point)
    return (
        json.dumps({**document, "signature": key.sign(_SIGNED + canonical(document)).hex()}, indent=2) + "\n"
    )


def checkpoint_in(text: str) -> Checkpoint:
    """The checkpoint that a file holds, its signature checked against the key that it names.

    Raises
    ------
    BadInput
        It is none, or it was changed.
    """
    try:
        document: dict[str, Any] = json.loads(text)
        signature = bytes.fromhex(document.pop("signature"))
        point = Checkpoint(**document)
        public_key(point.public_key).verify(signature, _SIGNED + canonical(asdict(point)))
    except InvalidSignature:
        msg = "the checkpoint's signature is not good: it was changed after it was made"
        raise BadInput(msg) from None
    except (ValueError, TypeError, KeyError, AttributeError):
        msg = "this is no checkpoint of a decision log"
        raise BadInput(msg) from None
    return point


def against(point: Checkpoint, records: Sequence[Record]) -> tuple[Fault, ...]:
    """What a chain that was read lacks of what a checkpoint says was there."""
    if len(records) < point.records:
        what = (
            f"the chain has {len(records):,} good lines, and had {point.records:,} with {point.entries:,} "
            f"entries on {point.at[:10]}: its end was cut off or changed"
        )
        return (Fault(line=len(records), what=what),)
    last = records[point.records - 1]
    if last.digest != point.digest:
        what = f"it is another one than on {point.at[:10]}: the log was written anew"
        return (Fault(line=last.number, day=last.at[:10], what=what),)
    return ()
