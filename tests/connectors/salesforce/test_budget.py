"""The limits of an org that processes keep to together: its day, its calls at once, and its peace."""

from __future__ import annotations

import json

import pytest

from connectors.errors import Busy
from connectors.salesforce.budget import AT_ONCE, BELIEVED, PATIENCE, Budget
from connectors.salesforce.usage import LOST, Usage
from connectors.shared_notes import in_folder


class Org:
    """A clock and a folder that two processes share."""

    def __init__(self, folder):
        self.at, self.folder = 1_000_000.0, folder

    def budget(self, percent=80):
        return Budget(percent=percent, note=in_folder(self.folder, lambda: self.at)("salesforce-1"))

    def pause(self, seconds):
        self.at += seconds


@pytest.fixture
def org(tmp_path):
    return Org(tmp_path)


def told(used, allowed=1_000, more=""):
    return {"Sforce-Limit-Info": f"api-usage={used}/{allowed}{more}"}


def test_what_one_process_hears_of_the_day_stops_the_others_before_they_call(org):
    first, second = org.budget(), org.budget()
    first.settle(first.take("pull", org.pause), told(800))
    with pytest.raises(Busy, match=r"800 of the org's 1,000 .*the write-back stopped") as caught:
        second.take("write-back", org.pause)
    assert caught.value.code == "limit_reached"
    assert second.usage == Usage(used=800, allowed=1_000)


def test_one_call_of_all_asks_again_after_a_minute(org):
    first, second = org.budget(), org.budget()
    first.settle(first.take("pull", org.pause), told(5, more="; per-app-api-usage=250/250(appName=x)"))
    org.at += BELIEVED
    ticket = second.take("pull", org.pause)
    with pytest.raises(Busy, match="this app make 250 API calls"):
        first.take("pull", org.pause)
    second.settle(ticket, told(5, more="; per-app-api-usage=0/250(appName=x)"))
    first.take("pull", org.pause)


def test_as_many_calls_run_at_once_as_the_smallest_org_allows_and_the_next_waits(org):
    budgets = [org.budget() for _ in range(AT_ONCE)]
    tickets = [one.take("pull", org.pause) for one in budgets]
    began = org.at

    def answered(seconds):
        org.pause(seconds)
        if org.at > began + 1:
            budgets[0].settle(tickets[0], {})

    org.budget().take("pull", answered)
    assert began + 1 < org.at < began + 1.5


def test_a_place_that_never_comes_is_the_caller_s_to_wait_for(org):
    for _ in range(AT_ONCE):
        org.budget().take("pull", org.pause)
    began = org.at
    with pytest.raises(Busy, match="too many calls") as caught:
        org.budget().take("write-back", org.pause)
    assert caught.value.code == "too_many_at_once"
    assert org.at <= began + PATIENCE


def test_the_places_of_a_killed_process_come_free(org):
    for _ in range(AT_ONCE):
        org.budget().take("pull", org.pause)
    org.at += LOST
    began = org.at
    org.budget().take("pull", org.pause)
    assert org.at == began


def test_the_peace_that_the_org_asked_one_for_is_kept_by_all_and_a_shorter_one_does_not_end_it(org):
    first, second = org.budget(), org.budget()
    first.close(7)
    first.close(2)
    began = org.at
    second.take("pull", org.pause)
    assert org.at == pytest.approx(began + 7)


@pytest.mark.parametrize("text", ["", "{", "[]", "7", "[" * 100_000, '{"usage":7}', '{"usage":null}'])
def test_a_note_that_cannot_be_read_says_nothing(org, text):
    (org.folder / "salesforce-1.json").write_text(text)
    assert org.budget().usage is None


def test_a_clock_that_was_put_back_holds_nobody_up_for_long(org):
    budget = org.budget()
    for _ in range(AT_ONCE):
        budget.take("pull", org.pause)
    budget.close(20)
    org.at -= 50_000
    with pytest.raises(Busy):
        budget.take("pull", org.pause)
    org.at += LOST + PATIENCE
    budget.take("pull", org.pause)


def test_what_is_noted_is_numbers_and_random_names_only(org):
    budget = org.budget()
    budget.settle(budget.take("pull", org.pause), told(1))
    found = json.loads((org.folder / "salesforce-1.json").read_text())
    assert found["usage"] == {"used": 1, "allowed": 1_000}
    assert set(found) == {"usage", "app", "heard_at", "closed_until", "under_way"}
