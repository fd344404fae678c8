"""hubspot-api-client is driven through an undocumented hook: these tests fail if it goes."""

from __future__ import annotations

import hubspot
import pytest

from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.gate import Answer
from connectors.hubspot.paths import dated, operation, repeatable


class Recorder:
    """Stands where the gate stands."""

    def __init__(self):
        self.calls = []

    def request(self, method, url, **options):
        self.calls.append((method, url, options))
        return Answer(status=200, document={"results": [], "total": 0})


def test_the_client_library_still_takes_an_api_factory():
    seen = []

    def factory(package, name, config):
        seen.append((package.__name__, name, sorted(config)))

    sdk = hubspot.HubSpot(host="http://x", base_url="http://x", api_factory=factory)
    assert sdk.crm.contacts.basic_api is None
    assert seen == [("hubspot.crm.contacts", "BasicApi", ["base_url", "host"])]


def test_every_call_that_we_make_reaches_the_gate():
    gate = Recorder()
    client = HubSpotClient(gate, "http://api.example")
    client.properties()
    client.groups()
    client.create_group({"name": "g"})
    client.create_property({"name": "p"})
    client.page(("a",))
    client.read(["1"], ["a"])
    client.search({"filterGroups": []})
    client.update([{"id": "1", "properties": {}}])
    assert [method for method, _, _ in gate.calls] == [
        "GET",
        "GET",
        "POST",
        "POST",
        "GET",
        "POST",
        "POST",
        "POST",
    ]
    for _, url, _ in gate.calls:
        assert url.startswith("http://api.example/crm/")
        assert "/2026-09/" in dated(url.removeprefix("http://api.example"), "2026-09")


def test_one_generated_client_per_package():
    client = HubSpotClient(Recorder(), "http://api.example")
    sdk = client._sdk
    assert sdk.crm.contacts.basic_api.api_client is sdk.crm.contacts.batch_api.api_client
    assert sdk.crm.contacts.basic_api.api_client is not sdk.crm.properties.core_api.api_client


@pytest.mark.parametrize(
    ("undated", "expected"),
    [
        ("/crm/v3/objects/contacts", "/crm/objects/2026-09/contacts"),
        ("/crm/v3/objects/contacts/batch/read", "/crm/objects/2026-09/contacts/batch/read"),
        (
            "/crm/v4/objects/leads/5/associations/contacts",
            "/crm/objects/2026-09/leads/5/associations/contacts",
        ),
        ("/crm/v3/properties/contacts/groups", "/crm/properties/2026-09/contacts/groups"),
        (
            "/crm/v4/associations/contacts/deals/batch/read",
            "/crm/associations/2026-09/contacts/deals/batch/read",
        ),
        ("/oauth/v1/token", "/oauth/2026-09/token"),
    ],
)
def test_paths_are_dated(undated, expected):
    assert dated(undated, "2026-09") == expected
    assert dated(undated, "v3") == undated


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/crm/v3/objects/contacts", True),
        ("POST", "/crm/v3/objects/contacts/search", True),
        ("POST", "/crm/v3/objects/contacts/batch/read", True),
        ("POST", "/crm/v3/objects/contacts/batch/update", True),
        ("POST", "/crm/v4/associations/contacts/deals/batch/read", True),
        ("POST", "/crm/v3/objects/contacts", False),
        ("POST", "/crm/v3/objects/contacts/batch/create", False),
        ("POST", "/crm/v3/properties/contacts", False),
        ("POST", "/crm/v3/properties/contacts/groups", False),
    ],
)
def test_reading_and_writing_values_may_be_repeated_and_making_never(method, path, expected):
    assert repeatable(method, path) is expected


@pytest.mark.parametrize("path", ["/crm/v3/lists/17", "/marketing/v3/emails", "/oauth/v1/refresh-tokens/abc"])
def test_a_path_without_a_known_dated_form_is_refused(path):
    with pytest.raises(LookupError) as caught:
        dated(path, "2026-09")
    assert "17" not in str(caught.value)
    assert "abc" not in str(caught.value)


def test_operations_are_named_without_ids():
    assert operation("/crm/objects/2026-09/contacts/123456") == "contact list"
    assert operation("/crm/objects/2026-09/contacts/search") == "contact search"
