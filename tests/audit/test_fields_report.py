"""The fields taken together, in audit.json and on the page."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import jsonschema
import numpy as np
import pyarrow as pa
import pytest

import audit.report
from audit.intake import admit
from audit.report import read_json, to_html, to_json
from audit.report.gap_chart import gap_chart, in_points
from audit.report.model import Report
from audit.run import AuditRequest
from audit.run import audit as run
from audit.schema import Attribute, Stream
from tests.audit.fields import segregated

SCHEMA = json.loads((Path(audit.report.__file__).parent / "audit.schema.json").read_text())
EVIL = '<script>alert("x")</script>'


def audited(table: pa.Table, **changes) -> Report:
    plain = {name.split(":")[-1]: table[name].to_pylist() for name in table.column_names}
    region = Attribute(name="region", column="region")
    stream = Stream(name="s", **{"score": "score", "attributes": (region,), **changes})
    return run(admit(pa.table(plain), stream), stream, AuditRequest())


@pytest.fixture(scope="module")
def report() -> Report:
    return audited(segregated(n=2_500))


def test_the_blocks_follow_the_schema_and_are_read_back(report):
    text = to_json(report)
    record = json.loads(text)
    jsonschema.validate(record, SCHEMA)
    assert to_json(read_json(text)) == text
    assert read_json(text).examined.decompositions[0].parts[0].feature == "zip"
    (shared,) = record["decompositions"]
    assert shared["explained"] + shared["unexplained"] == pytest.approx(1)
    assert record["surrogate"]["faithful"]
    assert {one["feature"] for one in record["neutralised"]} >= {"zip", "used"}


def test_a_report_from_before_is_read_all_the_same(report):
    record = json.loads(to_json(report))
    for name in ("joint_proxies", "decompositions", "surrogate", "neutralised"):
        del record[name]
    jsonschema.validate(record, SCHEMA)
    assert read_json(json.dumps(record)).examined.imitation is None


def test_no_lead_is_in_the_file(report):
    text = to_json(report)
    assert '"points"' not in text
    assert '"contributions"' not in text


def test_the_page_tells_of_the_fields_together(report):
    page = unescape(re.sub(r"\s+", " ", re.sub("<[^>]*>", "", to_html(report))))
    page = page.replace("\N{NO-BREAK SPACE}", " ")
    assert "All 4 fields together tell region apart (AUC 0.8" in page
    assert "The mean score of 'town' leads is" in page
    assert "Not explained by any field" in page
    assert "A model that imitates the score from the fields explains" in page
    assert "make 100 %" in page


def test_the_chart_says_what_it_draws(report):
    (shared,) = report.examined.decompositions
    svg = str(gap_chart(shared))
    total = f"The whole gap {in_points(shared.gap, shared.gap)} points (100 %)"
    assert total in svg
    assert "Where the score gap between town and city comes from" in svg


def test_names_from_the_data_are_escaped():
    table = segregated(n=600)
    names = [EVIL if name == "feature:zip" else name for name in table.column_names]
    page = to_html(audited(table.rename_columns(names)))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_a_poor_imitation_is_said_to_be_poor():
    table = segregated(n=600)
    noise = table.set_column(5, "score", pa.array(np.random.default_rng(0).normal(size=600)))
    made = audited(noise)
    assert not made.examined.imitation.faithful
    assert "so the audit does not say what the score goes by" in to_html(made)


@pytest.mark.parametrize(
    ("value", "gap", "words"), [(-0.0983, -9.76, "-0.10"), (3.0, 1e60, "3"), (0.0, -5.0, "0.00")]
)
def test_points_have_the_digits_of_their_gap(value, gap, words):
    assert in_points(value, gap) == words
