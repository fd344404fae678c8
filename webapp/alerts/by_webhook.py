"""A message to an incoming webhook that understands Slack's form: one JSON object with a text.

It calls the address that an admin typed and nothing else: no redirect is followed, no proxy of the
environment is used, and a name is looked up once, so that the address that was checked is the one that is
called. An address of a private network is called only where the admin said so. A webhook has no way to tell
a message that comes twice; both carry the same number.
"""

from __future__ import annotations

import ipaddress
import json
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

import urllib3

from audit.schema import BadInput
from connectors.errors import Busy, ConnectorError, Refused
from connectors.retry_after import retry_after
from connectors.transport import timed
from webapp.alerts.message import Message
from webapp.language import gettext, marked
from webapp.setting_types import LOOPBACK

SECONDS, LATER, LONGEST_WAIT = 15.0, 60.0, 3600.0
DEFAULT_PORTS = {"https": 443, "http": 80}
PLAIN = re.compile(r"[!-\[\]-~]+")
"""No space, nothing invisible, no backslash: readers of addresses differ on those."""
NO_ADDRESS = marked("Webhook: write its whole address, which begins with https://.")
PRIVATE = (
    "the webhook's name leads to an address of a private network: allow that on the channel if it is meant"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """A webhook: its address, which is a secret, and whether it may lie in a private network."""

    url: str = field(repr=False)
    private: bool


def checked(url: str, *, private: bool) -> SplitResult:
    """The parts of an address. Raises BadInput where it is none that may be called.

    Without encryption only this machine itself may be called, and only where private addresses are allowed.
    """
    if not PLAIN.fullmatch(url):
        raise BadInput(gettext(NO_ADDRESS))
    try:
        parts = urlsplit(url)
        known = parts.port != 0 and not parts.username and not parts.fragment
    except ValueError:
        raise BadInput(gettext(NO_ADDRESS)) from None
    plain = parts.scheme == "http" and private and parts.hostname in LOOPBACK
    if not (parts.scheme == "https" or plain) or not parts.hostname or not known:
        raise BadInput(gettext(NO_ADDRESS))
    return parts


def send(hook: Hook, message: Message) -> str:
    """Post it; a sentence of what came of it.

    Raises
    ------
    Refused
        It will not be taken until a person acts.
    Busy
        It may be taken later.
    """
    parts = checked(hook.url, private=hook.private)
    body = json.dumps({"text": message.slack}).encode()
    status, headers = _answer(parts, _addresses(parts, private=hook.private), body)
    problem = trouble(status, headers)
    if problem is not None:
        raise problem
    return "The webhook took it."


def resolve(hook: Hook) -> None:
    """See that the address is one that may be called, and that its name is known; nothing is posted.

    Raises
    ------
    BadInput, Refused, Busy
        As `send`.
    """
    _addresses(checked(hook.url, private=hook.private), private=hook.private)


def trouble(status: int, headers: Mapping[str, str]) -> ConnectorError | None:
    """What an answer means; None where it took the message."""
    if 200 <= status < 300:
        return None
    if status in (408, 425, 429) or status >= 500:
        seconds = min(retry_after(headers) or LATER, LONGEST_WAIT)
        return Busy(f"the webhook cannot take it now (HTTP {status})", retry_after=seconds)
    if 300 <= status < 400:
        return Refused(
            "the webhook sends to another address, which is not followed: type that one", code="moved"
        )
    mend = "it is not there any more: make a new one" if status in (404, 410) else "check its address"
    return Refused(f"the webhook refused the message (HTTP {status}): {mend}", code=f"HTTP_{status}")


def _addresses(parts: SplitResult, *, private: bool) -> tuple[str, ...]:
    """The addresses of the host. Raises Refused where one of them is private and must not be."""
    try:
        found = socket.getaddrinfo(parts.hostname, _port(parts), type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        msg = "the webhook's name is not known: check its address"
        raise Busy(msg, retry_after=LATER) from None
    addresses = tuple(dict.fromkeys(str(one[4][0]) for one in found))
    if not private and not all(ipaddress.ip_address(one.partition("%")[0]).is_global for one in addresses):
        raise Refused(PRIVATE, code="private")
    return addresses


def _port(parts: SplitResult) -> int:
    return parts.port or DEFAULT_PORTS[parts.scheme]


def _answer(parts: SplitResult, addresses: tuple[str, ...], body: bytes) -> tuple[int, Mapping[str, str]]:
    """The status and headers of the answer of the first address that can be reached; its body is not read."""
    for address in addresses[:-1]:
        try:
            return _posted(parts, address, body)
        except urllib3.exceptions.NewConnectionError:
            continue
    try:
        return _posted(parts, addresses[-1], body)
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise _unreached(error) from None


def _posted(parts: SplitResult, address: str, body: bytes) -> tuple[int, Mapping[str, str]]:
    """Call one address by the host's name, which its certificate is held to."""
    secure, host, path = parts.scheme == "https", parts.hostname, parts.path or "/"
    names = {"server_hostname": host, "assert_hostname": host} if secure else {}
    with timed(urllib3.PoolManager(retries=False), SECONDS) as pools:
        more = {"timeout": SECONDS, **names}
        pool = pools.connection_from_host(address, _port(parts), parts.scheme, pool_kwargs=more)
        answer = pool.urlopen(
            "POST",
            f"{path}?{parts.query}" if parts.query else path,
            body=body,
            headers={"Host": parts.netloc, "Content-Type": "application/json", "User-Agent": "Fairlead"},
            redirect=False,
            retries=False,
            preload_content=False,
        )
        found = answer.status, dict(answer.headers)
        answer.close()
        return found


def _unreached(error: Exception) -> ConnectorError:
    if isinstance(error, urllib3.exceptions.SSLError) and "CERTIFICATE" in str(error):
        return Refused("the webhook's certificate is not trusted, or is for another name", code="untrusted")
    return Busy("the webhook cannot be reached, or broke off", retry_after=LATER)
