"""How long an answer asks a client to wait.

References
----------
RFC 9110, 10.2.3 (Retry-After): whole seconds, or the date after which to try again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

# Beyond a day the wait is a matter for people, whatever an answer says.
LONGEST = 86_400.0
_SECONDS = re.compile(r"[0-9]{1,9}")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds to wait, at most a day; None where nothing usable is asked (absent, past, nonsense).

    A date is counted from the answer's own ``Date``, so that a wrong clock here does no harm.
    """
    text = headers.get("Retry-After", "").strip()
    seconds = float(text) if _SECONDS.fullmatch(text) else _until(text, headers.get("Date", ""))
    return min(seconds, LONGEST) if seconds > 0 else None


def _until(text: str, date: str) -> float:
    """The seconds from the answer's date until another; 0 where the text is no date."""
    moment = told_moment(text)
    if moment is None:
        return 0.0
    return (moment - (told_moment(date) or datetime.now(UTC))).total_seconds()


def told_moment(text: str) -> datetime | None:
    """The moment of an HTTP date; None where the text is none."""
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
