"""Sign-ins that were begun, in the browser's own cookie: sealed, for ten minutes, each used once.

Beginning one writes nothing here, so that nobody fills the database by beginning many; that an answer was
used is kept, by the hash of its state.
"""

from __future__ import annotations

import base64
import json
from collections.abc import MutableMapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from webapp.secrets_box import Unreadable
from webapp.services import Services
from webapp.sign_in.provider import Asked

SLOT = "single_sign_on"
"""A list in the order of their beginning: a cookie sorts the names of what is named."""
MOST = 3
"""Begun at a time, in as many tabs; a cookie holds no more than 4 KB."""
LONGEST = 500
"""Bytes of where the person wanted to go. Who wanted to go further lands on the dashboard."""
LIFETIME = timedelta(minutes=10)
Cookie = MutableMapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A sign-in that was begun, and where the person wanted to go."""

    key: str
    asked: Asked
    wanted: str


def remember(opened: Services, cookie: Cookie, begun: Begun) -> None:
    """Keep what the answer must fit; the oldest of several goes. The address itself is not kept."""
    digest = _digest(begun.asked.state)
    record = {**asdict(begun.asked), "url": "", "at": opened.clock().isoformat()}
    # As JSON writes it: letters that are not ASCII take six bytes each, and more.
    fits = len(json.dumps(begun.wanted)) <= LONGEST
    record |= {"key": begun.key, "wanted": begun.wanted if fits else ""}
    sealed = opened.box("sign-in").seal(json.dumps(record).encode(), digest)
    cookie[SLOT] = [*cookie.get(SLOT, [])[1 - MOST :], [digest, base64.b64encode(sealed).decode()]]


def take(opened: Services, cookie: Cookie, state: str) -> Begun | None:
    """What was begun with this state, once; None where this browser did not, or it was too long ago."""
    digest, held = _digest(state), dict(cookie.get(SLOT, []))
    sealed = held.pop(digest, None)
    cookie[SLOT] = [list(one) for one in held.items()]
    if sealed is None:
        return None
    try:
        record = json.loads(opened.box("sign-in").open(base64.b64decode(sealed), digest))
    except Unreadable:
        return None  # the key was changed meanwhile
    late = datetime.fromisoformat(record.pop("at")) + LIFETIME <= opened.clock()
    # A copy of the cookie still has it: only the database knows that it was used.
    if late or not opened.replays.once(f"sign-in/{digest}"):
        return None
    key, wanted = record.pop("key"), record.pop("wanted")
    return Begun(key=key, asked=Asked(**record), wanted=wanted)


def _digest(state: str) -> str:
    return sha256(state.encode()).hexdigest()[:32]
