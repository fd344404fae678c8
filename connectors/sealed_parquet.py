"""Parquet files of an organisation: encrypted as a whole, their footer too, and bound to their names.

Each file is encrypted by Parquet modular encryption, AES_GCM_V1 with a key of 256 bits
(https://parquet.apache.org/docs/file-format/data-pages/encryption/). One key serves the files of one
organisation and generation, so that DuckDB reads them together. A file's own random identifier is bound
into each of its modules, so that no page moves from file to file; its name stands in its encrypted
footer, so that no file stands in for another.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow.parquet import encryption

from connectors.seals import DoesNotOpen, Home, Seal, folder_name

_NAME = b"fairlead.name"


def pattern(folder: Path, crm: str, organisation: str) -> str:
    """Where the files of an organisation's leads are, for a program that has their key."""
    return str(folder.resolve() / crm / folder_name(organisation) / "cohort_day=*" / "*.parquet")


def writer(handle: IO[bytes], schema: pa.Schema, name: str, seal: Seal) -> pq.ParquetWriter:
    """A writer of the file ``name``, to be closed before ``handle`` is."""
    sealing = encryption.create_encryption_properties(footer_key=seal.parquet_key)
    # Without its own metadata: what a source put there would be kept.
    named = schema.with_metadata({_NAME: name.encode()})
    return pq.ParquetWriter(handle, named, encryption_properties=sealing)


def write(home: Home, name: str, table: pa.Table) -> None:
    """Write a whole file and wait until it is on the disk."""
    with (home.path / name).open("wb") as handle:
        with writer(handle, table.schema, name, home.seal) as file:
            file.write_table(table.replace_schema_metadata({_NAME: name.encode()}))
        handle.flush()
        os.fsync(handle.fileno())


@contextmanager
def reading(home: Home, name: str, *, plain: bool = False) -> Iterator[pq.ParquetFile]:
    """A file to read inside a ``with``; a file that is unlinked meanwhile stays readable.

    ``plain`` takes a file that lies in the clear.

    Raises
    ------
    DoesNotOpen
        It was not sealed by this seal under this name, or was changed since.
    FileNotFoundError
        There is none.
    """
    opening = encryption.create_decryption_properties(
        footer_key=home.seal.parquet_key, allow_plaintext_files=plain
    )
    with (home.path / name).open("rb") as handle:
        try:
            file = pq.ParquetFile(handle, decryption_properties=opening)
            if not plain and (file.schema_arrow.metadata or {}).get(_NAME) != name.encode():
                raise DoesNotOpen
            yield file
        except (OSError, pa.ArrowInvalid) as error:
            # Trouble with the disk has a number; a module that does not decrypt has none.
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise DoesNotOpen from None
