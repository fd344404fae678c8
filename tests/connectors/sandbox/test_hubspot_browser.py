"""The contact page in a real browser: the card loads, shows the panel, and says when it cannot."""

from __future__ import annotations

import json
import threading

import pytest
from werkzeug.wrappers import Request, Response

from connectors.sandbox.hubspot import HubSpotStandIn
from connectors.sandbox.server import LocalServer
from tests.connectors.subject_hubspot import contents, some

pytestmark = pytest.mark.browser
PANEL = {
    "schema": "fairlead.panel/1",
    "state": "flagged",
    "title": "Score may be <em>unreliable</em>",
    "sentence": "This score is unreliable for some leads.",
    "next_step": "Decide by the lead itself.",
    "checked_at": "2026-11-20T09:30:00Z",
    "audit_id": "A-7",
}


@pytest.fixture
def page(browser):
    opened = browser.new_page(viewport={"width": 390, "height": 844})
    yield opened
    opened.close()


def test_the_card_s_three_states(page):
    gate, asked = threading.Event(), []

    @Request.application
    def app(request):
        if request.path != "/card":
            return Response(status=404)  # the manager's tab asks too
        asked.append(request.get_json())
        gate.wait(10)
        return Response(json.dumps(PANEL), mimetype="application/json")

    with HubSpotStandIn(contents(some(3)), seed=3) as portal, LocalServer(app=app) as server:
        portal.card_url = f"{server.url}/card"
        page.goto(portal.lead_page(portal.record_ids()[0]))
        page.locator("#card[data-state=loading]").wait_for()
        gate.set()
        page.locator("#card[data-state=ok]").wait_for()
        text = page.inner_text("#card")
        page.get_by_role("heading", name="Score check App card").wait_for()
        assert page.locator("#card").bounding_box()["y"] < page.get_by_text("Sales").first.bounding_box()["y"]
        assert "Score may be <em>unreliable</em>" in text
        assert "Decide by the lead itself." in text
        assert "Nov 20, 2026" in text
        assert "A-7" in text
        assert asked == [{"objectId": int(portal.record_ids()[0]), "objectTypeId": "0-1"}]
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        portal.card_url = "http://127.0.0.1:9/card"
        page.reload()
        page.locator("#card[data-state=error]").wait_for()
        assert "could not be loaded" in page.inner_text("#card")
