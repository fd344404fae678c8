from __future__ import annotations

import csv
import io
import json
import math
import re
import tomllib
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import audit.report
from audit.disparity import Disparity
from audit.estimate import Estimate
from audit.finding import Caution, Finding, evidence
from audit.intake import Refusal
from audit.metrics import GroupEstimate
from audit.report import Digests, Report, Settings, Subgroup, metrics_csv, read_json, to_html, to_json, write
from audit.report.charts import _name, undrawn
from audit.report.model import VERSION
from audit.report.views.view import sections
from audit.rows.proxy import Proxy
from audit.schema import BadInput
from tests.webapp.sample_report import sample_report

SCHEMA = json.loads((Path(audit.report.__file__).parent / "audit.schema.json").read_text())
EVIL = "<script>alert('x')</script>"


def estimate(group: str, metric: str, value: float | None, n: int = 500) -> GroupEstimate:
    made = Estimate(value=None, low=None, high=None, n=n, undefined="no lead of this group has an outcome")
    if value is not None:
        made = Estimate(value=value, low=value * 0.9, high=value * 1.1, n=n)
    return GroupEstimate(attribute=("region",), group=(group,), metric=metric, estimate=made)


def disparity(group: str, value: float) -> Disparity:
    return Disparity(
        attribute=("region",),
        group=(group,),
        reference=("city",),
        metric="selection_rate",
        kind="difference",
        value=value,
        low=value - 0.02,
        high=value + 0.02,
        n=500,
        p=1e-6,
        p_adjusted=1e-5,
        verdict="fail",
        n_needed=None,
    )


def finding(text: str = "Leads are selected less often.") -> Finding:
    return Finding(
        id="0123456789ab",
        severity="high",
        verdict="fail",
        attribute=("region",),
        group=(EVIL,),
        metric="selection_rate",
        text=text,
        special_category=True,
        evidence=evidence(value=-1 / 3, n=500, reference="city", p_adjusted=None),
    )


def report(groups: tuple[str, ...] = ("city", EVIL, "town")) -> Report:
    bands = tuple(f"outcome_rate@{low}-{low + 10}" for low in range(0, 100, 10))
    made = [
        estimate(group, metric, 0.1 + 0.8 / (2 + place))
        for place, group in enumerate(groups)
        for metric in ("count", "selection_rate", "base_rate", "mean_score", "auc", *bands)
    ]
    return Report(
        stream="lead-score",
        rows=1_600,
        kept=1_500,
        rejected=(
            Refusal(code="score_not_a_number", text="The score is not a number.", count=90, rows=(3, 8)),
        ),
        excluded=(Refusal(code="opted_out", text="The person opted out.", count=10, rows=()),),
        seed=7,
        engine="arrow",
        version=VERSION,
        digests=Digests(stream="a" * 64, data="b" * 64, cube="c" * 64),
        estimates=(*made, estimate("town", "true_positive_rate", None)),
        disparities=tuple(disparity(group, -0.1 - i / 1000) for i, group in enumerate(groups[1:])),
        proxies=(
            Proxy(
                feature=EVIL,
                attribute="region",
                auc=0.9,
                low=0.88,
                high=0.92,
                p_adjusted=1e-9,
                share=0.72,
                share_low=0.6,
                share_high=0.8,
                rank=1,
            ),
        ),
        subgroups=(
            Subgroup(
                attribute=("region", "age"),
                group=(EVIL, "65+"),
                metric="selection_rate",
                value=-0.3,
                low=-0.4,
                high=-0.2,
                p_adjusted=0.001,
                n=88,
            ),
        ),
        warnings=(Caution(code="sparse", text=f"One group {EVIL} is small.", evidence=evidence(groups=1)),),
        findings=(finding(),),
        settings=Settings(threshold=60.0, special_categories=("region",), score_range=(0.0, 100.0)),
    )


