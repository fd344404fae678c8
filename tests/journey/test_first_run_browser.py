"""The first run in a real browser: from the setup code to the first audit, each page for everybody."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.browsers import WCAG, fits, troubles, violations
from webapp.demo.contents import generated
from webapp.demo.home import Home
from webapp.demo.world import running
from webapp.first_run import setup_code
from webapp.work.attempt import Bench
from webapp.work.slots import slot

LEADS, SEED = 300, 11
PHONE = {"width": 320, "height": 640}
PASSWORD = "four words in a row"

pytestmark = pytest.mark.browser


@contextmanager
def working(world) -> Iterator[None]:
    """A worker without its queue, which does not start beside the loop of the browser's driver."""
    stop = threading.Event()

    def go_on() -> None:
        with slot(world.services) as name:
            bench = Bench(opened=world.services, worker=name, stop=stop)
            while not stop.wait(0.2):
                for job in world.services.work.open():
                    bench.attempt(job.id, job.attempt)

    thread = threading.Thread(target=go_on, daemon=True)
    thread.start()
    yield
    stop.set()
    thread.join()


@pytest.fixture
def fresh(tmp_path):
    """Both stand-ins with leads, and the product as it is at its first start, with a worker."""
    contents, home = generated(LEADS, SEED), Home(folder=tmp_path / "demo")
    home.open_for(contents.digest)
    with running(contents, home, 0, SEED) as world, working(world):
        yield world


def is_for_everybody(page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    assert violations(page, [*WCAG, "best-practice"]) == [], page.url
    assert fits(page), page.url
    page.emulate_media(color_scheme="dark")
    assert violations(page, ["color-contrast"]) == [], page.url
    page.emulate_media(color_scheme="light")


def test_an_admin_comes_from_the_code_to_the_first_audit(browser, fresh):
    page = browser.new_page(viewport=PHONE, color_scheme="light", reduced_motion="reduce")
    seen = troubles(page, 422)
    page.goto(fresh.url)
    page.get_by_label("Setup code").fill(setup_code(fresh.settings))
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_role("button", name="Make the account").click()
    page.wait_for_url("**/start")
    is_for_everybody(page)
    page.get_by_role("button", name="Connect HubSpot", exact=True).click()
    page.wait_for_url("**/oauth/authorize**")
    page.locator("button").first.click()
    page.wait_for_url("**/start/choose")
    is_for_everybody(page)
    page.get_by_label("From which score on").fill("sixty")
    page.get_by_role("button", name="Save, and go on").click()
    page.get_by_text("The threshold is a number").wait_for()
    is_for_everybody(page)
    page.get_by_label("From which score on").fill("60")
    page.get_by_role("button", name="Save, and go on").click()
    page.wait_for_url("**/start/keep")
    is_for_everybody(page)
    page.get_by_role("button", name="Look at it").click()
    page.wait_for_url("**/start/check?**")
    is_for_everybody(page)
    page.go_back()
    page.wait_for_url("**/start/keep")
    page.go_forward()
    page.wait_for_url("**/start/check?**")
    page.get_by_label("Reason").fill("This is our first look")
    page.get_by_role("button", name="Save, and go on").click()
    page.wait_for_url("**/start/pull")
    page.go_back()
    page.get_by_role("heading", name="Step 4").wait_for()
    page.go_forward()
    page.wait_for_url("**/start/pull")
    is_for_everybody(page)
    page.get_by_role("button", name="Read the leads").click()
    # The page goes on by itself once the audit is made.
    page.wait_for_url("**/audits/*", timeout=120_000)
    page.get_by_text("This is your first audit.").wait_for()
    page.goto(fresh.url)
    assert page.get_by_role("link", name="first run").count() == 0
    assert not seen
    page.close()
