"""The page of a decision log, and the API's list of its entries."""

from __future__ import annotations

import re

import pytest

from connectors.decisions.chain import NAME
from connectors.pseudonym import LeadKey
from tests.webapp.api_caller import caller
from tests.webapp.help_words import unexplained
from tests.webapp.markup import Page, faults
from tests.webapp.site import Site
from webapp import connecting, decisions, jobs
from webapp.decision_opening import place_of


def text(answer, status: int = 200) -> str:
    assert answer.status_code == status, answer.text
    assert faults(answer.text) == []
    assert unexplained(answer.text) == []
    return Page(answer.text).text


@pytest.fixture
def logged(crms):
    """HubSpot's leads, read once."""
    row = crms.ready("hubspot")
    jobs.sync(crms.services, row)
    return row


def lead_keys(html: str) -> list[str]:
    return re.findall(r'name="lead" value="([0-9a-f]{32})"', html)


def test_before_the_first_pull_it_says_what_begins_it(site: Site):
    row = site.connect()
    shown = text(site.client.get(f"/connections/{row.id}/log"))
    assert "Nothing logged yet" in shown
    assert "The first pull begins the log." in shown
    assert "Verify now" not in shown


def test_it_says_how_the_log_stands_and_shows_its_newest_entries(crms, logged):
    browser, path = crms.signed_in(), f"/connections/{logged.id}/log"
    decisions.check(crms.services, logged)
    answer = browser.get(path)
    shown, known = text(answer), crms.services.decision_logs.get(logged.id)
    assert f"{known.entries:,} scores logged" in shown
    assert "Unchanged" in shown
    assert known.digest in shown
    assert "730 days" in shown
    keys = lead_keys(answer.text)
    lake = set(crms.services.lake.read(logged.crm, logged.organisation)["lead_key"].to_pylist())
    assert len(keys) == len(set(keys)) == 50
    assert set(keys) <= lake
    assert not [one for one in crms.hubspot.record_ids() if re.search(rf"(?<!\w){one}(?!\w)", shown)]


def test_in_german_it_says_the_same_in_german(crms, logged):
    browser, path = crms.signed_in(), f"/connections/{logged.id}/log"
    german = {"Accept-Language": "de"}
    decisions.check(crms.services, logged)
    answer = browser.get(path, headers=german)
    shown = Page(answer.text).text
    assert faults(answer.text) == []
    assert "Scores protokolliert" in shown
    assert "Bei der letzten Prüfung war nichts geändert, gelöscht oder verschoben." in shown
    assert "HubSpot, bei einem Abruf gesehen" in shown
    assert "How it stands" not in shown
    wrong = browser.get(f"{path}?day=yesterday", headers=german)
    assert wrong.status_code == 422
    assert "Der Tag ist nicht lesbar" in Page(wrong.text).text


def test_the_pages_behind_one_another_show_every_entry_once(crms, logged):
    browser, path = crms.signed_in(), f"/connections/{logged.id}/log"
    found, address = [], path
    while address:
        html = browser.get(address).text
        found += lead_keys(html)
        older = re.search(r'href="([^"]+)#entries">Older', html)
        address = older[1].replace("&amp;", "&") if older else ""
    assert len(found) == len(set(found)) == crms.services.decision_logs.get(logged.id).readable


def test_a_lead_is_asked_for_in_the_body_and_stands_in_no_address(crms, logged):
    browser, path = crms.signed_in(), f"/connections/{logged.id}/log"
    lead = lead_keys(browser.get(path).text)[0]
    answer = browser.submit(path, {"lead": lead})
    shown = text(answer)
    assert "Entries of one lead" in shown
    assert shown.count(lead) == 1
    assert not [one for one in Page(answer.text).having("a") if lead in (one.get("href") or "")]
    assert "Nothing that can be read fits this." in text(browser.submit(path, {"lead": "0" * 32}))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"lead": "00Q000000000001EAA"}, "A record id does not work here."),
        ({"lead": "zz"}, "A pseudonym has 32 signs"),
        ({"day": "yesterday"}, "write it as year-month-day"),
        ({"lead": "a" * 33, "before": "-1"}, "A pseudonym has 32 signs"),
    ],
)
def test_what_cannot_be_meant_is_a_sentence_and_is_not_repeated(crms, logged, fields, words):
    answer = crms.signed_in().submit(f"/connections/{logged.id}/log", fields)
    assert words in text(answer, 422)
    assert "00Q000000000001EAA" not in answer.text
    assert "yesterday" not in Page(answer.text).text


