"""The printed report in a real browser: what does not fit on the paper is lost, so everything must fit."""

from __future__ import annotations

import shutil

import pytest

from audit.report import to_html
from audit.report.view import COLUMNS
from tests.conftest import absent
from tests.webapp.sample_report import sample_report

pytestmark = pytest.mark.browser

PAPER = 688  # A4 less the margins of 14 mm, in CSS pixels
TOO_WIDE = """() => [...document.querySelectorAll("table, th, td, p, figure")]
  .filter(one => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map(one => one.textContent.trim().slice(0, 40))"""


@pytest.fixture(scope="module")
def printed():
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        absent("no Chromium was found on the PATH")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": PAPER, "height": 1000})
        page.emulate_media(media="print")
        page.set_content(to_html(sample_report()))
        yield page
        browser.close()


def test_no_column_is_cut_off(printed):
    assert len(COLUMNS) >= 10
    assert printed.locator("table").count() >= 2
    assert printed.evaluate(TOO_WIDE) == []


def test_figures_that_are_folded_on_the_screen_are_on_paper(printed):
    assert printed.locator("table.evidence").count() >= 1
    assert printed.locator("table.evidence").first.bounding_box()["height"] > 10
