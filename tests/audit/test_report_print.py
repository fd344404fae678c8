"""The printed report in a real browser: what does not fit on the paper is lost, so everything must fit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from audit.estimate import Estimate
from audit.metrics import GroupEstimate
from audit.report import to_html
from audit.report.views.view import COLUMNS
from tests.webapp.sample_report import sample_report

pytestmark = pytest.mark.browser

PAPER = 688  # A4 less the margins of 14 mm, in CSS pixels
TOO_WIDE = """() => [...document.querySelectorAll("table, th, td, p, figure")]
  .filter(one => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map(one => one.textContent.trim().slice(0, 40))"""


NAME_LINES = """() => [...document.querySelectorAll("tbody th")]
  .filter(one => ["female", "nonbinary"].includes(one.textContent))
  .map(one => {
    const words = document.createRange();
    words.selectNodeContents(one);
    return words.getClientRects().length;
  })"""
LONE_SIGN = """() => [...document.querySelectorAll("td.number, .interval")]
  .filter(one => one.innerText.includes(" %")).map(one => one.innerText)"""
CHART_TEXT = """() => Math.min(...[...document.querySelectorAll("svg text")]
  .map(one => one.getBoundingClientRect().height).filter(high => high > 0))"""


def with_every_column():
    """A report whose groups have a value in every column of the page."""
    made = sample_report()
    share = Estimate(value=0.512, low=0.487, high=0.534, n=11_000)
    columns = [
        GroupEstimate(attribute=("region",), group=(group,), metric=metric, estimate=share)
        for group in ("urban", "small town", "unknown")
        for metric in COLUMNS
    ]
    return replace(made, estimates=(*made.estimates, *columns))


@pytest.fixture(scope="module")
def printed(browser):
    page = browser.new_page(viewport={"width": PAPER, "height": 1000})
    page.emulate_media(media="print")
    page.set_content(to_html(sample_report("gender", ("male", "female", "nonbinary"))))
    return page


def test_no_column_is_cut_off(printed):
    assert len(COLUMNS) >= 10
    assert printed.locator("table").count() >= 2
    assert printed.evaluate(TOO_WIDE) == []


def test_figures_that_are_folded_on_the_screen_are_on_paper(printed):
    assert printed.locator("table.evidence").count() >= 1
    assert printed.locator("table.evidence").first.bounding_box()["height"] > 10


def test_no_name_and_no_number_is_broken(printed):
    lines = printed.evaluate(NAME_LINES)
    assert lines
    assert set(lines) == {1}
    assert printed.evaluate(LONE_SIGN) == []


@pytest.mark.parametrize("width", [320, 375, 1440])
def test_a_screen_shows_the_page_without_scrolling_it_sideways_and_its_charts_can_be_read(browser, width):
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.set_content(to_html(sample_report()))
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert page.evaluate(CHART_TEXT) > 9
    charts = page.get_by_role("region", name="Chart: ")
    assert charts.count() >= 2
    assert charts.first.get_attribute("tabindex") == "0"
    page.close()


def test_a_wide_screen_shows_the_whole_table(browser):
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_content(to_html(with_every_column()))
    cut = page.locator(".scroll").evaluate_all("all => all.map(one => one.scrollWidth - one.clientWidth)")
    assert set(cut) == {0}
    page.close()
