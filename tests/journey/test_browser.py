"""A person's path in a real browser: sign in, dashboard, a lead's panel in both CRMs, a policy change."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from audit.finding.words import nobreak
from tests.browsers import fits, sign_in, troubles
from webapp.demo.leads import example_lead
from webapp.panels import panel_for
from webapp.viewmodels.dashboard import STATUS

REPOSITORY = Path(__file__).resolve().parents[2]
SCREENS = REPOSITORY / "artefacts" / "screens"
PAPER = 703  # A4 less its margins, in CSS pixels
SIZES = {"phone": (390, 844), "laptop": (1280, 800)}

IN_SIGHT = """e => [1, e.offsetHeight - 1].every(down => e.contains(document.elementFromPoint(
    innerWidth / 2, e.getBoundingClientRect().top + down)))"""
FOCUSED = "e => e === document.activeElement"
CUT_OFF = """parts => parts
    .filter(part => part.offsetParent)
    .filter(part => part.getBoundingClientRect().right > document.documentElement.clientWidth)
    .map(part => part.innerText)"""
STICKING_OUT = """cells => cells
    .filter(cell => [...cell.children].some(
        part => part.getBoundingClientRect().right > cell.getBoundingClientRect().right + 1))
    .map(cell => cell.innerText)"""

pytestmark = pytest.mark.browser


@pytest.fixture(params=[("laptop", "light"), ("phone", "dark")], ids="-".join)
def page(browser, request):
    """A fresh page; any error on the console or in a script fails the test."""
    size, scheme = request.param
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    opened = context.new_page()
    seen = troubles(opened, 422)
    opened.shot = lambda name: _shot(opened, f"{name}-{size}-{scheme}")
    yield opened
    context.close()
    assert not seen


def _shot(page, name: str) -> None:
    SCREENS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENS / f"{name}.png", full_page=True)


def test_sign_in_and_read_the_dashboard_and_an_audit(page, story_world):
    world, outcomes, _ = story_world
    page.goto(world.url)
    page.shot("sign-in")
    sign_in(page, world)
    page.shot("dashboard")
    for outcome in outcomes:
        assert nobreak(outcome.audit.worst) in page.inner_text("main")
    assert fits(page)
    page.goto(f"{world.url}/audits/{outcomes[0].audit.id}")
    page.shot("audit")
    assert nobreak(outcomes[0].audit.worst) in page.inner_text("main")
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    assert fits(page)


def test_every_verdict_of_an_audit_is_in_sight(page, story_world):
    world, outcomes, _ = story_world
    sign_in(page, world)
    page.goto(f"{world.url}/audits/{outcomes[0].audit.id}")
    verdicts = page.locator("td.compared .badge:visible")
    assert verdicts.count() > 10
    assert verdicts.evaluate_all(CUT_OFF) == []


def test_a_printed_audit_keeps_its_verdicts_and_its_evidence(page, story_world):
    world, outcomes, _ = story_world
    sign_in(page, world)
    page.goto(f"{world.url}/audits/{outcomes[0].audit.id}")
    page.set_viewport_size({"width": PAPER, "height": 1000})
    page.emulate_media(media="print")
    page.shot("audit-printed")
    page.get_by_text("Reference group", exact=True).locator("visible=true").first.wait_for()
    assert page.locator("td.compared").evaluate_all(CUT_OFF) == []
    assert fits(page)


def test_the_menu_closes_by_itself(page, story_world):
    from playwright.sync_api import expect

    world, _, _ = story_world
    sign_in(page, world)
    menu, opener = page.locator("[data-menu]"), page.locator("[data-menu] > summary")
    opener.click()
    page.shot("menu")
    page.keyboard.press("Escape")
    folded(menu)
    expect(opener).to_be_focused()
    opener.click()
    page.get_by_text("Fairlead audits lead scores.").click()
    folded(menu)
    opener.click()
    menu.get_by_role("link").last.focus()
    page.keyboard.press("Tab")
    folded(menu)


def folded(part) -> None:
    from playwright.sync_api import expect

    expect(part).not_to_have_attribute("open", "")


@pytest.mark.parametrize("crm", ["salesforce", "hubspot"])
def test_a_rep_sees_the_panel_beside_the_lead(page, story_world, crm):
    world, _, _ = story_world
    lead = example_lead(world, crm)
    page.goto(lead.page)
    sentence = panel_for(lead.flag).sentence
    panel = page.frame_locator("iframe").locator("body") if crm == "salesforce" else page.locator("body")
    panel.get_by_text(sentence).first.wait_for(timeout=10_000)
    page.shot(f"panel-{crm}")
    if crm == "salesforce":
        panel.get_by_role("button", name="Check again").click()
        panel.get_by_text("This is the newest.").wait_for()
        assert sentence in panel.inner_text()
    assert "stand-in" in page.inner_text("body").lower()
    assert fits(page)


@pytest.mark.parametrize("state", ["connected", "consent_needed", "limit_reached"])
def test_an_admin_sees_how_each_connection_is_and_the_ways_to_connect(page, story_world, state):
    world, outcomes, _ = story_world
    connection, repository = outcomes[0].audit.connection_id, world.services.repository
    sign_in(page, world)
    try:
        repository.set_state(
            connection, state, "" if state == "connected" else "The last pull did not finish."
        )
        page.goto(f"{world.url}/connections")
        page.shot(f"connections-{state}")
        page.get_by_text(STATUS[state].words, exact=True).first.wait_for()
        for way in ("Sign in at Salesforce", "Use a certificate", "Use the app's run-as user"):
            page.get_by_role("heading", name=way).wait_for()
        page.get_by_text("FAIRLEAD_SALESFORCE_JWT_KEY_FILE").wait_for()
        assert fits(page)
    finally:
        repository.set_state(connection, "connected")


REASON = "Looked at in the browser"


def text_of(page):
    """The policy as text."""
    page.locator("label[for=view-text]").click()
    return page.locator("#text")


def unfold(page, field: str) -> None:
    """Open the rule of a field in the table."""
    page.locator("label[for=view-table]").click()
    page.locator(".rule summary", has_text=field).click()


def save(page) -> None:
    page.get_by_label("Reason for the change").fill(REASON)
    page.get_by_role("button", name="Save as new version").click()


def becomes(condition, page, selector):
    """Wait until an element is in sight, with nothing over it, or has the focus."""
    page.wait_for_function(
        f"one => [document.querySelector(one)].filter(Boolean).some({condition})", arg=selector
    )


def test_an_admin_changes_the_policy(page, story_world):
    world, outcomes, _ = story_world
    sign_in(page, world)
    page.goto(f"{world.url}/connections/{outcomes[0].audit.connection_id}/policy")
    page.shot("policy")
    editor = text_of(page)
    before = editor.input_value()
    editor.fill(before.replace("operator = ", "operater = ", 1))
    page.get_by_role("button", name="Preview").last.click()
    page.get_by_role("alert").get_by_text("operater").first.wait_for()
    becomes(IN_SIGHT, page, "#text-error")
    page.shot("policy-error")
    becomes(FOCUSED, page, "#text-error [autofocus]")
    text_of(page).press("End")
    text_of(page).type(" ")
    save(page)
    page.locator("#text-error [autofocus]").wait_for()
    becomes(IN_SIGHT, page, "#text-error")
    assert "operater" in text_of(page).input_value()
    changed = before + "\n# Looked at in the browser.\n"
    text_of(page).fill(changed)
    page.get_by_role("button", name="Preview").last.click()
    page.locator("#preview thead th").first.wait_for()
    page.shot("policy-preview")
    heads = page.locator("#preview thead th").all_inner_texts()
    assert heads == ["Column", "Lead 1", "Lead 2", "Lead 3"]
    save(page)
    page.get_by_text("Saved as version").wait_for()
    page.shot("policy-saved")
    assert fits(page)


def test_long_field_names_stay_in_their_column(page, story_world):
    world, outcomes, _ = story_world
    sign_in(page, world)
    page.goto(f"{world.url}/connections/{outcomes[0].audit.connection_id}/policy")
    name = "et4ae5__HasOptedOutOfMobile_Consent_Date_For_The_Whole_Region__c"
    text_of(page).fill(text_of(page).input_value() + f'\n[[rule]]\nfield = "{name}"\noperator = "keep"\n')
    page.get_by_role("button", name="Preview").last.click()
    page.locator("#preview .note").get_by_text(name).wait_for()
    page.shot("policy-long-name")
    assert page.locator("main :is(th, td)").evaluate_all(STICKING_OUT) == []
    assert fits(page)


def test_a_draft_outlives_the_session(page, story_world):
    world, outcomes, _ = story_world
    sign_in(page, world)
    address = f"{world.url}/connections/{outcomes[0].audit.connection_id}/policy"
    page.goto(address)
    draft = text_of(page).input_value() + "\n# Long work.\n"
    text_of(page).fill(draft)
    page.context.clear_cookies()
    page.get_by_text("You are signed out. Copy your text, then sign in.").wait_for()
    page.shot("signed-out")
    save(page)
    page.get_by_text("Your session has ended. Nothing was saved.").wait_for()
    page.shot("session-ended")
    page.get_by_label("Name").fill("admin")
    page.get_by_label("Password").fill(world.home.password())
    page.get_by_role("button", name="Sign in").click()
    page.locator("#restored").get_by_text("Your text is back. It is not saved yet.").wait_for()
    assert page.url.split("#")[0] == address
    assert text_of(page).input_value() == draft
    page.shot("draft-restored")
    save(page)
    page.get_by_text("Saved as version").wait_for()
    page.locator("#restored").wait_for(state="hidden")


def test_an_admin_changes_the_policy_without_its_text(page, story_world):
    from playwright.sync_api import expect

    world, outcomes, _ = story_world
    sign_in(page, world)
    page.goto(f"{world.url}/connections/{outcomes[0].audit.connection_id}/policy")
    unfold(page, "Age__c")
    bands = page.get_by_label("Lower edges of Age__c")
    bands.fill("40")
    expect(page.locator("#text")).to_have_value(re.compile(r"bands = \[40\]"))
    expect(bands).to_be_focused()
    unfold(page, "LeadSource")
    operator = page.get_by_label("What happens to it: LeadSource")
    operator.select_option("drop")
    expect(page.locator("#text")).to_have_value(re.compile(r'operator = "drop"'))
    expect(operator).to_have_value("drop")
    expect(page.get_by_label("Column of LeadSource")).to_have_count(0)
    page.get_by_role("button", name="Measure the risk").click()
    page.locator("#risk").get_by_text("Smallest group (k)").wait_for()
    page.shot("policy-measured")
    page.get_by_label("Add a field").fill("Company")
    page.get_by_role("button", name="Add to the draft", exact=True).click()
    page.locator("#rule-0").wait_for()
    assert "# " in page.locator("#text").input_value()
    page.shot("policy-table")
    assert page.locator("main :is(th, td)").evaluate_all(STICKING_OUT) == []
    assert fits(page)


def test_the_history_and_the_trail_are_read(page, story_world):
    world, outcomes, _ = story_world
    sign_in(page, world)
    page.goto(f"{world.url}/connections/{outcomes[0].audit.connection_id}/policy/versions/1")
    page.shot("policy-version")
    assert fits(page)
    page.get_by_role("link", name="Trail").click()
    page.get_by_role("heading", name="Who did what").wait_for()
    page.shot("trail")
    page.get_by_role("cell", name="Policy saved").first.wait_for()
    assert fits(page)


def test_an_admin_changes_score_and_groups(page, story_world):
    world, outcomes, _ = story_world
    sign_in(page, world)
    page.goto(f"{world.url}/connections/{outcomes[0].audit.connection_id}/policy")
    page.get_by_role("navigation", name="Rules").get_by_role("link", name="Score and groups").click()
    page.wait_for_url("**/stream*")
    page.shot("stream")
    editor = page.locator("textarea")
    before = editor.input_value()
    editor.fill(before.replace('"zip3"', '"zpi3"', 1))
    page.get_by_role("button", name="Check").click()
    page.get_by_text("did you mean 'zip3'?").wait_for()
    page.shot("stream-error")
    page.locator("textarea").fill(before + "\n# Looked at in the browser.\n")
    page.get_by_role("button", name="Check").click()
    page.get_by_text("fills every column").wait_for()
    assert fits(page)
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved as version").wait_for()
    page.shot("stream-saved")
