"""The help beside real pages: every word is explained where it is used, and nothing is covered."""

from __future__ import annotations

import pytest
import requests

from audit.report.json_form import read_json
from tests.browsers import WCAG, fits, sign_in, troubles, violations
from tests.webapp.help_words import unexplained
from tests.webapp.markup import faults
from webapp.demo.browser import AdminBrowser
from webapp.demo.home import ADMIN

PAGES = (
    *("/", "/connections", "/jobs", "/trail", "/tokens", "{at}/log", "{at}/schedule", "{at}/policy"),
    *("{at}/policy/versions/1", "{at}/stream", "{at}/privacy", "{at}/privacy/record", "{at}/privacy/flow"),
    *("{at}/answers", "{at}/share", "{at}/key", "/audits/{audit}", "/audits/{audit}/findings/{finding}"),
    "/audits/{audit}/summary",
    *("{at}/remedies", "{at}/remedies/{experiment}", "{at}/remedies/{experiment}?legal=yes"),
    "{at}/shadow?experiment={experiment}",
    *("/alerts?state=", "/alerts/channels", "/alerts/channels?kind=webhook"),
    *(
        "{at}/explanations",
        "{at}/explanations?audit={audit}&finding={finding}",
        "/audits/{audit}/full-report",
    ),
    *(f"/audits/{{audit}}/evidence/{kind}/1" for kind in ("thresholds", "groups", "calibration")),
)


@pytest.fixture(scope="module")
def signed_in(story_world) -> AdminBrowser:
    world, _, _ = story_world
    browser = AdminBrowser(url=world.url)
    browser.sign_in(ADMIN, world.home.password())
    return browser


def filled(path: str, outcome, experiment: str = "") -> str:
    audit = outcome.audit
    return path.format(
        at=f"/connections/{audit.connection_id}",
        audit=audit.id,
        experiment=experiment,
        finding=read_json(outcome.audit.report).findings[0].id,
    )


@pytest.mark.parametrize("path", PAGES)
def test_every_word_that_a_page_uses_is_explained_there(story_world, story_experiment, signed_in, path):
    _, outcomes, _ = story_world
    answer = signed_in.session.get(
        f"{signed_in.url}{filled(path, outcomes[0], story_experiment)}", timeout=120
    )
    assert answer.status_code == requests.codes.ok, path
    assert '<aside class="help' in answer.text
    assert faults(answer.text) == []
    assert unexplained(answer.text) == []


BOXES = """() => [document.querySelector('.help'), document.querySelector('main')].map(one => {
    const box = one.getBoundingClientRect();
    return [box.left, box.top + scrollY, box.right, box.bottom + scrollY];
})"""
KEPT = "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])"


@pytest.fixture(scope="module")
def tab(browser, story_world):
    world, _, _ = story_world
    page = browser.new_page(reduced_motion="reduce")
    seen = troubles(page)
    sign_in(page, world)
    yield page
    assert not seen
    page.close()


def apart(boxes) -> bool:
    """Whether the help and the page share no point."""
    (left, top, right, bottom), (other_left, other_top, other_right, other_bottom) = boxes
    return right <= other_left or other_right <= left or bottom <= other_top or other_bottom <= top


@pytest.mark.browser
@pytest.mark.parametrize(
    ("width", "beside"), [(320, False), (390, False), (1024, False), (1280, True), (1920, True)]
)
@pytest.mark.parametrize("path", ["/audits/{audit}", "{at}/policy"])
def test_help_opens_beside_or_above_the_page_and_covers_nothing(tab, story_world, width, beside, path):
    world, outcomes, _ = story_world
    tab.set_viewport_size({"width": width, "height": 800})
    tab.goto(f"{world.url}{filled(path, outcomes[0])}")
    kept = tab.evaluate(KEPT)
    assert apart(tab.evaluate(BOXES))
    tab.locator(".help summary").press("Enter")
    help_box, main_box = tab.evaluate(BOXES)
    assert apart((help_box, main_box))
    assert (help_box[0] >= main_box[2]) is beside
    assert fits(tab)
    assert tab.evaluate(KEPT) == kept
    tab.reload()
    # Help is folded on every page that is opened.
    tab.locator(".help-text").wait_for(state="hidden")


@pytest.mark.browser
def test_an_open_help_and_an_open_word_are_for_everybody(tab, story_world):
    world, outcomes, _ = story_world
    tab.set_viewport_size({"width": 390, "height": 800})
    tab.goto(f"{world.url}{filled('/audits/{audit}', outcomes[0])}")
    tab.locator(".help summary").press("Enter")
    word = tab.locator("main .term:visible").first
    word.press("Enter")
    for scheme in ("dark", "light"):
        tab.emulate_media(color_scheme=scheme)
        assert violations(tab, [*WCAG, "best-practice"]) == []
    for path in ("/help", "/help/glossary", "/help/audit"):
        tab.goto(f"{world.url}{path}")
        assert violations(tab, [*WCAG, "best-practice"]) == []
        assert fits(tab)


@pytest.mark.browser
@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_word_opens_by_key_and_closes_by_escape(tab, story_world, script):
    from playwright.sync_api import expect

    world, _, _ = story_world
    context = tab.context.browser.new_context(
        java_script_enabled=script,
        storage_state=tab.context.storage_state(),
        viewport={"width": 320, "height": 640},
    )
    page = context.new_page()
    page.goto(world.url)
    word = page.locator("main .term").first
    box = page.locator(f"#{word.get_attribute('popovertarget')}")
    word.press("Enter")
    box.wait_for()
    shown = box.bounding_box()
    assert shown["x"] >= 0
    assert shown["x"] + shown["width"] <= 320
    page.keyboard.press("Tab")
    page.locator(":focus", has_text="In the glossary").wait_for()
    page.keyboard.press("Escape")
    box.wait_for(state="hidden")
    expect(word).to_be_focused()
    word.click()
    box.get_by_role("button", name="Close").click()
    box.wait_for(state="hidden")
    page.locator(".help summary").click()
    page.locator(".help-text").wait_for()
    context.close()
