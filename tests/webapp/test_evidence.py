"""The evidence of an audit: the figures on a page and in a file are those of audit.json."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pyarrow as pa
import pytest

from audit.finding.words import nobreak
from audit.history import overview
from audit.intake import admit
from audit.report import to_json
from audit.report.charts import low_end
from audit.report.model import Report
from audit.run import AuditRequest
from audit.run import audit as run
from audit.schema import parse_stream
from audit.thresholds import ThresholdCounts, read_counts, threshold_counts
from audit.thresholds.json_form import counts_text
from tests.webapp.markup import Page, faults
from tests.webapp.sample_report import sample_report
from tests.webapp.site import PULLED, Site, open_site
from webapp import passwords
from webapp.store.accounts import NewUser
from webapp.store.evidence import packed
from webapp.store.rows import NewAudit

STREAM = """[stream]
name = "s"
score = "score"
threshold = 60
outcome = "won"
worked = "worked"
features = ["town"]
[[stream.attribute]]
name = "region"
[[stream.attribute]]
name = "sex"
special_category = true
[audit]
search_depth = 1
"""
KINDS = ("groups", "gaps", "crossings", "calibration", "proxies", "coverage", "thresholds", "subgroups")
EVIL = "=HYPERLINK(1)"


def leads(n: int = 900) -> pa.Table:
    rng = np.random.default_rng(4)
    region = rng.choice(3, n, p=[0.5, 0.4, 0.1])
    score = np.clip(rng.normal(60, 18, n) - 14 * (region == 1), 0, 100).round()
    return pa.table(
        {
            "score": score,
            "region": np.array(["north", EVIL, "tiny & <b>"])[region],
            "sex": np.where(np.arange(n) < 8, "x", np.where(rng.random(n) < 0.5, "f", "m")),
            "town": np.where(rng.random(n) < 0.8, region, 0).astype(str),
            "won": (rng.random(n) < score / 180).tolist(),
            "worked": (rng.random(n) < 0.8).tolist(),
        }
    )


@pytest.fixture(scope="module")
def audited() -> tuple[Report, ThresholdCounts]:
    stream = parse_stream(STREAM)
    intake = admit(leads(), stream)
    report = run(intake, stream, AuditRequest())
    return report, threshold_counts(intake.table, stream, report.settings.score_range, 0)


def stored(site: Site, report: Report, counts: ThresholdCounts | None, audit_id: str = "audit1") -> Site:
    found = site.services.repository.connections()
    connection = found[0] if found else site.connect()
    new = NewAudit(
        id=audit_id,
        report=to_json(report),
        policy_version=1,
        stream_version=1,
        severities={},
        worst=None,
        pulled=PULLED,
        evidence=None if counts is None else packed(overview(report), counts),
    )
    site.services.repository.add_audit(connection.id, new)
    return site


@pytest.fixture(scope="module")
def site(audited, tmp_path_factory) -> Iterator[Site]:
    opened = stored(open_site(tmp_path_factory.mktemp("evidence")), *audited)
    yield opened
    opened.close()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Site]:
    opened = open_site(tmp_path)
    yield opened
    opened.close()


def rows(site: Site, address: str) -> list[dict[str, str]]:
    answer = site.client.get(f"/audits/audit1/evidence/{address}")
    assert answer.content_type == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.text)))


def number(text: str) -> float | None:
    return float(text) if text else None


def test_the_groups_of_a_file_are_those_of_the_report(site, audited):
    report, _ = audited
    for place, attribute in enumerate(("region", "sex"), start=1):
        for metric in ("selection_rate", "true_positive_rate", "auc"):
            told = {
                e.group[0]: e.estimate
                for e in report.estimates
                if (e.attribute, e.metric) == ((attribute,), metric)
            }
            found = {
                row["group"].removeprefix("'"): row
                for row in rows(site, f"groups/{place}.csv?metric={metric}")
            }
            assert set(found) == set(told)
            for group, one in told.items():
                numbers = [number(found[group][name]) for name in (metric, "low", "high")]
                assert numbers == pytest.approx([one.value, one.low, one.high], rel=1e-9)
                assert int(found[group]["n"]) == one.n


def test_the_gaps_of_a_file_are_those_of_the_report(site, audited):
    report, _ = audited
    for kind in ("difference", "ratio"):
        told = {
            d.group[0]: d
            for d in report.disparities
            if (d.attribute, d.metric, d.kind) == (("region",), "selection_rate", kind)
        }
        found = rows(site, f"gaps/1.csv?metric=selection_rate&as={kind}")
        assert len(found) == len(told) > 0
        for row in found:
            one = told[row["group"].removeprefix("'")]
            numbers = [number(row[name]) for name in (kind, "low", "high", "p_adjusted")]
            assert numbers == pytest.approx([one.value, one.low, one.high, one.p_adjusted], rel=1e-9)


def test_bands_and_shares_are_those_of_the_report(site, audited):
    report, _ = audited
    bands = {
        (e.group[0], e.metric.removeprefix("outcome_rate@")): e.estimate
        for e in report.estimates
        if e.attribute == ("region",) and e.metric.startswith("outcome_rate@")
    }
    found = rows(site, "calibration/1.csv")
    assert len(found) == len(bands)
    for row in found:
        one = bands[row["group"].removeprefix("'"), row["band"]]
        assert number(row["outcome_rate"]) == (None if one.value is None else pytest.approx(one.value))
        assert int(row["n"]) == one.n
    told = {one.feature: one for one in report.proxies if one.attribute == "region"}
    for row in rows(site, "proxies/1.csv"):
        assert number(row["auc"]) == pytest.approx(told[row["field"]].auc)
        assert number(row["share"]) == pytest.approx(told[row["field"]].share)


def test_a_tile_with_too_few_leads_shows_no_number_anywhere(site, audited):
    report, _ = audited
    few = {
        e.group
        for e in report.estimates
        if len(e.attribute) == 2 and e.metric == "selection_rate" and e.estimate.n < 30
    }
    assert few
    for row in rows(site, "crossings/1.csv"):
        group = (row["region"].removeprefix("'"), row["sex"])
        shut = row["n"] == row["selection_rate"] == row["difference"] == ""
        assert shut is (group in few)
        assert ("suppressed: fewer than 30 leads" in row["note"]) is shut
    drawing = site.client.get("/audits/audit1/evidence/crossings/1.svg").text
    assert drawing.count(">suppressed<") == len(few)
    assert "url(#hatch)" in drawing


def test_the_page_of_a_figure_says_the_same_as_its_file(site):
    words = Page(site.client.get("/audits/audit1/evidence/groups/1").text).text.replace(
        "\N{NO-BREAK SPACE}", " "
    )
    for row in rows(site, "groups/1.csv"):
        value, low, high = (f"{float(row[name]) * 100:.1f} %" for name in ("selection_rate", "low", "high"))
        assert f"{int(row['n']):,} {value} {low} to {high}" in words


def test_every_drawing_is_sound_xml_with_words_and_without_names_in_its_address(site):
    for kind in KINDS:
        answer = site.client.get(f"/audits/audit1/evidence/{kind}/1.svg")
        if kind == "subgroups" and answer.status_code == 404:
            continue  # nobody stands out: there is nothing to draw, and the page says so
        assert answer.content_type == "image/svg+xml; charset=utf-8"
        root = ET.fromstring(answer.text)  # noqa: S314 - our own
        assert root.get("role") == "img"
        assert len(root.get("aria-label")) > 20
        assert "style" not in answer.text
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Content-Disposition"] == f"attachment; filename={kind}-1-audit1.svg"


def test_no_cell_is_a_formula_for_a_spreadsheet(site):
    for kind in KINDS:
        answer = site.client.get(f"/audits/audit1/evidence/{kind}/1.csv")
        for row in csv.reader(io.StringIO(answer.text)) if answer.status_code == 200 else ():
            for cell in row:
                assert not cell.startswith(("=", "@", "+", "\t", "\r")), cell
                if cell.startswith("-"):
                    float(cell)


@pytest.mark.parametrize("kind", KINDS)
def test_every_page_is_sound_and_links_to_its_files(site, kind):
    answer = site.client.get(f"/audits/audit1/evidence/{kind}/1")
    assert answer.status_code == 200
    assert faults(answer.text) == []
    for link in Page(answer.text).having("a"):
        assert EVIL not in (link.get("href") or "")
        if (link.get("href") or "").split("?")[0].endswith((".svg", ".csv")):
            assert site.client.get(link["href"]).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "groups/0",
        "groups/99",
        "nothing/1",
        "groups/1?metric=nothing",
        "subgroups/2",
        "groups/1.pdf",
        "thresholds/9.json",
    ],
)
def test_what_is_not_there_is_not_found(site, address):
    assert site.client.get(f"/audits/audit1/evidence/{address}").status_code == 404
    assert site.client.get(f"/audits/nothing/evidence/{address}").status_code == 404


def test_a_finding_has_its_own_address_with_everything_behind_it(site, audited):
    report, _ = audited
    for finding in report.findings:
        answer = site.client.get(f"/audits/audit1/findings/{finding.id}")
        page = Page(answer.text)
        assert faults(answer.text) == []
        for words in ("What would change it", "How it was computed", "Figures behind it"):
            assert words in page.text
        assert " ".join(nobreak(finding.headline).split()) in page.text
        assert f"/audits/audit1/findings/{finding.id}" in site.client.get("/audits/audit1").text
    assert site.client.get("/audits/audit1/findings/nothing").status_code == 404


def test_the_finding_that_fails_names_its_threshold_its_n_and_its_tolerance(site, audited):
    report, _ = audited
    finding = next(f for f in report.findings if f.verdict == "fail")
    text = Page(site.client.get(f"/audits/audit1/findings/{finding.id}").text).text.replace(
        "\N{NO-BREAK SPACE}", " "
    )
    assert "The verdict would no longer hold once the tolerance reached" in text
    assert "101 thresholds" in text
    assert "Wilson (1927)" in text
    assert "Holm" in text


def test_the_slider_without_its_script(site, audited):
    _, counts = audited
    page = Page(
        site.client.get("/audits/audit1/evidence/thresholds/1?step=45&metric=true_positive_rate").text
    )
    step = next(one for one in page.having("input") if one.get("type") == "range")
    assert (step["max"], step["value"], step["aria-valuetext"]) == ("100", "45", "45")
    assert "Converting leads selected" in page.text
    assert counts.thresholds[45] == 45
    for odd in ("-7", "1000000", "x", ""):
        assert site.client.get(f"/audits/audit1/evidence/thresholds/1?step={odd}").status_code == 200


def test_the_counts_of_the_slider_are_whole_and_small(site, audited):
    report, _ = audited
    answer = site.client.get("/audits/audit1/evidence/thresholds/1.json")
    data = json.loads(answer.text)
    assert len(data["said"]) == 101
    assert sum(map(sum, data["leads"])) == report.kept
    assert len(answer.text) < 10_000


def test_counts_are_read_as_they_were_written(audited):
    _, counts = audited
    again = read_counts(counts_text(counts))
    assert counts_text(again) == counts_text(counts)
    assert again.of("region").leads.tolist() == counts.of("region").leads.tolist()


def test_an_audit_from_before_says_what_it_does_not_have(fresh, audited):
    report, _ = audited
    stored(fresh, report, None)
    page = Page(fresh.client.get("/audits/audit1").text)
    assert page.text.count("This audit was made before its counts were kept") >= 2
    assert fresh.client.get("/audits/audit1/evidence/thresholds/1.json").status_code == 404
    assert fresh.client.get("/").status_code == 200


@pytest.mark.parametrize(
    "groups", [("urban", "small town", "unknown"), ("only one",), tuple(map(str, range(60)))]
)
def test_a_report_with_little_in_it_says_what_is_lacking(fresh, groups):
    report = sample_report("region", groups, findings=len(groups) > 1)
    stored(fresh, report, None)
    for kind in KINDS:
        answer = fresh.client.get(f"/audits/audit1/evidence/{kind}/1")
        assert answer.status_code == (404 if kind == "crossings" else 200)
        if answer.status_code == 200:
            assert faults(answer.text) == []
    assert faults(fresh.client.get("/audits/audit1").text) == []


def test_a_hundred_findings_each_have_a_page(fresh):
    report = sample_report()
    many = tuple(replace(report.findings[3], id=f"f{place}") for place in range(100))
    stored(fresh, replace(report, findings=many), None)
    page = fresh.client.get("/audits/audit1").text
    assert faults(page) == []
    assert all(f'/audits/audit1/findings/f{place}"' in page for place in range(100))
    assert "Finding 99" in fresh.client.get("/audits/audit1/findings/f99").text


def test_an_auditor_looks_and_the_trail_says_so(fresh, audited):
    report, counts = audited
    stored(fresh, report, counts)
    finding = next(f for f in report.findings if f.verdict == "fail")
    address = f"/audits/audit1/findings/{finding.id}"
    assert "not been looked at" in fresh.client.get("/").text
    word = "four words in a row"
    new = NewUser(name="Otto Auditor", role="auditor", password_hash=passwords.hashed(word))
    fresh.services.accounts.add_user(new, "Ada Admin")
    fresh.post("/", "/logout")
    fresh.post("/login", "/login", name="Otto Auditor", password=word)
    assert fresh.post(address, f"{address}/looked").status_code == 303
    assert "by Otto Auditor" in Page(fresh.client.get(address).text).text
    last = fresh.services.accounts.events(1)[0]
    assert (last.who, last.action) == ("Otto Auditor", "finding looked at")
    assert last.detail == f"finding {finding.id} of audit audit1"
    left = [f for f in report.findings if f.severity != "info" and f.id != finding.id]
    assert ("not been looked at" in fresh.client.get("/").text) is bool(left)


@pytest.mark.parametrize(
    ("band", "end"),
    [
        ("20-30", 20),
        ("-5-0", -5),
        ("-1.97676e-09--1.5e-09", -1.97676e-09),
        ("1e+06-2e+06", 1e6),
        ("0.1-0.2", 0.1),
    ],
)
def test_the_low_end_of_a_band_is_read_in_any_notation(band, end):
    assert low_end(band) == end
