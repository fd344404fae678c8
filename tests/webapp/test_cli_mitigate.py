"""``fairlead mitigate`` as a person meets it: what it prints, what it writes, and how it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv
import pytest
from click.testing import CliRunner, Result

from tests.audit.leads import gapped
from webapp.cli import main
from webapp.cli.mitigate import with_value

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
RESULTS = ["mitigation.html", "mitigation.json"]
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def command(*options: str, stream: str = STREAM, leads: int = 500) -> Result:
        table = gapped(leads).drop_columns(["selected"])
        names = [name.rpartition(":")[2] for name in table.column_names]
        table = table.rename_columns(names).append_column("amount", pa.array([50.0] * leads))
        pacsv.write_csv(table, tmp_path / "leads.csv")
        (tmp_path / "stream.toml").write_text(stream, encoding="utf-8")
        given = [str(tmp_path / "leads.csv"), "--stream", str(tmp_path / "stream.toml")]
        return CliRunner().invoke(main, ["mitigate", *given, "--out", str(tmp_path / "out"), *options])

    return command


CHEAP = ("--family", "scores", "--family", "rules")


def test_it_writes_both_files_and_says_what_it_found(run, tmp_path):
    result = run(*CHEAP)
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == RESULTS
    assert "500 rows = 500 kept + 0 turned away; 500 known outcomes" in result.stdout
    assert "Today" in result.stdout
    record = json.loads((tmp_path / "out" / "mitigation.json").read_text())
    assert (record["schema"], record["rows"], record["attribute"]) == ("fairlead.mitigation/1", 500, "group")
    assert {one["remedy"]["family"] for one in record["trials"]} == {"scores", "rules"}


def test_the_same_seed_gives_the_same_bytes_and_another_one_others(run, tmp_path):
    def written(*options: str) -> list[bytes]:
        assert run(*CHEAP, *options).exit_code == 0
        return [(tmp_path / "out" / name).read_bytes() for name in RESULTS]

    first = written()
    assert written() == first
    assert written("--seed", "7") != first


def test_the_summary_as_json(run, tmp_path):
    result = run(*CHEAP, "--json", "--legal-mode", "--calls", "100")
    told = json.loads(result.stdout)
    assert told["files"] == RESULTS
    assert told["attribute"] == "group"
    record = json.loads((tmp_path / "out" / "mitigation.json").read_text())
    assert told["recommended"] == record["advice"]["remedy"]
    assert told["tried"] == sum(one["after"] is not None for one in record["trials"])
    assert record["hidden_by_legal_mode"] > 0
    assert record["today"]["calls"] == 100


def test_too_few_leads_are_an_answer_and_no_error(run, tmp_path):
    result = run(leads=60)
    assert result.exit_code == 0
    assert "Not enough data" in result.stdout
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == RESULTS


def test_a_value_that_is_no_field_of_the_stream_is_read_and_not_learned_from(run, tmp_path):
    result = run(*CHEAP, "--value", "amount", "--call-minutes", "6")
    assert result.exit_code == 0, result.output
    record = json.loads((tmp_path / "out" / "mitigation.json").read_text())
    worth, won = (record["today"][name]["value"] for name in ("worth_per_call", "won_per_call"))
    assert worth == pytest.approx(50 * 10 * won)
    assert not any("amount" in one["remedy"]["id"] for one in record["trials"])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--attribute", "sex"), "no attribute 'sex'"),
        (("--value", "nothing"), "nothing"),
        (("--value", "town"), "holds no numbers"),
        (("--calls-per-day", "9"), "name the column as created"),
        (("--calls", "500"), "fewer than all"),
        (("--calls", "5", "--calls-per-day", "9"), "exclude each other"),
        (("--call-minutes", "5"), "with --value, too"),
        (("--calls", "none"), "--calls"),
        (("--family", "magic"), "--family"),
        (("--call-minutes", "0"), "--call-minutes"),
    ],
)
def test_bad_input_is_refused_with_two_and_a_sentence(run, tmp_path, options, words):
    result = run(*options)
    assert result.exit_code == 2
    assert words in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""
    assert not (tmp_path / "out").exists()


def test_a_missing_file_is_refused(run, tmp_path):
    run(leads=60)
    result = CliRunner().invoke(
        main, ["mitigate", "none.csv", "--stream", str(tmp_path / "stream.toml"), "--out", str(tmp_path)]
    )
    assert result.exit_code == 2
    assert "none.csv" in result.stderr


def test_a_stream_that_says_nothing_of_calls_is_refused(run, tmp_path):
    result = run(stream=STREAM.replace("threshold = 52\n", ""))
    assert result.exit_code == 2
    assert "--calls" in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_stream_without_a_list_of_fields_needs_no_change():
    from audit.schema import parse_stream

    open_ended = parse_stream(STREAM.replace('features = ["town", "worth", "noise"]\n', ""), "s.toml")
    assert with_value(open_ended, "amount") is open_ended
    listed = parse_stream(STREAM, "s.toml")
    assert with_value(listed, "amount").features == ("town", "worth", "noise", "amount")
    assert with_value(listed, "town") is listed
