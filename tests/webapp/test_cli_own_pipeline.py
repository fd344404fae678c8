"""``--pipeline`` as a person meets it: their own model, and the sentences that refuse it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow.csv as pacsv
import pytest
import skops.io
from click.testing import CliRunner, Result
from sklearn.tree import DecisionTreeClassifier

from tests.audit.leads import gapped
from tests.audit.pipelines import fitted
from webapp.cli import main

STREAM = """
[stream]
name = "lead-score"
key = "key"
score = "score"
threshold = 52
outcome = "outcome"
worked = "worked"
features = ["town", "worth", "noise"]
[[stream.attribute]]
name = "group"
reference = "a"
"""
TREE = "sklearn.tree._tree.Tree"
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def command(*options: str, stream: str = STREAM, model: object = None) -> Result:
        table = gapped(500)
        chosen = fitted(table, table["outcome"].to_pylist(), model)
        skops.io.dump(chosen, tmp_path / "mine.skops")
        plain = table.drop_columns(["selected"])
        plain = plain.rename_columns([name.rpartition(":")[2] for name in plain.column_names])
        pacsv.write_csv(plain, tmp_path / "leads.csv")
        (tmp_path / "stream.toml").write_text(stream, encoding="utf-8")
        given = [str(tmp_path / "leads.csv"), "--stream", str(tmp_path / "stream.toml")]
        return CliRunner().invoke(main, ["mitigate", *given, "--out", str(tmp_path / "out"), *options])

    return command


def test_the_laboratory_trains_the_pipeline_and_says_so(run, tmp_path):
    result = run("--pipeline", str(tmp_path / "mine.skops"), "--family", "data")
    assert result.exit_code == 0, result.output
    record = json.loads((tmp_path / "out" / "mitigation.json").read_text())
    digest = hashlib.sha256((tmp_path / "mine.skops").read_bytes()).hexdigest()
    assert record["pipeline"] == {
        "digest": digest,
        "steps": ["ColumnTransformer", "LogisticRegression"],
        "notes": [],
    }
    page = (tmp_path / "out" / "mitigation.html").read_text()
    assert digest in page
    assert "your own pipeline (ColumnTransformer, then LogisticRegression)" in page
    plain = tmp_path / "plain"
    assert run("--out", str(plain), "--family", "data").exit_code == 0
    other = json.loads((plain / "mitigation.json").read_text())
    assert other["pipeline"] is None
    assert other["trials"] != record["trials"]


def test_trees_need_somebody_who_vouches_for_the_file(run, tmp_path):
    path = str(tmp_path / "mine.skops")
    model = DecisionTreeClassifier(max_depth=3)
    refused = run("--pipeline", path, model=model)
    assert refused.exit_code == 2
    assert f"--trust {TREE}" in refused.stderr
    assert not (tmp_path / "out").exists()
    taken = run("--pipeline", path, "--trust", TREE, "--family", "data", model=model)
    assert taken.exit_code == 0, taken.output


@pytest.mark.parametrize(
    ("options", "stream", "words"),
    [
        (("--pipeline", "none.skops"), STREAM, "no such file"),
        (("--trust", TREE), STREAM, "name that, too"),
        (("--pipeline", "{}/leads.csv"), STREAM, "no .skops file"),
        (("--pipeline", "{}/mine.skops"), STREAM.replace('"worth", ', ""), "needs the column 'worth'"),
    ],
)
def test_bad_input_is_refused_with_two_and_a_sentence(run, tmp_path, options, stream, words):
    result = run(*(one.format(tmp_path) for one in options), stream=stream)
    assert result.exit_code == 2
    assert words in " ".join(result.stderr.split())
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "out").exists()
