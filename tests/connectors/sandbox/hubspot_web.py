"""A browser-like session against a stand-in portal, which calls plain addresses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests

from connectors.sandbox.hubspot import HubSpotStandIn
from tests.connectors.sandbox.hubspot_client import EVERY_SCOPE

CONTACTS = "/crm/objects/2026-09/contacts"


@dataclass(frozen=True, slots=True)
class Web:
    """Requests to one portal, with a token that has every scope unless another one is set."""

    portal: HubSpotStandIn
    session: requests.Session

    def get(self, path: str, **more: Any) -> requests.Response:
        return self.session.get(self.portal.api_url + path, timeout=20, **more)

    def post(self, path: str, json: Any = None, **more: Any) -> requests.Response:
        return self.session.post(self.portal.api_url + path, json=json, timeout=20, **more)

    def delete(self, path: str) -> requests.Response:
        return self.session.delete(self.portal.api_url + path, timeout=20)

    def control(self, path: str, **body: Any) -> Any:
        """A call of the control routes that must be understood."""
        answer = self.post(f"/__control{path}", body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def use(self, token: str) -> None:
        self.session.headers["Authorization"] = f"Bearer {token}"

    def search(self, kind: str = "contacts", **body: Any) -> Any:
        return self.post(f"/crm/objects/2026-09/{kind}/search", body).json()


@contextmanager
def web_of(portal: HubSpotStandIn) -> Iterator[Web]:
    with requests.Session() as session:
        session.trust_env = False
        web = Web(portal, session)
        web.use(portal.token(*EVERY_SCOPE))
        yield web


def where(name: str, operator: str, **value: Any) -> list[dict[str, Any]]:
    return [{"filters": [{"propertyName": name, "operator": operator, **value}]}]
