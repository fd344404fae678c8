"""The help beside real pages: every word is explained where it is used, and nothing is covered."""

from __future__ import annotations

import pytest
import requests

from tests.browsers import WCAG, fits, sign_in, troubles, violations
from tests.webapp.help_words import unexplained
from tests.webapp.markup import faults
from webapp.demo.browser import AdminBrowser
from webapp.demo.home import ADMIN

PAGES = (
    *("/", "/connections", "/jobs", "/trail", "/tokens", "{at}/schedule", "{at}/policy", "{at}/policy/versions/1"),
    *("{at}/stream", "{at}/privacy", "{at}/privacy/record", "{at}/privacy/flow", "{at}/share?look=1", "{at}/key"),
    *("/audits/{audit}", "/audits/{audit}/findings/{finding}", "/audits/{audit}/evidence/thresholds/1"),
    *("/audits/{audit}/evidence/groups/1", "/audits/{audit}/evidence/calibration/1"),
)


@pytest.fixture(scope="module")
def signed_in(story_world) -> AdminBrowser:
    world, _, _ = story_world
    browser = AdminBrowser(url=world.url)
    browser.sign_in(ADMIN, world.home.password())
    return browser


def filled(path: str, outcome) -> str:
    audit = outcome.audit
    return path.format(at=f"/connections/{audit.connection_id}", audit=audit.id, finding=outcome.report.findings[0].id)


@pytest.mark.parametrize("path", PAGES)
def test_every_word_that_a_page_uses_is_explained_there(story_world, signed_in, path):
    _, outcomes, _ = story_world
    answer = signed_in.session.get(f"{signed_in.url}{filled(path, outcomes[0])}", timeout=120)
    assert answer.status_code == requests.codes.ok, path
    assert '<aside class="help' in answer.text
    assert faults(answer.text) == []
    assert unexplained(answer.text) == []
