"""The chain: one signed line after the other, each with the digest of the line before."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from connectors.partitions import folder_to_disk, to_disk

NAME = "chain.jsonl"
NOTHING = "0" * 64
KIND = Literal["begin", "entries", "erasure", "drop", "rekey", "key"]
_SIGNED = b"fairlead decision log, line\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What one line says.

    ``number`` counts from 0, ``at`` is when it was written (ISO 8601, UTC), ``previous`` the digest of the
    record before, ``facts`` what the kind has to say; nothing in it names a lead.
    """

    number: int
    kind: KIND
    at: str
    previous: str
    facts: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """SHA-256 of the record, which the next one holds."""
        return hashlib.sha256(canonical(asdict(self))).hexdigest()


def canonical(document: Mapping[str, Any]) -> bytes:
    """The one way to write a document: JSON, sorted keys, no spaces, ASCII."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def line_of(record: Record, key: Ed25519PrivateKey) -> bytes:
    """The line, signed (RFC 8032), with its end."""
    signature = key.sign(_SIGNED + bytes.fromhex(record.digest)).hex()
    return canonical({"record": asdict(record), "signature": signature}) + b"\n"


def record_in(line: bytes) -> Record | None:
    """The record of a line; None where the line is not exactly what `line_of` writes."""
    try:
        document = json.loads(line)
        record = Record(**document["record"])
        same = canonical(document) == line and set(document) == {"record", "signature"}
    except (ValueError, TypeError, KeyError):
        return None
    return record if same and _is_sound(record) else None


def _is_sound(record: Record) -> bool:
    texts = (record.kind, record.at, record.previous)
    return (
        type(record.number) is int and all(type(one) is str for one in texts) and type(record.facts) is dict
    )


def is_signed(line: bytes, record: Record, key: Ed25519PublicKey) -> bool:
    """Whether a line's signature is that of the key over its record."""
    try:
        key.verify(bytes.fromhex(json.loads(line)["signature"]), _SIGNED + bytes.fromhex(record.digest))
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def public_key(text: str) -> Ed25519PublicKey:
    """The key out of 64 hexadecimal digits. Raises ValueError for anything else."""
    return Ed25519PublicKey.from_public_bytes(bytes.fromhex(text))


def public_text(key: Ed25519PrivateKey) -> str:
    """The public half of a key, in 64 hexadecimal digits."""
    return key.public_key().public_bytes_raw().hex()


def keys_of(records: Sequence[Record]) -> list[str]:
    """The public keys of a chain, the one in force last; each is named under the one before."""
    return [str(one.facts.get("public_key")) for one in records if one.kind in {"begin", "key"}]


def lines_in(folder: Path) -> list[bytes]:
    """Every whole line, without its end; what a crash cut short is none."""
    try:
        text = (folder / NAME).read_bytes()
    except FileNotFoundError:
        return []
    return text.split(b"\n")[:-1]


def append_lines(folder: Path, lines: Sequence[bytes]) -> None:
    """Add lines for good, after what is whole there."""
    path = folder / NAME
    with path.open("ab") as handle:
        whole = sum(len(line) + 1 for line in lines_in(folder))
        if handle.tell() > whole:
            os.truncate(path, whole)
        handle.write(b"".join(lines))
        handle.flush()
        to_disk(handle.fileno())
    folder_to_disk(folder)
