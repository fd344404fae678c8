"""The admin's browser on the consent page: read the form, allow, stop at the redirect."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urljoin

import requests

_TIMEOUT = 10


def allow(url: str) -> str:
    """Where the browser would go after the admin allowed the app.

    Raises
    ------
    ValueError
        The consent page was an error page; its sentence is in the message.
    """
    with requests.Session() as browser:
        browser.trust_env = False
        shown = browser.get(url, timeout=_TIMEOUT, allow_redirects=False)
        form = _Form()
        form.feed(shown.text)
        if shown.status_code != 200 or not form.action:
            msg = f"the consent page says: {' '.join(form.words)}"
            raise ValueError(msg)
        answer = browser.post(
            urljoin(url, form.action),
            data={**form.fields, "decision": "allow"},
            timeout=_TIMEOUT,
            allow_redirects=False,
        )
        return answer.headers["Location"]


class _Form(HTMLParser):
    """The one form of the page, and what the page says."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self.words: list[str] = []
        self._in_paragraph = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect the form and its hidden fields."""
        found = dict(attrs)
        self._in_paragraph = tag == "p"
        if tag == "form":
            self.action = found.get("action") or ""
        if tag == "input" and found.get("type") == "hidden":
            self.fields[found.get("name") or ""] = found.get("value") or ""

    def handle_data(self, data: str) -> None:
        """Collect the text of paragraphs."""
        if self._in_paragraph:
            self.words += data.split()
