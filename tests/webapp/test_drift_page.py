"""The page "Drift": what it tells an auditor, who sees what, and what it says where nothing can be told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.webapp import drift_leads
from tests.webapp.drift_leads import LEADS, STREAM, pull, until
from tests.webapp.site import NAME, open_site


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """An installation after three pulls: in April, in June, and at the end of the year."""
    site = open_site(tmp_path_factory.mktemp("drift") / "site")
    row = site.connect()
    site.services.repository.save_stream(row.id, STREAM, NAME)
    for day, audit in ((90, "audit1"), (160, "audit2"), (365, "audit3")):
        assert pull(site.services, row, until(day), audit)
    yield site, row
    site.close()


def page(told, path="drift"):
    site, row = told
    got = site.client.get(f"/connections/{row.id}/{path}")
    assert got.status_code == 200
    return got.text


def test_the_page_tells_the_three_stories(told):
    text = page(told)
    open("/tmp/b/drift.html", "w").write(text)
