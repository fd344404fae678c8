"""Why a host was not reached: a broken network, an org that is gone, or one that is not who it says.

A deleted sandbox and a changed My Domain have a name that nobody knows. So has every host where the
network here is broken, which Salesforce's own login address tells apart. A certificate that is not accepted
does not mend itself either.
"""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress

import requests
import urllib3

GONE, UNTRUSTED = "org_gone", "certificate"
KNOWN_HOST = "login.salesforce.com"
UNTRUSTED_MEND = (
    "the certificate at its address is not accepted: set this server's clock right, and let no proxy between "
    "answer with a certificate of its own; a test system needs FAIRLEAD_SALESFORCE_CA_FILE"
)


def is_unknown_host(error: requests.RequestException) -> bool:
    """Whether a host's name has no address, while Salesforce's login has one."""
    return isinstance(_reason(error), urllib3.exceptions.NameResolutionError) and has_address(KNOWN_HOST)


def is_unreached(error: requests.RequestException) -> bool:
    """Whether there was no connection, so that nothing of the call was sent."""
    never = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)
    return isinstance(_reason(error), never)


def is_untrusted(error: requests.RequestException) -> bool:
    """Whether a host's certificate was not accepted; a secure line that broke is something else."""
    return any(isinstance(one, ssl.SSLCertVerificationError) for one in getattr(_reason(error), "args", ()))


def _reason(error: requests.RequestException) -> object:
    return getattr(error.args[0] if error.args else None, "reason", None)


def has_address(host: str) -> bool:
    """Whether a name has an address."""
    with suppress(OSError):
        return bool(socket.getaddrinfo(host, 443))
    return False
