"""Every page of a connection's rules: nothing that WCAG forbids, nothing sticks out, every key reaches it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.conftest import absent
from tests.journey.test_browser import QUIET, fits

AXE = (
    Path(__file__).resolve().parents[2]
    / "manifests"
    / "salesforce"
    / "node_modules"
    / "axe-core"
    / "axe.min.js"
)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# 1,280 CSS pixels at a zoom of 400 %.
ZOOMED = {"width": 320, "height": 640}
PAGES = (
    "/connections",
    "/trail",
    "{at}/policy",
    "{at}/policy?find=age&show=read",
    "{at}/policy/versions/1",
    "{at}/stream",
    "{at}/privacy",
    "{at}/privacy/record",
    "{at}/privacy/flow",
    "{at}/share",
    "{at}/key",
    "/no-such-page",
)
HIDDEN_FOCUS = """() => {
    const here = document.activeElement, box = here.getBoundingClientRect();
    const bar = document.querySelector('.savebar');
    const over = bar.contains(here) ? null : bar.getBoundingClientRect();
    const covered = over && box.top >= over.top && box.top < over.bottom;
    return covered || box.bottom < 0 || box.top > innerHeight ? here.outerHTML.slice(0, 120) : '';
}"""

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def tab(story_world):
    """One signed-in tab of one browser; any error in a script fails the test."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        absent("no Chromium was found on the PATH")
    from playwright.sync_api import sync_playwright

    world, _, _ = story_world
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=QUIET)
        page = browser.new_page(viewport=ZOOMED, color_scheme="dark", reduced_motion="reduce")
        page.goto(world.url)
        page.get_by_label("Name").fill("admin")
        page.get_by_label("Password").fill(world.home.password())
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("heading", level=1).wait_for()
        yield page
        browser.close()


def forbidden(page, scheme: str, rules: list[str]) -> list[str]:
    """What axe-core finds wrong, as ``rule: element``."""
    page.emulate_media(color_scheme=scheme)
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE.read_text())
    found = page.evaluate("only => axe.run(document, {runOnly: only, preload: false})", rules)
    return [f"{one['id']}: {node['target'][0]}" for one in found["violations"] for node in one["nodes"]]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_for_everybody(tab, story_world, path):
    if not AXE.exists():
        absent("axe-core is not installed: make clients")
    world, outcomes, _ = story_world
    at = f"/connections/{outcomes[0].audit.connection_id}"
    tab.goto(f"{world.url}{path.format(at=at)}")
    assert forbidden(tab, "dark", TAGS) == []
    assert forbidden(tab, "light", ["color-contrast"]) == []
    tab.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    assert fits(tab)


def test_tab_reaches_the_policy_and_nothing_covers_what_has_the_focus(tab, story_world):
    world, outcomes, _ = story_world
    tab.set_viewport_size({"width": 1280, "height": 700})
    tab.goto(f"{world.url}/connections/{outcomes[0].audit.connection_id}/policy")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.className") == "skip"
    reached = set()
    for _ in range(45):
        tab.keyboard.press("Tab")
        assert tab.evaluate(HIDDEN_FOCUS) == ""
        reached.add(tab.evaluate("document.activeElement.id || document.activeElement.innerText"))
    assert {"view-table", "find", "show", "group-read-line", "r0-line", "r5-line"} <= reached
    tab.locator("#r5-line").focus()
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.id") == "r5-operator"


def test_the_page_works_without_a_script(tab, story_world):
    world, outcomes, _ = story_world
    context = tab.context.browser.new_context(
        java_script_enabled=False, storage_state=tab.context.storage_state()
    )
    page = context.new_page()
    page.goto(f"{world.url}/connections/{outcomes[0].audit.connection_id}/policy")
    page.get_by_label("Search", exact=True).fill("age__C")
    page.get_by_role("button", name="Show").click()
    assert page.locator("li.rule:visible summary code").all_inner_texts()[0] == "Age__c"
    assert page.locator("li.rule:visible").count() == 1
    page.locator("#r5-line").click()
    page.get_by_label("Lower edges of Age__c").fill("thirty")
    page.get_by_role("button", name="Save as new version").click()
    assert page.locator("#rule-5 .error").is_visible()
    assert page.get_by_label("Lower edges of Age__c").input_value() == "thirty"
    context.close()
