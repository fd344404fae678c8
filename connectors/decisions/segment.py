"""The two files of a segment: commitments that say nothing of anybody, and sealed entries.

An entry's commitment is SHA-256 over a random salt, its lead's handle and its text. The salt and the text
are sealed by AES-256-GCM under the secret of the lead; the handle comes from that secret. So whoever knows
neither can neither read an entry nor guess it, nor tell which entries are of one lead. Beside each
commitment stands a check (8 bytes of SHA-256 over it and the sealed slice): of a changed byte in either
file anybody can say in which entry it lies.
"""

from __future__ import annotations

import hashlib
import mmap
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from numpy.typing import NDArray

from connectors.partitions import folder_to_disk, to_disk

LEAF, COMMITMENT, CHECK, SALT, START = 40, 32, 8, 16, 12
_MAGIC = b"FLD1"
_HANDLE = b"fairlead/lead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An entry that was opened: what its commitment is over."""

    salt: bytes
    handle: bytes
    text: bytes

    @property
    def commitment(self) -> bytes:
        """What stands in the leaf."""
        return hashlib.sha256(self.salt + self.handle + self.text).digest()


def handle_of(secret: bytes) -> bytes:
    """The log's own name for a lead: it shows which entries are of one lead, and nothing else."""
    return hashlib.sha256(_HANDLE + secret).digest()[:16]


def path_of(folder: Path, number: int, what: str) -> Path:
    """Where a file of a segment is; ``what`` is "leaves" or "content"."""
    return folder / f"{number:08d}.{what}"


def write_segment(folder: Path, number: int, entries: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    """Write secrets and texts of entries, bring both files to the disk, and return their digests."""
    leaves, content = _sealed(entries)
    for what, data in (("leaves", leaves), ("content", content)):
        with path_of(folder, number, what).open("wb") as handle:
            handle.write(data)
            handle.flush()
            to_disk(handle.fileno())
    folder_to_disk(folder)
    return {"leaves": digest_of(leaves), "content": digest_of(content)}


def digest_of(data: bytes) -> str:
    """SHA-256 in hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def _sealed(entries: Sequence[tuple[bytes, bytes]]) -> tuple[bytes, bytes]:
    start, salts = os.urandom(8), os.urandom(SALT * len(entries))
    sha256, leaves, slices = hashlib.sha256, list[bytes](), list[bytes]()
    for at, (secret, text) in enumerate(entries):
        salt = salts[SALT * at : SALT * at + SALT]
        handle = sha256(_HANDLE + secret).digest()[:16]  # as `handle_of`
        commitment = sha256(salt + handle + text).digest()
        nonce = start + at.to_bytes(4, "little")
        piece = AESGCM(secret).encrypt(nonce, salt + text, None)
        leaves.append(commitment + sha256(commitment + piece).digest()[:CHECK])
        slices.append(piece)
    ends = np.cumsum([0, *map(len, slices)], dtype=np.uint64).astype("<u4")
    return b"".join(leaves), b"".join([_MAGIC, start, ends.tobytes(), *slices])


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The sealed entries of one segment, as their file is; what it holds may be damaged."""

    data: bytes | mmap.mmap
    count: int
    ends: NDArray[np.uint32]

    def slice(self, at: int) -> bytes:
        """One sealed entry; empty or short where the file is."""
        if at + 1 >= len(self.ends):
            return b""
        first = START + 4 * (self.count + 1)
        return self.data[first + int(self.ends[at]) : first + int(self.ends[at + 1])]

    def open(self, at: int, secret: bytes) -> Opened | None:
        """An entry; None where it is not what was sealed under this secret."""
        nonce = self.data[4:START] + at.to_bytes(4, "little")
        try:
            plain = AESGCM(secret).decrypt(nonce, self.slice(at), None)
        except (InvalidTag, ValueError):
            return None
        return Opened(salt=plain[:SALT], handle=handle_of(secret), text=plain[SALT:])


def content_in(data: bytes | mmap.mmap, count: int) -> Content:
    """What a file says, of a segment with so many entries."""
    here = min(count + 1, max(0, (len(data) - START) // 4))
    ends = np.frombuffer(data, "<u4", here, START) if here else np.zeros(0, np.uint32)
    return Content(data=data, count=count, ends=ends)


def read_content(folder: Path, number: int, count: int) -> Content:
    """The sealed entries of a segment. Raises FileNotFoundError where it is gone."""
    return content_in(path_of(folder, number, "content").read_bytes(), count)


def look_content(folder: Path, number: int, count: int) -> Content:
    """As `read_content`, of which only what is looked at comes from the disk."""
    with path_of(folder, number, "content").open("rb") as handle:
        empty = not handle.seek(0, os.SEEK_END)
        return content_in(b"" if empty else mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ), count)


def differing(leaves: bytes, content: Content) -> Iterator[int]:
    """The entries in which leaves and content do not say the same, or that one of them lacks."""
    for at in range(content.count):
        leaf = leaves[LEAF * at : LEAF * at + LEAF]
        check = hashlib.sha256(leaf[:COMMITMENT] + content.slice(at)).digest()[:CHECK]
        if leaf[COMMITMENT:] != check:
            yield at
