"""The stand-in's contact page over the real server, in a real browser: from panel to kept answer."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browsers import WCAG, fits, troubles, violations
from tests.webapp.signed_cards import audited

pytestmark = pytest.mark.browser


@pytest.fixture
def row(crms):
    return crms.ready("hubspot")


@pytest.fixture(params=[320, 1280])
def page(browser, request):
    opened = browser.new_page(viewport={"width": request.param, "height": 800})
    seen = troubles(opened)
    yield opened
    opened.close()
    assert not seen


def opened_card(page, crms, number=0):
    page.goto(crms.hubspot.lead_page(crms.hubspot.record_ids()[number]))
    page.locator("#card[data-state=ok]").wait_for()
    page.locator("#overview[data-state]").wait_for()
    return page.locator("#card")


def test_a_rep_disagrees_by_keyboard_and_finds_the_answer_again(crms, row, page):
    audit_id = audited(crms, row, leads=3)
    card = opened_card(page, crms)
    expect(card.locator(".panel")).to_have_attribute("data-panel", "flagged")
    picture = card.get_by_role("img", name="May be too low by about 15 points (11 to 19).")
    expect(picture.locator("text").last).to_have_text("+19")
    assert violations(page, WCAG, "main") == []
    assert fits(page)
    card.get_by_role("button", name="Disagree", exact=True).focus()
    page.keyboard.press("Enter")
    expect(card.get_by_role("button", name="Send")).to_be_disabled()
    card.get_by_role("radio", name="The score is too low for this lead").focus()
    page.keyboard.press("Space")
    assert violations(page, WCAG, "main") == []
    card.get_by_role("button", name="Send").focus()
    page.keyboard.press("Enter")
    expect(card.get_by_role("status")).to_have_text(
        "Thank you. Auditors see your answer in Fairlead, without your name."
    )
    (kept,) = crms.services.answers.all(row.id)
    assert (kept.verdict, kept.reason, kept.audit_id) == ("disagree", "score_too_low", audit_id)
    card = opened_card(page, crms)
    expect(card.locator(".panel")).to_have_attribute("data-panel", "acknowledged")
    expect(card.get_by_text("You answered: Disagree.")).to_be_visible()
    card.get_by_role("button", name="Change my answer").click()
    card.get_by_role("button", name="Agree", exact=True).click()
    expect(card.get_by_text("You answered: Agree.")).to_be_visible()
    (kept,) = crms.services.answers.all(row.id)
    assert (kept.verdict, kept.reason) == ("agree", None)


def test_a_check_that_was_made_anew_meanwhile_is_not_answered(crms, row, page):
    audited(crms, row)
    card = opened_card(page, crms)
    audited(crms, row)
    card.get_by_role("button", name="Ask for review").click()
    expect(card.get_by_role("status")).to_contain_text("the score was checked again meanwhile")
    expect(card.get_by_role("button", name="Agree", exact=True)).to_be_enabled()
    assert crms.services.answers.all(row.id) == ()


@pytest.mark.parametrize(
    ("lost", "told"),
    [
        ("the reply", "Fairlead was slow, but it has your answer."),
        ("the answer", "Your answer was not saved: Fairlead was asked and does not have it. Answer again."),
        ("all but the answer", "It is not known whether your answer was saved"),
    ],
)
def test_where_the_reply_is_lost_the_card_looks_again(crms, row, browser, lost, told):
    audited(crms, row)
    arrives, reachable = lost != "the answer", lost != "all but the answer"
    page = browser.new_page()
    card = opened_card(page, crms)

    def spoilt(route):
        if "/answer" not in route.request.post_data:
            return route.continue_() if reachable else route.abort()
        if arrives:
            route.fetch()
        return route.abort()

    page.route("**/__card/fetch", spoilt)
    card.get_by_role("button", name="Agree", exact=True).click()
    expect(card.get_by_role("status")).to_contain_text(told)
    assert len(crms.services.answers.all(row.id)) == arrives
    page.close()


def test_what_is_this_and_the_managers_tab(crms, row, page):
    audited(crms, row, leads=3)
    card = opened_card(page, crms, number=5)
    expect(card.locator(".panel")).to_have_attribute("data-panel", "not_audited")
    expect(card.get_by_role("button")).to_have_count(0)
    card.get_by_text("What is this?").click()
    expect(card.get_by_text("it does not change the score")).to_be_visible()
    tab = page.locator("#overview")
    expect(tab).to_have_attribute("data-state", "checked")
    expect(tab.get_by_text("3 leads were checked; the score of 3 of them may be unreliable.")).to_be_visible()
    expect(tab.get_by_text("Some leads are selected less readily than others.")).to_be_visible()
    assert violations(page, WCAG, "main") == []


def test_the_settings_page(crms, row, page):
    page.goto(crms.hubspot.settings_url)
    box = page.locator("#settings")
    expect(box).to_have_attribute("data-state", "connected")
    expect(box.get_by_text("Score check: why (fairscore_reason)")).to_be_visible()
    link = box.get_by_role("link", name="Open Connections in Fairlead")
    expect(link).to_have_attribute("href", f"{crms.services.settings.public_url}/connections")
    assert violations(page, WCAG, "main") == []
    assert fits(page)
    crms.services.repository.set_state(row.id, "disconnected")
    page.reload()
    expect(box).to_have_attribute("data-state", "not_connected")
    expect(box.get_by_text("choose Connect HubSpot")).to_be_visible()


def test_the_pages_say_so_where_the_server_is_away(crms, browser):
    page = browser.new_page()
    crms.hubspot.card_url = "http://127.0.0.1:9/hubspot/card"
    page.goto(crms.hubspot.settings_url)
    expect(page.locator("#settings")).to_have_text("Fairlead cannot be reached just now.")
    page.goto(crms.hubspot.lead_page(crms.hubspot.record_ids()[0]))
    expect(page.locator("#overview")).to_have_text("Fairlead cannot be reached just now.")
    expect(page.locator("#card")).to_contain_text("could not be loaded")
    page.close()
