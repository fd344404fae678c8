"""Which API version to speak: the one of the settings where the org offers it, never one below 60.0.

References
----------
Salesforce, REST API Developer Guide, "Versions" (the list needs no sign-in and counts as no call).
"""

from __future__ import annotations

import re
from contextlib import suppress

import requests

from connectors.errors import Refused

OLDEST = 60
TOO_OLD = "api_version"
_VERSION = re.compile(r"([0-9]{2})\.0")


def number(version: str) -> int:
    """68 of "68.0"; 0 where it is no version."""
    match = _VERSION.fullmatch(version)
    return int(match[1]) if match else 0


def agreed(session: requests.Session, origin: str, wanted: str) -> str:
    """The version to use with an org: ``wanted``, or the nearest that it offers.

    An org whose list cannot be read is asked with ``wanted``: its answer will say what is wrong.

    Raises
    ------
    Refused
        ``api_version``: the org, or the setting, is older than Fairlead needs.
    """
    offered = _offered(session, origin) or {number(wanted)}
    older = [found for found in offered if found <= number(wanted)]
    chosen = max(older) if older else min(offered)
    if chosen < OLDEST:
        msg = f"the org's API version is {chosen}.0, and Fairlead needs {OLDEST}.0 or newer: ask Salesforce"
        raise Refused(msg, code=TOO_OLD)
    return f"{chosen}.0"


def _offered(session: requests.Session, origin: str) -> set[int]:
    """The versions of an org; nothing where its answer is no list of them."""
    found: object = None
    with suppress(requests.RequestException, ValueError, RecursionError):
        response = session.get(f"{origin}/services/data", timeout=(5, 30), allow_redirects=False)
        found = response.json() if response.status_code == 200 else None
    rows = found if isinstance(found, list) else []
    numbers = {number(str(row.get("version"))) for row in rows if isinstance(row, dict)}
    return numbers - {0}
