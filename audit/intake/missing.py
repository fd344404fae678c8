"""What counts as missing: form defaults and export tokens of the CRMs and their tools."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

# Compared without case and outer spaces. docs/reference/stream.md lists them; a test compares the two.
BUILT_IN: tuple[str, ...] = (
    *("", "-", "--", "?", "."),
    *("select", "-select-", "--select--", "- select -", "-- select --", "select one", "please select"),
    *("none", "-none-", "--none--", "- none -", "-- none --"),
    *("n/a", "na", "#n/a", "<na>", "nan", "nil", "null", "(null)", "\\n", "undefined"),
    *("unknown", "(unknown)", "not available", "not provided", "not specified", "unspecified"),
    *("(blank)", "missing"),
)


def missing_tokens(added: Iterable[str]) -> pa.Array:
    """The built-in tokens and those of the stream, trimmed and in lower case, each once."""
    tokens = dict.fromkeys([*BUILT_IN, *(token.strip().lower() for token in added)])
    return pa.array(tokens, pa.string())
