"""``fairlead monitor`` as a person meets it: what it prints, what it writes, and how it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow.csv as pacsv
import pytest
from click.testing import CliRunner, Result

from tests.audit.watch.test_survey import STREAM, leads
from webapp.cli import main

RESULTS = ["monitor.html", "monitor.json"]
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def command(*options: str, stream: str = STREAM, days: int = 60, n: int = 6000) -> Result:
        pacsv.write_csv(leads(n, days), tmp_path / "leads.csv")
        (tmp_path / "stream.toml").write_text(stream, encoding="utf-8")
        given = [str(tmp_path / "leads.csv"), "--stream", str(tmp_path / "stream.toml")]
        return CliRunner().invoke(main, ["monitor", *given, "--out", str(tmp_path / "out"), *options])

    return command


def test_it_writes_both_files_and_says_what_it_found(run, tmp_path):
    result = run()
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == RESULTS
    assert "6,000 rows = 6,000 kept + 0 turned away; 2026-01-01 to 2026-03-01" in result.stdout
    assert "surely outside the tolerance" in result.stdout
    assert "With all 6 gaps taken together" in result.stdout
    record = json.loads((tmp_path / "out" / "monitor.json").read_text())
    assert (record["schema"], record["rows"]) == ("fairlead.monitor/1", 6000)
    assert record["watched"][0]["alarm"] in result.stdout
    first = [(tmp_path / "out" / name).read_bytes() for name in RESULTS]
    run()
    assert [(tmp_path / "out" / name).read_bytes() for name in RESULTS] == first


def test_an_alarm_is_an_exit_code_where_that_is_asked(run):
    assert run("--fail-on-alarm").exit_code == 1
    assert run("--fail-on-alarm", "--metric", "base_rate", n=400).exit_code == 0


def test_the_summary_as_json(run, tmp_path):
    twice = ("--metric", "selection_rate") * 2
    options = (*twice, "--metric", "base_rate", "--confidence", "0.9")
    told = json.loads(run("--json", *options).stdout)
    record = json.loads((tmp_path / "out" / "monitor.json").read_text())
    assert told["files"] == RESULTS
    assert told["watched"] == len(record["watched"]) == 4
    assert told["alarms"] == sum(one["alarm"] is not None for one in record["watched"]) >= 1
    assert told["stand_with_all"] == sum(one["stands_with_all"] for one in record["watched"])
    assert told["alarms"] + told["within"] + told["not_known"] == 4
    assert record["settings"]["confidence"] == told["confidence"] == 0.9
    assert record["metrics"] == ["selection_rate", "base_rate"]


def test_drift_is_told_written_and_fails_only_where_that_is_asked(run, tmp_path):
    told = json.loads(run("--json", "--fail-on-drift", "--metric", "selection_rate").stdout)
    drift = json.loads((tmp_path / "out" / "monitor.json").read_text())["drift"]
    assert (told["drifted"], told["drift_tests"]) == (drift["alarms"], drift["tested"])
    assert drift["windows"]["chosen"] == "first half"
    gaps = {(one["metric"], one["attribute"]): one for one in drift["gaps"]}
    assert gaps["selection_rate", "region"]["verdict"] == "fail"
    assert run("--fail-on-drift").exit_code == 1
    quiet = ("--reference-until", "2026-01-14", "--newest-from", "2026-01-15", "--period", "week")
    calm = run("--fail-on-drift", *quiet, n=6000, days=30)
    assert calm.exit_code == int(
        json.loads((tmp_path / "out" / "monitor.json").read_text())["drift"]["alarms"] > 0
    )
    assert "The end of the reference window was asked for." in calm.stdout


@pytest.mark.parametrize(
    ("options", "change", "words"),
    [
        (("--reference-until", "2025-01-01"), ("", ""), "cannot end on 2025-01-01"),
        (("--newest-from", "2027-01-01"), ("", ""), "cannot begin on 2027-01-01"),
        (("--reference-until", "soon"), ("", ""), "--reference-until"),
        (("--metric", "contact_rate"), ("", ""), "must name worked"),
        (("--metric", "magic"), ("", ""), "--metric"),
        (("--confidence", "1"), ("", ""), "--confidence"),
        ((), ('created = "day"\n', ""), 'add created = "column"'),
        ((), (STREAM[STREAM.index("[[") :], ""), "attribute"),
    ],
)
def test_bad_input_is_refused_with_two_and_a_sentence(run, tmp_path, options, change, words):
    refused(run(*options, stream=STREAM.replace(*change), days=9, n=200), tmp_path, words)


def test_a_single_day_is_refused(run, tmp_path):
    refused(run(days=1, n=200), tmp_path, "all leads are of one day")


def refused(result: Result, tmp_path: Path, words: str) -> None:
    assert result.exit_code == 2
    assert words in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""
    assert not (tmp_path / "out").exists()


def test_days_that_are_none_are_told_and_leads_without_one_are_counted(run, tmp_path):
    run(n=200)
    text = (tmp_path / "leads.csv").read_text().splitlines()
    broken = [text[0], *(line.replace(line.split(",")[0], '"never"') for line in text[1:])]
    (tmp_path / "leads.csv").write_text("\n".join(broken))
    given = [str(tmp_path / "leads.csv"), "--stream", str(tmp_path / "stream.toml")]
    result = CliRunner().invoke(main, ["monitor", *given, "--out", str(tmp_path / "other")])
    assert result.exit_code == 2
    assert not (tmp_path / "other").exists()
    assert "date" in result.stderr