class Page(HTMLParser):
    """Tags, what they refer to, and the text that is read."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.headers: list[dict[str, str | None]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        found = dict(attrs)
        self.links += [found[name] or "" for name in ("src", "href", "xlink:href") if name in found]
        if tag == "th":
            self.headers.append(found)

    def handle_data(self, data):
        self.text += data


def test_the_json_fits_its_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(json.loads(to_json(report())), SCHEMA)


def test_the_schema_refuses_a_value_without_a_reason_and_a_reason_with_a_value():
    for change in ({"undefined": None, "value": None}, {"undefined": "why", "value": 0.5}):
        record = json.loads(to_json(report()))
        record["estimates"][0] |= change
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(record, SCHEMA)


def test_every_row_is_accounted_for():
    record = json.loads(to_json(report()))
    assert record["rows"] == record["kept"] + record["rejected"] + record["excluded"]
    assert [one["code"] for one in record["rejections"] + record["exclusions"]] == [
        "score_not_a_number",
        "opted_out",
    ]


def test_reading_gives_back_what_was_written():
    text = to_json(report())
    again = read_json(text)
    assert to_json(again) == text
    assert (again.findings[0].group, again.rejected, again.settings) == (
        (EVIL,),
        report().rejected,
        report().settings,
    )


@settings(max_examples=60, deadline=None)
@given(value=st.floats(allow_nan=False, allow_infinity=False), name=st.text(st.characters(codec="utf-8")))
def test_any_number_and_any_name_survive_the_journey(value, name):
    one = Estimate(value=value, low=value, high=value, n=3)
    made = GroupEstimate(attribute=(name,), group=(name,), metric="mean_score", estimate=one)
    text = to_json(replace(report(), estimates=(made,)))
    (again,) = read_json(text).estimates
    assert again.group == (name,)
    assert math.isclose(again.estimate.value, value, rel_tol=1e-11, abs_tol=0.0)
    assert to_json(read_json(text)) == text


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_none_is_never_written(bad):
    one = Estimate(value=bad, low=0.0, high=1.0, n=3)
    made = GroupEstimate(attribute=("a",), group=("b",), metric="auc", estimate=one)
    with pytest.raises(ValueError, match="JSON"):
        to_json(replace(report(), estimates=(made,)))


@pytest.mark.parametrize("text", ["", "{}", "[]", "not json", '{"schema": "fairlead.audit/9"}'])
def test_another_file_is_refused_in_one_sentence(text):
    with pytest.raises(BadInput, match="not an audit report"):
        read_json(text)


def test_numbers_have_twelve_digits_and_keys_are_sorted():
    record = json.loads(to_json(report()))
    assert record["findings"][0]["evidence"]["value"] == -0.333333333333
    assert list(record) == sorted(record)
    assert "-0.0," not in to_json(replace(report(), disparities=(replace(disparity("x", 0.0), value=-0.0),)))


def test_the_table_has_a_row_per_estimate_and_empty_cells_for_undefined():
    rows = list(csv.DictReader(io.StringIO(metrics_csv(report()))))
    assert len(rows) == len(report().estimates)
    assert rows[-1]["value"] == ""
    assert rows[-1]["undefined"] == "no lead of this group has an outcome"


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@sum"])
def test_a_name_that_a_spreadsheet_would_run_is_defused(name):
    rows = list(csv.DictReader(io.StringIO(metrics_csv(report(("city", name))))))
    assert {row["group"] for row in rows} == {"city", f"'{name}", "town"}


def test_the_page_runs_nothing_and_fetches_nothing():
    page = Page(to_html(report()))
    assert not {"script", "iframe", "link", "img", "object"} & set(page.tags)
    assert page.links
    assert all(link.startswith("#") for link in page.links)
    assert "@import" not in to_html(report())
    assert not re.search(r"url\((?!#)", to_html(report()))


def test_names_from_the_data_are_text_and_nothing_else():
    html = to_html(report())
    assert "<script" not in html
    assert html.count("&lt;script&gt;") >= 5
    assert EVIL in Page(html).text


def test_the_page_says_what_was_read_kept_rejected_and_excluded():
    text = " ".join(Page(to_html(report())).text.split())
    assert re.search(r"Leads read ?1,600 = Kept ?1,500 \+ Rejected ?90 \+ Excluded ?10", text)
    assert "The score is not a number." in text


def test_tables_and_charts_can_be_read_aloud():
    html = to_html(report())
    page = Page(html)
    assert page.tags.count("caption") == page.tags.count("table")
    assert all(header.get("scope") in {"col", "row"} for header in page.headers)
    assert page.tags.count("svg") == 4
    assert page.tags.count("desc") == 4
    assert html.count('role="img"') == 4
    assert "no lead of this group has an outcome" in html


def test_chart_text_takes_the_colour_of_the_page():
    html = to_html(report())
    assert html.count('fill="currentColor"') > 20
    assert "#010203" not in html
    assert "prefers-color-scheme: dark" in html
    assert "@media print" in html


def test_ids_of_different_charts_do_not_meet():
    ids = re.findall(r' id="([^"]+)"', to_html(report()))
    assert len(ids) == len(set(ids))


def test_many_groups_stay_readable_and_small():
    many = report(("city", *(f"group {i}" for i in range(200))))
    html = to_html(many)
    assert len(html) < 1_000_000
    assert "182 more groups are in metrics.csv" in Page(html).text
    assert html.count('<th scope="row">group ') == 19
    assert "group 199" in html


def test_many_findings_are_cut_with_a_count():
    findings = tuple(finding(f"Finding {i}.") for i in range(50))
    text = Page(to_html(replace(report(), findings=findings))).text
    assert "30 more are in audit.json" in text


def test_features_that_tell_nothing_are_folded_away():
    (telling,) = report().proxies
    silent = replace(telling, feature="seniority", auc=0.51, low=0.48, high=0.54, share=None, rank=2)
    html = to_html(replace(report(), proxies=(telling, silent)))
    assert "1 field tells nothing sure about region" in Page(html).text
    assert '<th scope="row">seniority' not in html
    only = Page(to_html(replace(report(), proxies=(silent,)))).text
    assert "1 field tells nothing sure about region" in only
    assert "so they do not add up" not in only


def test_the_headline_of_a_finding_stands_apart():
    html = to_html(replace(report(), findings=(finding("A gap.\nMore on it."),)))
    assert '<p class="headline">A gap.</p>' in html
    assert "<p>More on it.</p>" in html


def test_a_report_without_findings_or_charts_is_still_a_page():
    empty = replace(
        report(),
        findings=(),
        proxies=(),
        subgroups=(),
        warnings=(),
        disparities=(),
        estimates=(),
        rejected=(),
    )
    text = Page(to_html(empty)).text
    assert "No findings." in text


def test_the_same_report_gives_the_same_bytes():
    assert to_html(report()) == to_html(report())
    assert to_json(report()) == to_json(report())


def test_three_files_are_written(tmp_path):
    written = write(report(), tmp_path / "out")
    assert [path.name for path in written] == ["audit.json", "report.html", "metrics.csv"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(path.name for path in written)
    assert read_json(written[0].read_text(encoding="utf-8")).rows == 1_600


def test_a_failure_on_the_way_leaves_the_older_files(tmp_path, monkeypatch):
    write(report(), tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    calls = []

    def full(descriptor):
        calls.append(descriptor)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write(replace(report(), seed=8), tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_the_version_is_that_of_the_project():
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert project["version"] == VERSION


@pytest.mark.parametrize(
    "name", ["\N{ROCKET}" * 20, "\N{ROCKET} north-east and the islands" * 3, "\U00020bb7" * 40]
)
def test_an_emoji_in_a_long_name_is_never_cut_in_two(name):
    """Vega counts it as two signs, cuts between them, and fails."""
    told = _name(name)
    assert name.startswith(told.removesuffix("\N{HORIZONTAL ELLIPSIS}"))
    found = replace(sample_report(), estimates=tuple(named(sample_report(), name)))
    assert told in to_html(found)


def named(report: Report, name: str) -> list[GroupEstimate]:
    """The estimates, with a group of this name in place of the first one."""
    first = next(one.group for one in report.estimates if len(one.group) == 1)
    return [replace(one, group=(name,)) if one.group == first else one for one in report.estimates]


def test_a_section_begins_with_a_capital_and_says_which_groups_its_chart_leaves_out():
    names = ("urban", "small town", "suburb", "village", "unknown")
    text = Page(to_html(sample_report("region", names))).text
    assert "Region" in text.split("Conversion at equal score")[0]
    banded = sections(sample_report("region", names))[0]
    assert undrawn(banded) == ("small town", "unknown", "suburb", "village")
    assert "at most three groups; not in it: small town, unknown, suburb and village." in text
