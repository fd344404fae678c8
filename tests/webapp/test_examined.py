"""The audit page and the report behind it show what a whole audit examined, not only groups and proxies."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from audit.intake import Intake, admit
from audit.report.json_form import to_json
from audit.report.model import Report
from audit.run import AuditRequest, audit
from audit.schema import Attribute, Stream, parse_stream
from tests.webapp.markup import Page, faults
from tests.webapp.sample_report import sample_report
from tests.webapp.site import Site
from webapp.viewmodels.examined import examined

STREAM = Stream(
    name="s",
    attributes=(
        Attribute(name="region", column="region", reference="city"),
        Attribute(name="gender", column="gender", special_category=True),
    ),
    score="score",
    threshold=60,
    outcome="won",
    worked="worked",
    features=("source", "size"),
    score_range=(0.0, 100.0),
)


def words(values: np.ndarray, names: tuple[str, ...]) -> pa.Array:
    return pa.array([names[value] for value in values.tolist()]).dictionary_encode()


@pytest.fixture(scope="module")
def report() -> Report:
    """Town leads that women made through a trade fair score 25 points too low; a third is not worked."""
    random = np.random.default_rng(3)
    n = 2_500
    region, gender, source, size = (random.integers(0, 2, n) for _ in range(4))
    promise = random.normal(58, 14, n) + 6 * size
    score = np.clip(promise - 25 * (region & gender & source) - 6 * region, 0, 100)
    worked = random.random(n) < 0.4 + 0.4 * (score >= 60)
    table = pa.table(
        {
            "key": [f"k{i}" for i in range(n)],
            "attribute:region": words(region, ("city", "<b>town</b>")),
            "attribute:gender": words(gender, ("m", "f")),
            "feature:source": words(source, ("web", "fair")),
            "feature:size": words(size, ("small", "large")),
            "score": score,
            "selected": score >= 60,
            "worked": worked,
            "outcome": pa.array(random.random(n) < promise / 150, mask=~worked),
        }
    )
    intake = Intake(table=table, rows=n, rejected=(), excluded=(), score_range=(0.0, 100.0))
    return audit(intake, STREAM, AuditRequest(seed=1))


def test_the_page_tells_every_part_of_the_report_and_opens_it_there(site: Site, report: Report) -> None:
    site.audited(site.connect(), to_json(report))
    answer = site.client.get("/audits/audit1")
    assert faults(answer.text) == []
    page = Page(answer.text)
    titles = [
        "Who is treated worst",
        "More by region",
        "What the score goes by",
        "Regulatory tables",
        "Does the score feed itself?",
        "All groups together",
    ]
    assert [title for title in titles if title not in page.text] == []
    assert "What we cannot see: " in page.text
    assert page.having("b") == []
    anchors = {
        href.partition("#")[2] for one in page.having("a") if "/report#" in (href := one["href"] or "")
    }
    there = set(re.findall(r'<h2 id="([^"]+)"', site.client.get("/audits/audit1/report").text))
    assert {"worst", "attribute-1", "score", "regulation", "loop", "together"} <= anchors <= there


def test_a_german_page_marks_what_the_report_says_as_english(site: Site, report: Report) -> None:
    site.audited(site.connect(), to_json(report))
    page = site.client.get("/audits/audit1", headers={"Accept-Language": "de"}).text
    assert faults(page) == []
    assert re.search(r'<li><span lang="en">What we cannot see: ', page)
    assert Page(page).having("b") == []


def test_the_report_is_read_here_without_scripts_and_without_frames(site: Site, report: Report) -> None:
    site.audited(site.connect(), to_json(report))
    answer = site.client.get("/audits/audit1/report")
    assert answer.content_type == "text/html; charset=utf-8"
    assert "Content-Disposition" not in answer.headers
    rules = answer.headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "frame-ancestors 'none'", "form-action 'none'", "sandbox"} <= set(rules)
    assert not any(rule.startswith(("script-src", "connect-src")) for rule in rules)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.text == site.client.get("/audits/audit1/report.html").text


def test_nobody_reads_a_report_without_signing_in(site: Site, report: Report) -> None:
    site.audited(site.connect(), to_json(report))
    for path in ("/audits/audit1/report", "/audits/audit1"):
        answer = site.app.test_client().get(path)
        assert answer.status_code == 303
        assert answer.location.startswith("/login")
        assert "town" not in answer.text
    assert site.client.get("/audits/other/report").status_code == 404


def test_parts_that_are_about_a_special_category_are_marked(report: Report) -> None:
    marked = {one.title: one.special_category for one in examined(report)}
    assert marked["More by gender"]
    assert not marked["More by region"]
    assert marked["Who is treated worst"] == any("gender" in one.attribute for one in report.subgroups)


def test_a_search_that_found_nothing_says_so(report: Report) -> None:
    first = examined(replace(report, subgroups=()))[0]
    assert first.lines == (
        "No group of several conditions is surely treated worse than its conditions make out one by one.",
    )


def test_decisions_of_several_options_have_a_page(site: Site) -> None:
    head = '[stream]\nname = "cases"\ndecision = "d"\ndecision_kind = "options"\n'
    stream = parse_stream(head + '[[stream.attribute]]\nname = "g"\n')
    rows = pa.table({"g": ["a", "b"] * 120, "d": ["<i>gold</i>", "silver", "none", "none"] * 60})
    site.audited(site.connect(), to_json(audit(admit(rows, stream), stream, AuditRequest())))
    answer = site.client.get("/audits/audit1")
    assert faults(answer.text) == []
    page = Page(answer.text)
    assert "More by g" in page.text
    assert "All options together: decisions depend on g" in page.text
    assert page.having("i") == []


def test_a_report_of_an_older_version_shows_what_it_has() -> None:
    assert "Who is treated worst" not in {one.title for one in examined(sample_report())}
