"""On which kind of file system a folder lies, where the system tells (Linux, proc(5))."""

from __future__ import annotations

import re
from pathlib import Path

TABLE = Path("/proc/self/mountinfo")
OCTAL = re.compile(r"\\([0-7]{3})")


def kind_of(folder: Path) -> str:
    """Such as "ext4" or "nfs4"; "" where nobody says."""
    try:
        table = TABLE.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return kind_in(table, folder.resolve())


def kind_in(table: str, folder: Path) -> str:
    """As `kind_of`, out of the table's text. Of mounts on one place the last counts."""
    found, depth = "", -1
    for line in table.splitlines():
        before, _, after = line.partition(" - ")
        parts = before.split()
        if len(parts) > 4 and after:
            place = Path(OCTAL.sub(lambda sign: chr(int(sign[1], 8)), parts[4]))
            if folder.is_relative_to(place) and len(place.parts) >= depth:
                found, depth = after.split()[0], len(place.parts)
    return found
