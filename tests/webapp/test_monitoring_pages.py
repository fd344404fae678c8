"""The pages of monitoring: verdict, cards, record, notes, scorecards and benchmarks, for every role."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from audit.intake import admit
from audit.schema import parse_stream
from tests.webapp.api_caller import caller
from tests.webapp.help_words import unexplained
from tests.webapp.markup import Page, faults
from tests.webapp.site import NAME, open_site
from tests.webapp.watched_leads import STREAM, leads, pull, until
from webapp.expecting import foresee

GERMAN = {"Accept-Language": "de"}
LEADS = leads(days=150, per_day=30, gap=0.35)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Two connections: one pulled over five months, under a new threshold at the end; the other never."""
    opened = open_site(tmp_path_factory.mktemp("monitoring") / "site")
    row = opened.connect()
    opened.services.repository.save_stream(row.id, STREAM, NAME)
    for day in (60, 130):
        pull(opened.services, row, until(LEADS, day), day)
    moved = STREAM.replace("threshold = 50", "threshold = 40")
    opened.services.repository.save_stream(row.id, moved, NAME)
    pull(opened.services, row, until(LEADS, 150), 150, stream=moved, version=2)
    parsed = parse_stream(STREAM, "The stream")
    of = SimpleNamespace(id="audit150", stream_version=1)
    foresee(opened.services, row, (admit(until(LEADS, 150), parsed).table, parsed), of)
    opened.connect("hubspot", "424242")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def rows(site):
    return site.services.repository.connections()


def at(row, more="monitoring"):
    return f"/connections/{row.id}/{more}"


def test_every_page_is_sound_and_explains_its_words(site, rows):
    for row in rows:
        for path in ("/monitoring", at(row), at(row, "scorecards"), at(row, "expected")):
            for spoken in ({}, GERMAN):
                text = site.client.get(path, headers=spoken).text
                assert faults(text) == [], path
                if not spoken:
                    assert unexplained(text) == [], path


def told(site, path, **options):
    return Page(site.client.get(path, **options).text).text


def test_the_page_says_the_verdict_since_when_and_what_to_do(site, rows):
    text = told(site, at(rows[0]))
    assert "4 watched gaps are surely outside" not in text
    assert "known since the leads of 2026-" in text
    assert "A new sequence, since this changed: the threshold." in text
    assert "Sequences that ended (4)" in text
    assert "What to do: Open the newest audit, try remedies, and note below what you change." in text
    # The old threshold's alarm stays, said on the day of its pull.
    assert "11 May 2026 Share selected: region 'rural' beside 'urban' Surely outside the tolerance" in text
    assert "the stream does not name which leads were worked." in text


def test_a_chart_is_there_without_script_and_says_what_it_shows(site, rows):
    page = Page(site.client.get(at(rows[0])).text)
    charts = [one for one in page.having("svg") if one.get("role") == "img"]
    assert len(charts) == 6
    assert all(
        "beside" in one["aria-label"] and "A band over the days from" in one["aria-label"] for one in charts
    )
    assert not [one for one in page.having("script") if "src" not in one]


def test_filters_and_pages_keep_what_was_asked(site, rows):
    text = told(site, at(rows[0], "monitoring?metric=base_rate"))
    assert "Gaps 1 to 2 of 2, alarms first" in text
    assert "No watched gap fits this filter." in told(
        site, at(rows[0], "monitoring?attribute=nothing&page=9")
    )


def test_a_connection_without_a_pull_says_what_comes_next(site, rows):
    assert "Nothing is watched yet. The first pull begins it." in told(site, at(rows[1]))
    assert "No quarter yet" in told(site, at(rows[1], "scorecards"))
    assert site.client.get("/connections/none/monitoring").status_code == 404


def test_a_change_is_noted_marked_and_in_the_trail(site, rows):
    page = at(rows[0])
    for day, words, why in (
        ("yesterday", "New routing", "Write the day as 2026-11-23."),
        ("2999-01-01", "New routing", "This day is yet to come"),
        ("2026-04-01", "  ", "Say in a sentence what was changed."),
        ("2026-04-01", "x" * 301, "At most 300 characters."),
    ):
        refused = site.post(page, f"{page}/changes", day=day, words=words)
        assert (refused.status_code, why in Page(refused.text).text) == (422, True)
    assert site.post(page, f"{page}/changes", day="2026-04-01", words="New <b>routing</b>").status_code == 303
    text = told(site, page)
    assert "A: 2026-04-01, New <b>routing</b>" in text
    assert ("change noted", "2026-04-01: New <b>routing</b>") in [
        (one.action, one.detail) for one in site.services.accounts.events()
    ]


