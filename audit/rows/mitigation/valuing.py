"""The column of what a good outcome is worth."""

from __future__ import annotations

from dataclasses import replace

from audit.schema import Stream


def with_value(stream: Stream, value: str | None) -> Stream:
    """The stream with the column of amounts among its fields; the laboratory takes it out again."""
    if value is None or stream.features is None or value in stream.features:
        return stream
    return replace(stream, features=(*stream.features, value))
