"""``fairlead monitor`` on leads without an outcome, as a person meets it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow.csv as pacsv
import pytest
from click.testing import CliRunner, Result

from tests.audit.expected.worlds import STREAM, World, drawn, table
from webapp.cli import main


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("expected")
    pacsv.write_csv(
        table(drawn(World(name="cli", leads=200), 8, np.random.default_rng(1))), place / "leads.csv"
    )
    (place / "stream.toml").write_text(STREAM, encoding="utf-8")
    return place


def run(folder: Path, *options: str) -> Result:
    given = [str(folder / "leads.csv"), "--stream", str(folder / "stream.toml"), "--metric", "selection_rate"]
    return CliRunner().invoke(main, ["monitor", *given, "--out", str(folder / "out"), *options])


def test_the_summary_says_what_is_expected_and_how_our_own_estimates_did(folder):
    result = run(folder)
    assert result.exit_code == 0, result.output
    assert "Before outcomes are known: 3" in result.stdout
    assert "are expected to convert" in result.stdout
    assert "Our own estimates: For 2 months (2025-04 to 2025-05)" in result.stdout
    page = (folder / "out" / "monitor.html").read_text(encoding="utf-8")
    assert "How far off our own estimates were" in page


def test_by_quarter_and_as_json(folder):
    told = json.loads(run(folder, "--json", "--cohort", "quarter").stdout)["expected"]
    part = json.loads((folder / "out" / "monitor.json").read_text(encoding="utf-8"))["expected"]
    assert part["period"] == "quarter"
    assert {one["cohort"] for one in part["forecasts"]} == {None, "2025-Q2", "2025-Q3"}
    assert (told["open"], told["gaps"]) == (part["open"], len(part["gaps"]))
    of_all = [one for one in part["records"] if one["attribute"] is None]
    assert told["own_estimates_compared"] == sum(one["compared"] for one in of_all)
    assert told["own_estimates_held"] == sum(one["held"] for one in of_all)
    assert told["outside"] == sum(one["verdict"] == "fail" for one in part["gaps"])


def test_a_stream_without_outcomes_is_told_what_to_add(folder):
    text = STREAM.replace('outcome = "won"\n', "")
    (folder / "bare.toml").write_text(text, encoding="utf-8")
    given = [str(folder / "leads.csv"), "--stream", str(folder / "bare.toml"), "--out", str(folder / "bare")]
    result = CliRunner().invoke(main, ["monitor", *given, "--metric", "selection_rate"])
    assert result.exit_code == 0, result.output
    assert "The stream names no outcome, so nothing can be learned; set outcome in [stream]." in result.stdout