def test_a_day_without_entries_and_the_day_of_today(crms, logged):
    browser, path = crms.signed_in(), f"/connections/{logged.id}/log"
    today = f"{crms.services.clock():%Y-%m-%d}"
    assert f"Entries of {today}" in text(browser.get(f"{path}?day={today}&before=999999999"))
    assert "Nothing that can be read fits this." in text(browser.get(f"{path}?day=2001-01-01"))


def test_who_is_erased_is_counted_and_not_shown(crms, logged):
    browser, path = crms.signed_in(), f"/connections/{logged.id}/log"
    lead = lead_keys(browser.get(path).text)[0]
    decisions.erase(crms.services, logged, [LeadKey(bytes.fromhex(lead))])
    answer = browser.get(path)
    assert "1 of them erased" in text(answer)
    assert "An entry was erased: nobody can read it any more." in text(answer)
    assert lead not in answer.text
    assert "the chain can be verified from end to end" in text(answer)


def test_verify_now_asks_for_the_job_and_says_that_it_waits(crms, logged):
    browser, path = crms.signed_in(), f"/connections/{logged.id}/log"
    assert "Verify now" in text(browser.get(path))
    assert browser.submit(path, {}, to=f"/connections/{logged.id}/jobs/log").status_code == 303
    shown = text(browser.get(path))
    assert "It is being verified, or will be in a moment." in shown
    assert "Verify now" not in shown


def test_a_broken_log_says_so_and_what_to_do(crms, logged):
    chain = place_of(crms.services, logged) / NAME
    chain.write_bytes(chain.read_bytes().replace(b'"count"', b'"cuont"'))
    decisions.check(crms.services, logged)
    shown = text(crms.signed_in().get(f"/connections/{logged.id}/log"))
    assert "It is not as it was written." in shown
    assert "keep a copy of it" in shown


def test_a_chain_that_is_no_chain_shows_no_entries(crms, logged):
    chain = place_of(crms.services, logged) / NAME
    chain.write_bytes(b"{}\n")
    shown = text(crms.signed_in().get(f"/connections/{logged.id}/log"))
    assert "The entries cannot be shown: the decision log is damaged" in shown


def test_after_a_disconnect_the_chain_is_told_and_nothing_can_be_started(crms, logged):
    connecting.end(crms.services, logged, "Ada")
    shown = text(crms.signed_in().get(f"/connections/{logged.id}/log"))
    assert "were let go because of their age or a disconnect" in shown
    assert "Verify now" not in shown


def test_the_api_lists_the_same_entries_page_by_page(crms, logged):
    path = f"/connections/{logged.id}/decision-log/entries"
    asks = caller(crms.app.test_client(), crms.services, "read:decisions", role="auditor")
    found = asks.every(path, 60)
    assert len(found) == len({one["number"] for one in found})
    assert len(found) == crms.services.decision_logs.get(logged.id).readable
    lake = crms.services.lake.read(logged.crm, logged.organisation)
    scores = dict(zip(lake["lead_key"].to_pylist(), lake["score"].to_pylist(), strict=True))
    assert {one["lead"]: one["score"] for one in found} == {k: v for k, v in scores.items() if v is not None}
    assert asks.every(f"{path}?day=2001-01-01", 60) == []
    assert asks.get(f"{path}?day=17").status_code == 422


def test_the_entries_need_a_scope_of_their_own(crms, logged):
    path = f"/connections/{logged.id}/decision-log/entries"
    asks = caller(crms.app.test_client(), crms.services, "read:policy", role="auditor")
    assert asks.get(path).status_code == 403
    assert asks.get(f"/connections/{logged.id}/decision-log").status_code == 200
