"""hubspot-api-client, driven through its ``api_factory`` hook so that each call passes our gate.

The hook is undocumented: the client is pinned, and a test fails if the hook disappears. Calls ask
for the raw answer (``_preload_content=False``), which the gate has already read and judged; building
the library's models would cost ten times the parsing and stop a whole page for one odd record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import ModuleType
from typing import Any, Final

import hubspot

from connectors.hubspot.answers import Document, objects
from connectors.hubspot.gate import Answer, Gate
from connectors.hubspot.paths import SCORING

PAGE = 100
SEARCH_PAGE = 200
OBJECT = "contacts"
RAW: Final = {"_preload_content": False}


class HubSpotClient:
    """The few calls that Fairlead makes, each returning plain JSON objects."""

    def __init__(self, gate: Gate, api_url: str) -> None:
        self._gate = gate
        self._url = api_url
        self._packages: dict[str, Any] = {}
        # Both host and base_url: with one of them some calls still go to the public host.
        self._sdk: Any = hubspot.HubSpot(host=api_url, base_url=api_url, api_factory=self._api)

    def properties(self, kind: str = OBJECT) -> list[Document]:
        """The definitions of every property of contacts (or another object) that is not sensitive data."""
        answer: Answer = self._sdk.crm.properties.core_api.get_all(kind, **RAW)
        return objects(answer.document, "results")

    def groups(self) -> list[Document]:
        """The groups that contact properties are shown under."""
        answer: Answer = self._sdk.crm.properties.groups_api.get_all(OBJECT, **RAW)
        return objects(answer.document, "results")

    def create_group(self, body: Document) -> None:
        """Make a property group."""
        self._sdk.crm.properties.groups_api.create(OBJECT, dict(body), **RAW)

    def create_property(self, body: Document) -> None:
        """Make a contact property."""
        self._sdk.crm.properties.core_api.create(OBJECT, dict(body), **RAW)

    def page(
        self,
        properties: Sequence[str],
        limit: int = PAGE,
        after: str | None = None,
        *,
        archived: bool = False,
    ) -> Document:
        """One page of the contacts that are not archived, or of those that are, in the order of their ids."""
        answer: Answer = self._sdk.crm.contacts.basic_api.get_page(
            limit=limit, properties=list(properties), archived=archived, **cursor(after), **RAW
        )
        return answer.document

    def read(
        self, ids: Sequence[str], properties: Sequence[str], history: Sequence[str] = (), kind: str = OBJECT
    ) -> Document:
        """Up to 100 records by id (50 with ``history``); the names travel in the body, never in a URL."""
        body = {
            "inputs": [{"id": record_id} for record_id in ids],
            "properties": list(properties),
            "propertiesWithHistory": list(history),
        }
        if kind == OBJECT:
            answer: Answer = self._sdk.crm.contacts.batch_api.read(body, **RAW)
        else:
            answer = self._sdk.crm.objects.batch_api.read(kind, body, **RAW)
        return answer.document

    def search(self, body: Document, kind: str = OBJECT) -> Document:
        """One page of a search."""
        if kind == OBJECT:
            answer: Answer = self._sdk.crm.contacts.search_api.do_search(dict(body), **RAW)
        else:
            answer = self._sdk.crm.objects.search_api.do_search(kind, dict(body), **RAW)
        return answer.document

    def associations(self, start: str, end: str, inputs: Sequence[Document]) -> Document:
        """What up to 1,000 records of one object are associated with of another."""
        answer: Answer = self._sdk.crm.associations.v4.batch_api.get_page(
            start, end, {"inputs": list(inputs)}, **RAW
        )
        return answer.document

    def scoring(self, path: str) -> Document:
        """An answer of the Lead Scoring API, which hubspot-api-client does not know."""
        return self._gate.request("GET", f"{self._url}{SCORING}{path}", headers={}).document

    def create(self, kind: str, properties: Mapping[str, str]) -> None:
        """Make one record of another object than contacts, associated with nothing."""
        body = {"properties": dict(properties), "associations": []}
        self._sdk.crm.objects.basic_api.create(kind, body, **RAW)

    def update(self, inputs: Sequence[Document]) -> Document:
        """Write properties of up to 100 contacts."""
        answer: Answer = self._sdk.crm.contacts.batch_api.update({"inputs": list(inputs)}, **RAW)
        return answer.document

    def now(self) -> datetime:
        """HubSpot's own time, as its last answer told it."""
        return self._gate.now()

    def pause(self, seconds: float) -> None:
        """Wait, by the clock that paces the calls."""
        self._gate.pause(seconds)

    def _api(self, package: ModuleType, name: str, config: Mapping[str, Any]) -> Any:  # noqa: ANN401
        """The hook: one ApiClient per generated package, with our gate in place of its pool."""
        client = self._packages.get(package.__name__)
        if client is None:
            configuration = package.Configuration()
            configuration.host = config["host"]
            client = package.ApiClient(configuration=configuration)
            client.rest_client.pool_manager = self._gate
            self._packages[package.__name__] = client
        return getattr(package, name)(api_client=client)


def cursor(after: str | None) -> dict[str, str]:
    """The paging argument, absent on the first page."""
    return {} if after is None else {"after": after}
