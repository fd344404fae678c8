"""Plays the admin's browser: opens the consent page, presses Allow, returns where it was sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin

import requests

TIMEOUT = (5, 30)


@dataclass(slots=True, eq=False)
class _Form:
    """The first form of a page."""

    action: str | None = None
    values: dict[str, str] = field(default_factory=dict)


class _FormReader(HTMLParser):
    """Collects the address and the hidden values of a form."""

    def __init__(self) -> None:
        super().__init__()
        self.form = _Form()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the form and its hidden inputs."""
        found = {name: value or "" for name, value in attrs}
        if tag == "form" and self.form.action is None:
            self.form.action = found.get("action", "")
        if tag == "input" and found.get("type") == "hidden":
            self.form.values[found["name"]] = found.get("value", "")


def consent(url: str, ca_file: Path, decision: str = "allow") -> str:
    """The address that the org sends the admin's browser back to.

    Raises
    ------
    RuntimeError
        Where the address answers with no consent page.
    """
    with requests.Session() as browser:
        browser.trust_env, browser.verify = False, str(ca_file)
        page = browser.get(url, timeout=TIMEOUT, allow_redirects=False)
        if page.is_redirect:
            return page.headers["Location"]
        reader = _FormReader()
        reader.feed(page.text)
        if not page.ok or reader.form.action is None:
            msg = f"the authorize address answered {page.status_code} without a consent page"
            raise RuntimeError(msg)
        answer = browser.post(
            urljoin(url, reader.form.action),
            data=reader.form.values | {"decision": decision},
            timeout=TIMEOUT,
            allow_redirects=False,
        )
        return answer.headers["Location"]
