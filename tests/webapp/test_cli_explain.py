"""``fairlead explain`` as a person meets it: what it prints, what it writes, and how it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pytest
import skops.io
from click.testing import CliRunner, Result

from audit.rows.own import own
from tests.audit.leads import gapped
from tests.audit.pipelines import fitted
from webapp.cli import main

STREAM = """
[stream]
name = "lead-score"
key = "key"
score = "score"
threshold = 30
features = ["town", "worth", "noise"]
[[stream.attribute]]
name = "group"
reference = "a"
"""
RESULTS = ["explanation.html", "explanation.json"]
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def command(*options: str, stream: str = STREAM, leads: int = 400) -> Result:
        table = gapped(leads)
        model = fitted(table, table["outcome"].to_pylist())
        chance = np.round(100 * model.predict_proba(own(model, table).frame)[:, 1], 1)
        skops.io.dump(model, tmp_path / "mine.skops")
        table = table.set_column(1, "score", pa.array(chance)).drop_columns(["selected"])
        table = table.rename_columns([name.rpartition(":")[2] for name in table.column_names])
        pacsv.write_csv(table, tmp_path / "leads.csv")
        (tmp_path / "stream.toml").write_text(stream, encoding="utf-8")
        given = [str(tmp_path / "leads.csv"), "--stream", str(tmp_path / "stream.toml")]
        return CliRunner().invoke(main, ["explain", *given, "--out", str(tmp_path / "out"), *options])

    return command


def test_it_writes_both_files_and_says_what_it_found(run, tmp_path):
    result = run()
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == RESULTS
    assert "400 rows = 400 kept + 0 turned away" in result.stdout
    assert "The score goes most by 'worth'" in result.stdout
    record = json.loads((tmp_path / "out" / "explanation.json").read_text())
    assert (record["schema"], record["model"]["kind"]) == ("fairlead.explanation/1", "linear")
    assert record["single_leads"] == []
    first = [(tmp_path / "out" / name).read_bytes() for name in RESULTS]
    assert run().exit_code == 0
    assert [(tmp_path / "out" / name).read_bytes() for name in RESULTS] == first


def test_leads_and_fields_that_stay_are_asked_for_by_name(run, tmp_path):
    result = run("--lead", "L7", "--lead", "L9", "--fixed", "worth", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert (told["files"], told["model"], told["undefined"]) == (RESULTS, "linear", None)
    record = json.loads((tmp_path / "out" / "explanation.json").read_text())
    assert [one["key"] for one in record["single_leads"]] == ["L7", "L9"]
    assert record["settings"]["fixed"] == ["worth"]
    changed = {one["field"] for lead in record["single_leads"] for one in lead["counterfactual"]["changes"]}
    assert "worth" not in changed
    assert {one["field"] for one in record["locked"]} >= {"worth"}


def test_a_pipeline_that_made_the_scores_is_explained_itself(run, tmp_path):
    result = run("--pipeline", str(tmp_path / "mine.skops"))
    assert result.exit_code == 0, result.output
    assert "What is explained is your own pipeline. It tells 100.0 % of the score's spread" in result.stdout
    note = "The last of the pipeline's classes ('False', 'True') is taken as the good outcome: 'True'."
    assert note in result.stdout
    record = json.loads((tmp_path / "out" / "explanation.json").read_text())
    assert f"{note} Check that it is." in record["pipeline"]["notes"]
    assert record["model"]["kind"] == "pipeline"
    assert record["pipeline"]["steps"] == ["ColumnTransformer", "LogisticRegression"]


def test_too_few_leads_are_an_answer_and_no_error(run, tmp_path):
    result = run(leads=60)
    assert result.exit_code == 0
    assert "Nothing is explained: there is too little to learn from" in result.stdout
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == RESULTS


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--lead", "nobody"), "--lead number 1 is not the key"),
        (("--fixed", "colour"), "--fixed names 'colour'"),
        (("--pipeline", "none.skops"), "no such file"),
        (("--trust", "os.system"), "name that, too"),
        (("--seed", "-1"), "--seed"),
    ],
)
def test_bad_input_is_refused_with_two_and_a_sentence(run, tmp_path, options, words):
    result = run(*options)
    assert result.exit_code == 2
    assert words in " ".join(result.stderr.split())
    assert "Traceback" not in result.stderr
    assert result.stdout == ""
    assert not (tmp_path / "out").exists()
