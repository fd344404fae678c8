"""Why a host was not reached: the network here is broken, or there is no such org any more.

A deleted sandbox and a changed My Domain have a name that nobody knows. So has every host where the
network here is broken, which Salesforce's own login address tells apart.
"""

from __future__ import annotations

import socket
from contextlib import suppress

import requests
import urllib3

GONE = "org_gone"
KNOWN_HOST = "login.salesforce.com"


def is_unknown_host(error: requests.RequestException) -> bool:
    """Whether a host's name has no address, while Salesforce's login has one."""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return isinstance(reason, urllib3.exceptions.NameResolutionError) and has_address(KNOWN_HOST)


def has_address(host: str) -> bool:
    """Whether a name has an address."""
    with suppress(OSError):
        return bool(socket.getaddrinfo(host, 443))
    return False
