"""HTTP sessions to Salesforce: time limits, our own trust anchor, no environment."""

from __future__ import annotations

from typing import Any

import requests
from requests.adapters import HTTPAdapter

from connectors.address_log import withhold_addresses
from connectors.salesforce.app import SalesforceApp

CONNECT_AND_READ = (5, 120)
withhold_addresses()


class TimeoutAdapter(HTTPAdapter):
    """Gives every call a time limit; simple-salesforce sets none (its issue 148)."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:  # noqa: ANN401 - requests' own signature
        """Send with the limit where the caller gave none."""
        if not args and kwargs.get("timeout") is None:
            kwargs["timeout"] = CONNECT_AND_READ
        return super().send(request, *args, **kwargs)


def prepare(session: requests.Session, app: SalesforceApp) -> None:
    """Make a session ours. REQUESTS_CA_BUNDLE and proxy variables of the machine do not apply."""
    session.trust_env = False
    session.verify = str(app.ca_file) if app.ca_file else True
    session.headers["User-Agent"] = "Fairlead"
    # The API never redirects; a redirect could lead to a host that is not trusted.
    session.max_redirects = 0
    session.mount("https://", TimeoutAdapter())


def new_session(app: SalesforceApp) -> requests.Session:
    """A plain session, prepared."""
    session = requests.Session()
    prepare(session, app)
    return session
