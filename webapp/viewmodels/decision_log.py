"""What the connections page says of a decision log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from webapp.language import decimal, gettext, ngettext
from webapp.store.decision_logs import LogRow


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFacts:
    """How many decisions are logged, and whether the log is as it was written, in words.

    ``state`` is "sound", "broken" or "unknown" (it was not verified yet).
    """

    counts: str
    state: Literal["sound", "broken", "unknown"]
    row: LogRow


def log_facts(row: LogRow) -> LogFacts | None:
    """The facts; None where nothing was logged yet."""
    if not row.entries:
        return None
    parts = [ngettext("%(n)s score logged", "%(n)s scores logged", row.entries)]
    erased, dropped = decimal(row.erased), decimal(row.dropped)
    parts += [gettext("%(n)s of them erased", n=erased)] if row.erased else []
    if row.dropped:
        parts.append(gettext("%(n)s dropped because of their age or a disconnect", n=dropped))
    state: Literal["sound", "broken", "unknown"] = "broken" if row.fault else "sound"
    return LogFacts(counts=", ".join(parts), state=state if row.verified_at else "unknown", row=row)
