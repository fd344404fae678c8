"""HTTP sessions to Salesforce: time limits, our own trust anchor, no environment."""

from __future__ import annotations

import requests

from connectors.salesforce.app import SalesforceApp
from connectors.transport import TimedAdapter

CONNECT_AND_READ = (5, 120)


def prepare(session: requests.Session, app: SalesforceApp) -> None:
    """Make a session ours. REQUESTS_CA_BUNDLE and proxy variables of the machine do not apply."""
    session.trust_env = False
    session.verify = str(app.ca_file) if app.ca_file else True
    session.headers["User-Agent"] = "Fairlead"
    # The API never redirects; a redirect could lead to a host that is not trusted.
    session.max_redirects = 0
    session.mount("https://", TimedAdapter(CONNECT_AND_READ))


def new_session(app: SalesforceApp) -> requests.Session:
    """A plain session, prepared."""
    session = requests.Session()
    prepare(session, app)
    return session
