"""Flags as a CSV file beside the leads: the write-back of a file source."""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC
from itertools import islice
from pathlib import Path

from connectors.pseudonym import Keyring, LeadKey
from connectors.source import Flag, Receipt
from connectors.tally import Tally

HEADER = ("key", "status", "reason", "audit_id", "checked_at")
Row = tuple[str, ...]


def publish_flags(
    path: Path, listed: Sequence[str], flags: Mapping[LeadKey, Flag], keyring: Keyring
) -> Receipt:
    """Write the flags of the listed leads; a lead without a flag loses the row it had.

    The file is replaced as one, and only when a row changed.
    """
    before = read_flags(path)
    after: dict[str, Row] = {}
    tally = Tally(listed=len(listed))
    for identity in listed:
        flag = flags.get(keyring.lead_key(identity))
        if flag is not None:
            after[identity] = _row(identity, flag)
        if after.get(identity) == before.get(identity):
            tally.kept(flag)
        else:
            tally.took(flag.status if flag else None)
    if after != before:
        _replace(path, after.values())
    return tally.receipt()


def read_flags(path: Path) -> dict[str, Row]:
    """The rows now in the file of flags, by record id; none where there is no such file yet."""
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        rows = islice(csv.reader(file), 1, None)
        return {row[0]: tuple(row) for row in rows if len(row) == len(HEADER)}


def _row(identity: str, flag: Flag) -> Row:
    checked = flag.checked_at.astimezone(UTC).isoformat(timespec="seconds")
    return identity, flag.status, flag.reason, flag.audit_id, checked


def _replace(path: Path, rows: Iterable[Row]) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([HEADER, *rows])
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
