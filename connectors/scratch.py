"""Unnamed files for what is on its way: what is written lies on the disk in cipher alone.

The key is made with the file and never leaves this process's memory: once the file is closed, or the
process killed, nobody can read what the disk may still hold. It is AES-256 in counter mode (NIST SP
800-38A): a key serves one file, from its first byte on, so that no part of the key stream is used
twice. The bytes are not authenticated: the file has no name that another program could open.
"""

from __future__ import annotations

import secrets
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

if TYPE_CHECKING:
    from typing_extensions import Buffer

_BLOCK = 16


@dataclass(slots=True)
class Scratch:
    """One file: written to its end, then read from the start, as often as wanted.

    It has no name: a process that is killed leaves nothing behind.
    """

    place: Path
    closed: bool = field(init=False, default=False)
    _file: IO[bytes] = field(init=False, repr=False)
    _cipher: Any = field(init=False, repr=False)
    _stream: Any = field(init=False, repr=False)

    def __enter__(self) -> Self:
        """Open the file in its folder."""
        self.place.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = tempfile.TemporaryFile(dir=self.place)
        self._cipher = Cipher(AES(secrets.token_bytes(32)), CTR(bytes(_BLOCK)))
        self._stream = self._cipher.encryptor()
        return self

    def write(self, plain: Buffer) -> int:
        """Put some bytes behind those before; how many."""
        seen = memoryview(plain).cast("B")
        self._file.write(self._stream.update(seen))
        return seen.nbytes

    def flush(self) -> None:
        """Nothing needs to be on the disk."""

    def rewind(self) -> None:
        """Read from the start from now on; nothing is written after that."""
        self._file.seek(0)
        self._stream = self._cipher.decryptor()

    def read(self, size: int = -1) -> bytes:
        """The next bytes; fewer at the end."""
        plain: bytes = self._stream.update(self._file.read(size))
        return plain

    def readable(self) -> bool:
        """As of any file."""
        return True

    def writable(self) -> bool:
        """As of any file."""
        return True

    def seekable(self) -> bool:
        """It is read in order alone."""
        return False

    def close(self) -> None:
        """Let the file go."""
        self._file.close()
        self.closed = True

    def __exit__(self, *_: object) -> None:
        """Let the file go."""
        self.close()
