"""A stream as the text of its TOML file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import fields

from audit.schema.values import Attribute, Stream, Tolerance

_PLAIN = tuple(field.name for field in fields(Stream) if field.name not in {"attributes", "audit"})


def stream_to_toml(stream: Stream) -> str:
    """The file that ``parse_stream`` reads back as an equal stream; what is not set is left out."""
    lines = ["[stream]", *_lines(stream, _PLAIN)]
    for attribute in stream.attributes:
        lines += [
            "",
            "[[stream.attribute]]",
            *_lines(attribute, tuple(field.name for field in fields(Attribute))),
        ]
    lines += ["", "[audit]", *_lines(stream.audit, tuple(field.name for field in fields(Tolerance)))]
    return "\n".join(lines) + "\n"


def _lines(record: Stream | Attribute | Tolerance, names: Sequence[str]) -> Iterator[str]:
    for name in names:
        value = getattr(record, name)
        # An empty list of features says "no feature", one of regulations "no table"; others say nothing.
        if value is not None and (value != () or name in ("features", "regulation")):
            yield f"{name} = {_value(value)}"


def _value(value: str | float | bool | Sequence[str | float]) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # A JSON string is a TOML basic string, but for DEL, which TOML wants escaped.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, int | float):
        return repr(value)
    return "[" + ", ".join(_value(item) for item in value) + "]"
