"""Pages of an audit whose names are very long, or run from right to left, in a real browser."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from audit.report.json_form import to_json
from tests.browsers import fits, troubles
from tests.webapp.sample_report import sample_report
from tests.webapp.site import Site

pytestmark = pytest.mark.browser
LONG = "Donaudampfschifffahrtsgesellschaftskapitaen" * 5
TURNED = "\N{ARABIC LETTER ALEF}12 \u202e!"  # the mark turns whatever follows it, unless it is shut in
ADDRESSES = ("/", "/audits/audit1", "/audits/audit1/findings/F4", "/audits/audit1/evidence/groups/1")


@pytest.fixture
def opened(browser, site: Site):
    """A page that hears from the application itself."""
    page = browser.new_page(viewport={"width": 320, "height": 800})

    def answer(route):
        parts = urlsplit(route.request.url)
        with site.client.get(parts.path) as told:
            route.fulfill(status=told.status_code, headers=dict(told.headers), body=told.data)

    page.route("**/*", answer)
    seen = troubles(page)
    yield page
    page.close()
    assert seen == []


def test_long_names_and_names_that_turn_stay_within_their_place(opened, site: Site):
    report = sample_report(LONG, (LONG[::-1], LONG, "north"))
    site.audited(site.connect(), to_json(replace(report, stream=TURNED)))
    for address in ADDRESSES:
        opened.goto(f"http://localhost{address}")
        opened.evaluate("for (const one of document.querySelectorAll('details.more')) one.open = true")
        assert fits(opened), address
    opened.goto("http://localhost/audits/audit1")
    assert opened.locator("bdi", has_text=TURNED).count() == 1
