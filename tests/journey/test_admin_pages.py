"""Every page of a connection's rules: nothing that WCAG forbids, nothing sticks out, every key reaches it."""

from __future__ import annotations

import pytest

from tests.browsers import WCAG, fits, sign_in, troubles, violations

# 1,280 CSS pixels at a zoom of 400 %.
ZOOMED = {"width": 320, "height": 640}
PAGES = (
    "/connections",
    "/trail",
    "/people",
    "/account",
    "/settings",
    "{at}/log",
    "{at}/policy",
    "{at}/policy?find=age&show=read",
    "{at}/policy/versions/1",
    "{at}/stream",
    "{at}/answers",
    "{at}/answers?state=&said=disagree",
    "{at}/privacy",
    "{at}/privacy/record",
    "{at}/privacy/flow",
    "{at}/share",
    "{at}/remedies",
    "{at}/remedies/{experiment}",
    "{at}/shadow?experiment={experiment}",
    "/alerts?state=",
    "/alerts/channels",
    "/alerts/channels?kind=email",
    "{at}/explanations",
    "{at}/key",
    "/help",
    "/help/glossary",
    "/help/policy",
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
def tab(browser, story_world):
    """One signed-in tab of one browser; any error in a script fails the test."""
    world, _, _ = story_world
    page = browser.new_page(viewport=ZOOMED, color_scheme="dark", reduced_motion="reduce")
    seen = troubles(page, 404)
    sign_in(page, world)
    yield page
    assert not seen
    page.close()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_for_everybody(tab, story_world, story_experiment, path):
    world, outcomes, _ = story_world
    at = f"/connections/{outcomes[0].audit.connection_id}"
    tab.goto(f"{world.url}{path.format(at=at, experiment=story_experiment)}")
    tab.emulate_media(color_scheme="dark")
    assert violations(tab, [*WCAG, "best-practice"]) == []
    tab.emulate_media(color_scheme="light")
    assert violations(tab, ["color-contrast"]) == []
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
    from playwright.sync_api import expect

    world, outcomes, _ = story_world
    context = tab.context.browser.new_context(
        java_script_enabled=False, storage_state=tab.context.storage_state()
    )
    page = context.new_page()
    page.goto(f"{world.url}/connections/{outcomes[0].audit.connection_id}/policy")
    page.get_by_label("Search", exact=True).fill("age__C")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("li.rule:visible summary code").first).to_have_text("Age__c")
    expect(page.locator("li.rule:visible")).to_have_count(1)
    page.locator("#r5-line").click()
    page.get_by_label("Lower edges of Age__c").fill("thirty")
    page.get_by_role("button", name="Save as new version").click()
    page.locator("#rule-5 .error").wait_for()
    expect(page.get_by_label("Lower edges of Age__c")).to_have_value("thirty")
    context.close()
