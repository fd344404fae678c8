"""The page "Expected outcomes" and its API: what they tell, to whom, and what they say of nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest

from audit.watch.quarters import Quarter
from tests.audit.expected.worlds import World, drawn, stream, table
from tests.webapp.api_caller import caller
from tests.webapp.help_words import unexplained
from tests.webapp.markup import Page, faults
from tests.webapp.site import open_site
from tests.webapp.test_expecting import pull
from webapp.expected_told import seen_of
from webapp.keeping_up import kept_up
from webapp.viewmodels.expected import headline
from webapp.viewmodels.expected_quarter import expected_in

SPECIAL = stream()
SPECIAL = replace(SPECIAL, attributes=(replace(SPECIAL.attributes[0], special_category=True),))
ROWS = table(drawn(World(name="page", leads=200), 10, np.random.default_rng(8)))


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """An installation after a pull in the middle of each of three months."""
    site = open_site(tmp_path_factory.mktemp("expected") / "site")
    row = site.connect()
    for day in ("2025-06-15", "2025-07-15", "2025-08-15", "2025-09-15"):
        pull(site, row, day, SPECIAL, ROWS)
    yield site, row
    site.close()


def page(told, query=""):
    site, row = told
    got = site.client.get(f"/connections/{row.id}/expected{query}")
    assert got.status_code == 200
    assert faults(got.text) == []
    assert unexplained(got.text) == []
    return Page(got.text)


def test_it_says_what_is_expected_and_how_right_it_was_before(told):
    text = page(told).text
    assert "worked leads are younger than 60 days" in text
    assert "are expected to convert" in text
    assert "published estimates of this measure whose outcomes have come" in text
    assert "2025-06-01 to 2025-06-30" in text
    assert "Not known yet" in text  # of July and August
    assert "Held" in text
    assert "The score is calibrated for each group by itself" in text
    assert "the tolerance of 5 points only where" in text
    assert "expected and become" in site_text(told)


def site_text(told):
    site, row = told
    return site.client.get(f"/connections/{row.id}/expected").text


def test_another_measure_is_chosen_and_an_unknown_one_is_the_first(told):
    assert "Said on" in page(told, "?metric=auc").text
    assert page(told, "?metric=none").text == page(told).text


def test_a_special_category_is_shown_to_those_who_may(told, monkeypatch):
    assert "'small'" in page(told).text
    monkeypatch.setattr("webapp.views.expected.may", lambda right: right != "special")
    text = page(told).text
    assert "'small'" not in text
    assert "region" not in text
    assert "All leads" in text


def test_the_api_tells_the_same_and_withholds_special_categories(told):
    site, row = told
    client, here = site.app.test_client(), f"/connections/{row.id}/expected"
    plain = caller(client, site.services, "read:audits")
    whole = caller(client, site.services, "read:audits", "read:special")
    got = whole.get(here).json
    assert (got["as_of"], got["maturity_days"], got["lacking"], got["behind_since"]) == (
        "2025-09-15", 60, None, None,
    )  # fmt: skip
    assert {one["cohort"] for one in got["figures"]} >= {"", "2025-08", "2025-09"}
    assert {one["reference"] for one in got["gaps"]} == {"big"}
    said = whole.get(f"{here}/said?limit=200").json["items"]
    june = [one for one in said if one["cohort"] == "2025-06"]
    assert june
    for one in june:
        assert one["error"] == pytest.approx(one["value"] - one["became"])
        assert one["held"] == (one["low"] - 1e-9 <= one["became"] <= one["high"] + 1e-9)
    assert {(one["ripe_at"], one["became"], one["held"]) for one in said if one["cohort"] == "2025-08"} == {
        (None, None, None)
    }
    for path in (here, f"{here}/said"):
        assert "region" not in plain.get(path).text
    assert whole.get("/connections/none/expected").status_code == 404


def test_empty_states_say_why_and_what_to_do(site):
    row = site.connect()
    told = site, row
    assert "There is no audit yet" in page(told).text
    with kept_up(site.services, row, "expected"):
        raise MemoryError
    assert "could not be brought up to date since" in page(told).text
    pull(site, row, "2025-07-15", replace(stream(maturity_days=None), created=None), ROWS)
    assert "the stream has no created" in page(told).text
    pull(site, row, "2025-07-15", replace(stream(), outcome=None, maturity_days=None, worked=None), ROWS)
    assert "The stream names no outcome" in page(told).text
    pull(site, row, "2025-02-20", rows=ROWS)
    assert "No worked lead has a ripe outcome yet" in page(told).text
    pull(site, row, "2025-05-20", stream(maturity_days=None), ROWS)
    assert "nobody could check an estimate" in page(told).text
    pull(site, row, "2025-05-20", stream(maturity_days=5), ROWS)
    assert "A week of leads is not over by then" in page(told).text
    pull(site, row, "2025-04-20", replace(stream(), score=None, threshold=None), ROWS)
    text = page(told).text
    assert "are expected to convert" in text
    assert "What becomes of those leads is known from about 2025-05-30 on" in text


def test_a_quarter_that_is_not_ripe_has_its_estimate_beside_it(told):
    site, row = told
    seen = seen_of(site.services, row, special=True)
    card = SimpleNamespace(quarter=Quarter(year=2025, number=3), ripe=0.4, known_on=date(2025, 12, 1))
    with site.app.test_request_context():
        lines = expected_in(card, seen, "region")
        assert {one.span for one in lines} == {
            "2025-07-01 to 2025-07-31", "2025-08-01 to 2025-08-31", "2025-09-01 to 2025-09-30",
        }  # fmt: skip
        assert all(one.cells[0][0].endswith("%") for one in lines)
        assert expected_in(replace_known(card), seen, "region") == []
        assert expected_in(card, seen_of(site.services, row, special=False), "region") == []


def replace_known(card):
    return SimpleNamespace(quarter=card.quarter, ripe=1.0, known_on=None)


def test_a_gap_that_is_expected_outside_is_named_with_its_measure(told):
    site, row = told
    found = seen_of(site.services, row, special=True).now.found
    bad = replace(found.gaps[0], verdict="fail", metric="precision", group="small")
    with site.app.test_request_context():
        head = headline(replace(found, gaps=(bad,)), lambda _: True)
        hidden = headline(replace(found, gaps=(bad,)), lambda _: False)
    assert head.outside == (("precision", "Selected leads that convert: region 'small' beside 'big'"),)
    assert any("Expected outside the tolerance: 1; within: 0" in one for one in head.sentences)
    assert hidden.outside == ()
