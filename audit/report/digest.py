"""SHA-256 of what an audit was made from."""

from __future__ import annotations

import hashlib
import json
from dataclasses import MISSING, fields, is_dataclass

import pyarrow as pa

from audit.schema import Stream


def of_stream(stream: Stream) -> str:
    """Digest of what a stream says; a key that is left out does not count, whether it exists or not."""
    return hashlib.sha256(json.dumps(_said(stream), sort_keys=True).encode()).hexdigest()


def of_table(table: pa.Table) -> str:
    """Digest of the values, however the table is cut into chunks."""
    digest = hashlib.sha256()
    for name in table.column_names:
        column = table.column(name)
        plain = column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
        digest.update(name.encode())
        sink = pa.BufferOutputStream()
        one = pa.table({name: plain}).combine_chunks()
        with pa.ipc.new_stream(sink, one.schema) as writer:
            writer.write_table(one)
        digest.update(sink.getvalue())
    return digest.hexdigest()


def _said(value: object) -> object:
    if isinstance(value, tuple):
        return [_said(part) for part in value]
    if not is_dataclass(value):
        return value
    named = [(field, getattr(value, field.name)) for field in fields(value)]
    given = [(field, one) for field, one in named if field.default is MISSING or one != field.default]
    return {field.name: _said(one) for field, one in given}
