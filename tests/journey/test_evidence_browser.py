"""The evidence in a real browser: the slider by keyboard, its figures against the audit's, and axe-core."""

from __future__ import annotations

import json
import re

import pytest

from tests.browsers import WCAG, fits, sign_in, troubles, violations
from tests.webapp.bench import work_off

KINDS = ("groups", "gaps", "crossings", "calibration", "proxies", "coverage", "thresholds", "subgroups")
ROWS = """rows => rows.map(row => ({
    group: row.dataset.group,
    text: row.innerText.replace(/\\s+/g, " ").trim(),
}))"""
SENT = """async (address, read) => {
    const sent = new DOMParser().parseFromString(await (await fetch(address)).text(), "text/html");
    const here = document.querySelector("[data-rows]");
    const aside = here.cloneNode(false);
    for (const one of sent.querySelectorAll("[data-group]")) aside.append(document.importNode(one, true));
    here.after(aside);
    const rows = read([...aside.querySelectorAll("[data-group]")]);
    aside.remove();
    return rows;
}"""

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(browser, story_world):
    """A signed-in page; an error of a script, or of the Content-Security-Policy, fails the test."""
    world, _, _ = story_world
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    opened = context.new_page()
    seen = troubles(opened)
    sign_in(opened, world)
    yield opened
    assert not seen
    context.close()


def test_the_slider_by_keyboard_says_what_the_server_says_at_every_threshold(page, story_world):
    world, outcomes, _ = story_world
    address = f"{world.url}/audits/{outcomes[0].audit.id}/evidence/thresholds/1"
    page.goto(address)
    page.locator("[data-ready]").wait_for()
    page.get_by_role("button", name="Show").wait_for(state="hidden")
    slider = page.locator("#step")
    for metric in page.locator("#metric option").evaluate_all("all => all.map(one => one.value)"):
        page.select_option("#metric", metric)
        slider.focus()
        for press in ("Home", "ArrowRight", "PageUp", "PageUp", "ArrowLeft", "End"):
            slider.press(press)
            step = slider.input_value()
            mine = page.locator("[data-group]").evaluate_all(ROWS)
            assert slider.get_attribute("aria-valuetext") == page.locator("[data-threshold]").inner_text()
            theirs = _of_server(page, f"{address}?step={step}&metric={metric}")
            assert mine == theirs, (metric, step)


def _of_server(page, address: str) -> list[dict[str, str]]:
    """The rows as the server wrote them, set by the browser without their script."""
    return page.evaluate(f"address => ({SENT})(address, {ROWS})", address)


def test_without_scripts_the_form_brings_the_same(browser, story_world):
    world, outcomes, _ = story_world
    context = browser.new_context(java_script_enabled=False)
    opened = context.new_page()
    sign_in(opened, world)
    opened.goto(f"{world.url}/audits/{outcomes[0].audit.id}/evidence/thresholds/1")
    opened.locator("#step").focus()
    opened.keyboard.press("Home")
    opened.get_by_role("button", name="Show").click()
    opened.wait_for_url(re.compile(r"step=0(&|#|$)"))
    assert "100.0" in opened.locator("[data-group]").first.inner_text()
    context.close()


def test_a_finding_opens_from_the_audit_and_is_marked_as_looked_at(page, story_world):
    world, outcomes, _ = story_world
    page.goto(f"{world.url}/audits/{outcomes[0].audit.id}")
    page.get_by_role("link", name="Open the evidence").first.click()
    page.get_by_role("heading", name="What would change it").wait_for()
    page.locator("svg.chart").first.wait_for()
    page.get_by_role("button", name="I have looked at it").click()
    page.get_by_text("Looked at", exact=True).first.wait_for()
    assert "by admin" in page.inner_text("main")


def test_remedies_are_tried_from_a_finding_and_the_page_goes_to_what_came_of_it(page, story_world):
    world, outcomes, _ = story_world
    page.goto(f"{world.url}/audits/{outcomes[0].audit.id}")
    page.get_by_role("link", name="Try remedies for finding 1").click()
    page.get_by_label("Only what works with the CRM's score as it is").check()
    page.get_by_role("button", name="Try remedies").click()
    page.get_by_role("button", name="Cancel").wait_for()
    (job,) = work_off(world.services)
    assert job.state == "done", job.told
    page.wait_for_url(re.compile(r"/remedies/[a-z0-9]+$"))
    page.locator("svg.chart").first.wait_for()
    rows = page.locator("table.remedies tbody tr")
    every = rows.count()
    page.get_by_role("link", name="Legal mode").click()
    page.wait_for_url(re.compile("legal=yes"))
    page.get_by_text("left out by the legal mode.").last.wait_for()
    assert 0 < rows.count() < every


def test_a_gap_is_explained_from_its_finding_and_a_lead_from_the_log(page, story_world, story_experiment):
    assert story_experiment  # with it the scores were explained
    world, outcomes, _ = story_world
    page.goto(f"{world.url}/audits/{outcomes[0].audit.id}")
    page.get_by_role("link", name="Open the evidence").first.click()
    page.get_by_role("link", name="What drives this gap").click()
    page.get_by_text("The finding is about this").first.wait_for()
    page.locator("svg.chart").first.wait_for()
    page.get_by_role("button", name="Explain the score").click()
    page.get_by_role("button", name="Cancel").wait_for()
    (job,) = work_off(world.services)
    assert job.state == "done", job.told
    # Whoever waits is led to what came of it.
    page.wait_for_url(re.compile(r"/explanations$"))
    page.get_by_role("link", name="What is watched").click()
    page.get_by_role("link", name="Decision log").click()
    page.locator("button.pseudonym").first.click()
    page.get_by_role("heading", name="Why this score").wait_for()
    assert re.search(r"/log(#entries)?$", page.url)
    assert fits(page)


@pytest.mark.parametrize("width", [390, 1280, 1920])
def test_nothing_sticks_out_at_any_width(page, story_world, width):
    world, outcomes, _ = story_world
    page.set_viewport_size({"width": width, "height": 800})
    for address in _addresses(world, outcomes):
        page.goto(address)
        assert fits(page), address
    page.set_viewport_size({"width": 1280, "height": 800})


def test_axe_finds_nothing_on_the_evidence(browser, story_world):
    world, outcomes, _ = story_world
    context = browser.new_context(viewport={"width": 1280, "height": 800}, bypass_csp=True)
    opened = context.new_page()
    sign_in(opened, world)
    for address in _addresses(world, outcomes):
        opened.goto(address)
        assert violations(opened, [*WCAG, "best-practice"]) == [], address
    context.close()


def _addresses(world, outcomes) -> list[str]:
    audit = f"{world.url}/audits/{outcomes[0].audit.id}"
    finding = json.loads(outcomes[0].audit.report)["findings"][0]["id"]
    figures = (f"{audit}/evidence/{kind}/1" for kind in KINDS)
    return [world.url, audit, f"{audit}/summary", f"{audit}/findings/{finding}", *figures]
