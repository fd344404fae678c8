"""The pages of who comes in and who lets people in: by a provider, by a code, and as the administrator."""

from __future__ import annotations

import pytest

from connectors.sandbox.server import LocalServer, free_port
from tests.browsers import WCAG, fits, troubles, violations
from tests.webapp.oidc_provider import CLIENT, SECRET, OidcProvider
from tests.webapp.site import NAME, PASSWORD, SECRETS
from webapp import passwords
from webapp.app import create_app
from webapp.settings import Settings
from webapp.store.invitations import By, Wanted

LONG = "Konstantinopolitanische Dudelsackpfeifergesellin " * 2
SIZES = {"dark": {"width": 360, "height": 740}, "light": {"width": 1280, "height": 800}}
"""A phone in the dark, and a laptop by day."""

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def ways(tmp_path_factory):
    """An installation with single sign-on, an administrator, and somebody of each kind."""
    port = free_port()
    with OidcProvider().server as provider:
        settings = {
            **SECRETS,
            "data_dir": tmp_path_factory.mktemp("ways"),
            "public_url": f"http://127.0.0.1:{port}",
            "oidc_issuer": f"{provider.url}/realms/staff",
            "oidc_client_id": CLIENT,
            "oidc_client_secret": SECRET,
            "oidc_roles": "everybody=viewer",
        }
        app = create_app(Settings.model_validate(settings))
        opened = app.extensions["fairlead"]
        opened.accounts.add_first_user(NAME, "admin", passwords.hashed(PASSWORD))
        with LocalServer(app=app, port=port) as server:
            yield server.url, opened, provider.app
        opened.close()


def looked_at(page) -> None:
    """Nothing that WCAG forbids, and nothing sticks out with everything open."""
    assert violations(page, [*WCAG, "best-practice"]) == []
    page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true; })")
    assert fits(page)


@pytest.mark.parametrize("scheme", SIZES)
def test_every_way_in_is_for_everybody(browser, ways, scheme):
    from playwright.sync_api import expect

    url, opened, _ = ways
    page = browser.new_page(viewport=SIZES[scheme], color_scheme=scheme, reduced_motion="reduce")
    seen = troubles(page, 401, 403, 422)
    code = opened.invitations.invite(Wanted(name=f"{LONG}{scheme}", role="viewer"), By(name=NAME)).code
    page.goto(f"{url}/invitation#{code}")
    expect(page.locator("#code")).to_have_value(code)
    page.wait_for_url(f"{url}/invitation")
    looked_at(page)
    page.fill("#password", LONG)
    page.fill("#repeat", LONG)
    page.click("form[data-invitation] button")
    page.wait_for_url(f"{url}/")
    page.goto(f"{url}/people")
    page.get_by_role("heading", name="This page is not for your account").wait_for()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{url}/login")
    looked_at(page)
    page.get_by_label("Name").fill(NAME)
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("alert").wait_for()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{url}/")
    page.goto(f"{url}/people")
    page.get_by_label("Name").fill(f"Vera {scheme}")
    page.get_by_role("button", name="Make the code").click()
    page.get_by_role("heading", name=f"The code for Vera {scheme}").wait_for()
    page.get_by_label("Name").fill(f"Vera {scheme}")
    page.get_by_role("button", name="Make the code").click()
    page.get_by_role("alert").wait_for()
    looked_at(page)
    assert not seen
    page.close()


def test_a_browser_follows_the_provider_and_comes_back(browser, ways):
    url, _, provider = ways
    provider.claims = {"groups": ["everybody"], "preferred_username": "grace"}
    page = browser.new_page()
    seen = troubles(page)
    page.goto(f"{url}/login")
    page.get_by_role("link", name="Sign in with single sign-on").click()
    page.wait_for_url(f"{url}/")
    page.get_by_role("link", name="grace").wait_for()
    assert not seen
    page.close()
