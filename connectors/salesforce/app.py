"""The External Client App that an admin deployed for Fairlead, and the hosts it may talk to."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from connectors.errors import Refused
from connectors.shared_notes import Notes

# My Domain of production, sandbox, scratch and trial orgs; US government; China.
_ORG = re.compile(
    r"(login|test)\.(salesforce\.com|salesforce\.mil|sfcrmproducts\.cn)"
    r"|([a-z0-9-]+\.)+my\.(salesforce\.com|salesforce\.mil|sfcrmproducts\.cn)"
)
# Pages of an org that may frame a canvas app.
_FRAME = re.compile(
    r"([a-z0-9-]+\.)+(my\.salesforce|lightning\.force|vf\.force|visual\.force|my\.salesforce-sites)\.com"
    r"|([a-z0-9-]+\.)+(my\.salesforce|lightning\.crmforce)\.mil"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesforceApp:
    """One External Client App.

    ``login_url`` is the org's My Domain address (or login/test.salesforce.com). ``extra_hosts`` are
    host names, or ``host:port``, trusted beside Salesforce's own; ``ca_file`` is the authority to
    trust for them. ``api_percent`` is the share of the org's API calls of the day, by every app
    together, from which on Fairlead makes none. ``jwt_key`` is the PEM of the private key that signs
    for ``jwt_username``; ``jwt_audience`` is for whom, where that is not the usual login address.
    ``allow_duplicates`` passes duplicate rules that only warn when flags are written. Processes that have
    the same ``notes`` keep to each org's limits together.
    """

    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    login_url: str
    extra_hosts: tuple[str, ...] = ()
    ca_file: Path | None = None
    api_version: str = "68.0"
    api_percent: int = 80
    jwt_key: str | None = field(default=None, repr=False)
    jwt_username: str | None = None
    jwt_audience: str | None = None
    allow_duplicates: bool = False
    notes: Notes | None = field(default=None, repr=False)


def trusted_origin(app: SalesforceApp, url: str) -> str:
    """The ``https://host[:port]`` of an address that may receive tokens and secrets.

    Raises
    ------
    Refused
        ``code="host_not_allowed"``: the host is not Salesforce's, or the address is not plain https.
    """
    parts = _parts(url)
    if parts is None or parts.scheme != "https" or not _allowed(app, parts, _ORG):
        msg = "the address is not one of Salesforce's own hosts: use the org's My Domain address"
        raise Refused(msg, code="host_not_allowed")
    return f"https://{parts.netloc.lower()}"


def frame_origin(app: SalesforceApp, url: str) -> str | None:
    """The origin of a page that may frame the panel; None where it is not one of the org's pages."""
    parts = _parts(url)
    if parts is None or parts.scheme not in {"https", "http"} or not _allowed(app, parts, _FRAME):
        return None
    if parts.scheme == "http" and not _extra(app, parts):
        return None
    return f"{parts.scheme}://{parts.netloc.lower()}"


def lightning_origin(app: SalesforceApp, origin: str) -> str | None:
    """The Lightning host of a My Domain host; None where there is none to derive."""
    host = urlsplit(origin).netloc
    if not host.endswith(".my.salesforce.com"):
        return None
    return frame_origin(app, f"https://{host.removesuffix('.my.salesforce.com')}.lightning.force.com")


def _parts(url: str) -> SplitResult | None:
    """The address in parts; None where it is no plain origin (user names, odd ports, paths)."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    plain = parts.hostname is not None and re.fullmatch(r"[A-Za-z0-9.-]+(:[0-9]+)?", parts.netloc)
    if not plain or parts.path not in {"", "/"} or parts.query or parts.fragment or port == 0:
        return None
    return parts


def _allowed(app: SalesforceApp, parts: SplitResult, pattern: re.Pattern[str]) -> bool:
    own = parts.port in {None, 443} and pattern.fullmatch(parts.hostname or "") is not None
    return own or _extra(app, parts)


def _extra(app: SalesforceApp, parts: SplitResult) -> bool:
    return bool({parts.hostname, parts.netloc.lower()} & {host.lower() for host in app.extra_hosts})
