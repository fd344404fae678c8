"""The admin's browser, as far as connecting needs one: real HTTP on both sides."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field

import requests

from connectors.errors import Refused

TIMEOUT = (5, 60)
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminBrowser:
    """Signs in to Fairlead and clicks through a CRM's consent page."""

    url: str
    session: requests.Session = field(default_factory=requests.Session, repr=False)

    def sign_in(self, name: str, password: str) -> None:
        """Sign in with the form, CSRF token included."""
        self.session.trust_env = False
        self.submit("/login", "/login", {"name": name, "password": password})

    def connect(self, crm: str, consent: Callable[[str], str]) -> None:
        """Start at our connections page, consent at the CRM, come back through the callback.

        ``consent`` takes the CRM's authorize address and gives the address that the CRM sends
        the browser back to.
        """
        leaving = self.submit("/connections", f"/connect/{crm}", {})
        if leaving.status_code not in {302, 303}:
            msg = f"the demo could not start the connection to {crm}"
            raise Refused(msg)
        back = self.session.get(consent(leaving.headers["Location"]), timeout=TIMEOUT)
        if not back.ok:
            msg = f"the demo could not finish the connection to {crm} (HTTP {back.status_code})"
            raise Refused(msg)

    def submit(self, page: str, action: str, form: dict[str, str]) -> requests.Response:
        """Open a page and send one of its forms, CSRF token included; redirects are not followed."""
        shown = self.session.get(self.url + page, timeout=TIMEOUT).text
        token = _TOKEN.search(shown)
        if token is None:
            msg = f"the page {page} has no form to send"
            raise Refused(msg)
        fields = {**form, "csrf_token": html.unescape(token[1])}
        return self.session.post(self.url + action, data=fields, allow_redirects=False, timeout=TIMEOUT)