def test_a_scorecard_says_what_is_not_known_yet_and_holds_the_rest_to_the_benchmark(site, rows):
    page = at(rows[0], "scorecards")
    text = told(site, page)
    assert "Quarter 2 of 2026 Not known yet 1,800 leads" in text
    assert "Outcomes of this quarter are known from about 2026-07-21 on" in text
    assert "Quarter 1 of 2026 Not enough data 2,700 leads" in text
    # May alone holds leads that are young: an estimate, and nothing of quarter 1.
    assert "An estimate, until the outcomes are known" in text
    assert "2026-05-11 to 2026-05-17 'rural'" in text
    assert "2026-03-30 to 2026-04-05" not in text
    for typed, why in (
        ({"attribute": "none"}, "Choose one from the list."),
        ({"metric": "count"}, "Choose one from the list."),
        ({"kind": "most"}, "Choose one of the two."),
        ({"value": "-1"}, "Write a number from 0 to 100"),
        ({"value": "nan"}, "Write a number from 0 to 100"),
    ):
        form = {"attribute": "region", "metric": "selection_rate", "kind": "gap", "value": "5", **typed}
        refused = site.post(page, f"{page}/benchmarks", **form)
        assert (refused.status_code, why in Page(refused.text).text) == (422, True)
    form = {"attribute": "region", "metric": "selection_rate", "kind": "gap", "value": "60"}
    for kind, value in (("gap", "60"), ("least", "12,5")):
        done = site.post(page, f"{page}/benchmarks", **{**form, "kind": kind, "value": value})
        assert done.status_code == 303
    site.post(page, f"{page}/benchmarks", **{**form, "metric": "true_positive_rate"})
    assert "Quarter 1 of 2026 Within the benchmark" in told(site, page)
    assert "region, Share selected: every group at least 12.5 %" in told(site, page)
    for metric, kind in (
        ("selection_rate", "gap"),
        ("selection_rate", "least"),
        ("true_positive_rate", "gap"),
    ):
        site.post(page, f"{page}/benchmarks/remove", attribute="region", metric=metric, kind=kind)
    assert "Quarter 1 of 2026 Not enough data" in told(site, page)
    assert site.post(page, f"{page}/benchmarks", **{**form, "value": "0,1"}).status_code == 303
    assert "Quarter 1 of 2026 Outside the benchmark" in told(site, page)
    actions = [one.action for one in site.services.accounts.events()]
    assert (actions.count("benchmark set"), actions.count("benchmark removed")) == (4, 3)


def test_special_categories_are_shown_to_who_may_see_them(site, rows):
    client = site.app.test_client()
    plain = caller(client, site.services, "read:audits")
    whole = caller(client, site.services, "read:audits", "read:special")
    for path in ("watched-gaps", "gap-alarms", "scorecards"):
        here = at(rows[0], path)
        assert "faith" not in plain.get(here).text
        assert plain.get(here).status_code == whole.get(here).status_code == 200
    items = whole.get(at(rows[0], "watched-gaps")).json["items"]
    assert {one["attribute"] for one in items} == {"region", "faith"}
    assert plain.get(at(rows[0], "watched-gaps")).json["withheld"] == 3
    hidden = next(one["id"] for one in items if one["special_category"])
    assert plain.get(at(rows[0], f"watched-gaps/{hidden}")).status_code == 404
    days = whole.get(at(rows[0], f"watched-gaps/{hidden}")).json["days"]
    assert len(days) >= 20
    assert plain.get(at(rows[0], "scorecards?attribute=faith")).status_code == 404


def test_the_dashboard_tells_the_gaps_of_all_connections_together(site):
    text = told(site, "/")
    assert "Watched gaps Unequal" in text
    assert "watched gaps of all connections taken together" in text
