"""hubspot-api-client, driven through its ``api_factory`` hook so that each call passes our gate.

The hook is undocumented: the client is pinned, and a test fails if the hook disappears. Calls ask
for the raw answer (``_preload_content=False``), which the gate has already read and judged; building
the library's models would cost ten times the parsing and stop a whole page for one odd record.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any, Final

import hubspot

from connectors.errors import Busy
from connectors.hubspot.gate import Answer, Gate

PAGE = 100
SEARCH_PAGE = 200
# A page may repeat another; so many that bring nothing new are a circle.
BARREN = 3
OBJECT = "contacts"
RAW: Final = {"_preload_content": False}
Document = Mapping[str, Any]


class HubSpotClient:
    """The few calls that Fairlead makes, each returning plain JSON objects."""

    def __init__(self, gate: Gate, api_url: str) -> None:
        self._gate = gate
        self._packages: dict[str, Any] = {}
        # Both host and base_url: with one of them some calls still go to the public host.
        self._sdk: Any = hubspot.HubSpot(host=api_url, base_url=api_url, api_factory=self._api)

    def properties(self) -> list[Document]:
        """The definitions of every contact property that is not marked as sensitive data."""
        answer: Answer = self._sdk.crm.properties.core_api.get_all(OBJECT, **RAW)
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

    def pages(self, properties: Sequence[str], limit: int = PAGE) -> Iterator[list[Document]]:
        """Every contact that is not archived, in the order of their ids, page by page.

        Raises
        ------
        Busy
            The pages do not advance: the listing would never end.
        """
        after: str | None = None
        asked, known, barren = set[str](), set[int](), 0
        while True:
            answer: Answer = self._sdk.crm.contacts.basic_api.get_page(
                limit=limit, properties=list(properties), archived=False, **cursor(after), **RAW
            )
            before = len(known)
            yield _not_yet(known, objects(answer.document, "results"))
            after = _following(answer.document)
            if after is None:
                return
            barren = 0 if len(known) > before else barren + 1
            if after in asked or barren > BARREN:
                msg = "HubSpot's contact list does not advance"
                raise Busy(msg, retry_after=60.0)
            asked.add(after)

    def read(self, ids: Sequence[str], properties: Sequence[str]) -> Document:
        """Up to 100 contacts by id; the field names travel in the body, never in a URL."""
        body = {
            "inputs": [{"id": record_id} for record_id in ids],
            "properties": list(properties),
            "propertiesWithHistory": [],
        }
        answer: Answer = self._sdk.crm.contacts.batch_api.read(body, **RAW)
        return answer.document

    def search(self, body: Document) -> Document:
        """One page of a search."""
        answer: Answer = self._sdk.crm.contacts.search_api.do_search(dict(body), **RAW)
        return answer.document

    def update(self, inputs: Sequence[Document]) -> Document:
        """Write properties of up to 100 contacts."""
        answer: Answer = self._sdk.crm.contacts.batch_api.update({"inputs": list(inputs)}, **RAW)
        return answer.document

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


def objects(document: Document, name: str) -> list[Document]:
    """The records of a successful answer.

    Raises
    ------
    Busy
        The answer has no list of records: to take it for an empty one would lose them.
    """
    found = document.get(name)
    if not isinstance(found, list):
        msg = "HubSpot's answer holds no list of records"
        raise Busy(msg, retry_after=60.0)
    return [item if isinstance(item, dict) else {} for item in found]


def record_number(record: Document) -> str:
    """A record's id; empty where it has none."""
    found = record.get("id")
    text = str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""
    return text if text.isascii() and text.isdecimal() else ""


def named_ids(error: Document) -> set[str]:
    """The records that an entry of ``errors`` is about (HTTP 207); none where it does not say."""
    context = error.get("context")
    ids = context.get("ids") if isinstance(context, dict) else None
    return {str(record_id) for record_id in ids} if isinstance(ids, list) else set()


def errors_of(document: Document) -> list[Document]:
    """The entries of ``errors`` in an answer that is a success in part."""
    found = document.get("errors")
    return [error for error in found if isinstance(error, dict)] if isinstance(found, list) else []


def _following(document: Document) -> str | None:
    """The cursor of the next page; None on the last one."""
    paging = document.get("paging")
    link = paging.get("next") if isinstance(paging, dict) else None
    after = link.get("after") if isinstance(link, dict) else None
    return str(after) if after else None


def _not_yet(known: set[int], records: Sequence[Document]) -> list[Document]:
    """The records that no page has shown before, and those without an id, which are counted later."""
    fresh: list[Document] = []
    for record in records:
        number = int(record_number(record) or 0)
        if number not in known:
            fresh.append(record)
        if number:
            known.add(number)
    return fresh
