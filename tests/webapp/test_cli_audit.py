"""``fairlead audit`` as a person meets it: what it prints, what it writes, and how it refuses."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from openpyxl import Workbook

from webapp.cli import main

STREAM = """
[stream]
name = "lead-score"
key = "id"
score = "score"
threshold = 60
outcome = "converted"
[[stream.attribute]]
name = "region"
reference = "urban"
"""
HEADER = ("id", "score", "region", "converted")
RESULTS = ["audit.json", "metrics.csv", "report.html"]


def rows(leads: int = 400) -> list[list[str]]:
    """Leads of which the rural ones are scored 30 points lower and convert as often."""
    noise = np.random.default_rng(7).integers(0, 60, leads)
    return [
        [
            f"L{row}",
            str(int(40 * (row % 2) + noise[row])),
            "urban" if row % 2 else "rural",
            "yes" if row % 3 else "no",
        ]
        for row in range(leads)
    ]


def as_csv(records: list[list[str]], delimiter: str = ",") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows([HEADER, *records])
    return text.getvalue().encode()


def changed(row: int, column: str, value: str) -> bytes:
    records = rows()
    records[row][HEADER.index(column)] = value
    return as_csv(records)


Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def command(content: bytes, *options: str, stream: str = STREAM, name: str = "leads.csv") -> Result:
        (tmp_path / name).write_bytes(content)
        (tmp_path / "stream.toml").write_text(stream, encoding="utf-8")
        where = [
            str(tmp_path / name),
            "--stream",
            str(tmp_path / "stream.toml"),
            "--out",
            str(tmp_path / "out"),
        ]
        return CliRunner().invoke(main, ["audit", *where, *options])

    return command


def assert_refused(result: Result, *words: str, folder: Path) -> None:
    assert result.exit_code == 2, result.output
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith("fairlead: ")
    assert result.stdout == ""
    for word in words:
        assert word in result.stderr
    assert not (folder / "out").exists()


def test_an_audit_writes_its_three_files_and_says_what_it_saw(run: Run, tmp_path: Path):
    result = run(as_csv(rows()))
    assert result.exit_code == 0, result.output
    assert all(line.endswith("...") for line in result.stderr.splitlines())  # progress, on a slow machine
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == RESULTS
    assert "400 rows = 400 kept + 0 rejected + 0 excluded" in result.stdout
    assert "Findings: " in result.stdout
    (worst,) = [line for line in result.stdout.splitlines() if line.startswith("Worst: ")]
    assert worst.endswith(".")
    assert "interval" not in result.stdout
    assert str(tmp_path / "out") in result.stdout
    record = json.loads((tmp_path / "out" / "audit.json").read_text())
    assert (record["schema"], record["stream"], record["rows"], record["kept"]) == (
        "fairlead.audit/1",
        "lead-score",
        400,
        400,
    )


def test_the_summary_for_programs_is_one_json_object(run: Run):
    summary = json.loads(run(changed(2, "score", "high"), "--json", "--seed", "5").stdout)
    assert (summary["rows"], summary["kept"], summary["seed"]) == (400, 399, 5)
    (rejected,) = summary["rejected"]
    assert (rejected["code"], rejected["count"], rejected["lines"]) == ("score_not_a_number", 1, [4])
    assert summary["files"] == RESULTS
    assert sum(summary["findings"].values()) >= 1
    worst = summary["worst"]
    assert worst["verdict"] == "fail"
    assert worst["text"].startswith(worst["headline"] + "\n")


def test_fail_on_makes_a_failed_finding_the_exit_code(run: Run):
    assert run(as_csv(rows()), "--fail-on", "info").exit_code == 1
    fair = [
        [key, str(50 + int(key[1:]) // 2 % 20), region, outcome] for key, _, region, outcome in rows(4000)
    ]
    assert run(as_csv(fair), "--fail-on", "critical").exit_code == 0


def test_the_report_names_rows_from_one_and_the_digests_of_both_files(run: Run, tmp_path: Path):
    content = changed(2, "score", "high")
    assert run(content).exit_code == 0
    record = json.loads((tmp_path / "out" / "audit.json").read_text())
    assert [(one["code"], one["rows"]) for one in record["rejections"]] == [("score_not_a_number", [3])]
    assert record["digests"]["data"] == hashlib.sha256(content).hexdigest()
    assert record["digests"]["stream"] == hashlib.sha256(STREAM.encode()).hexdigest()


def test_a_folder_in_the_place_of_a_result_leaves_the_other_results_alone(run: Run, tmp_path: Path):
    (tmp_path / "out" / "report.html").mkdir(parents=True)
    (tmp_path / "out" / "audit.json").write_text("old")
    result = run(as_csv(rows()))
    assert result.exit_code == 2
    assert "report.html is a folder there" in result.stderr
    assert (tmp_path / "out" / "audit.json").read_text() == "old"
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["audit.json", "report.html"]


def test_rows_from_a_pipe_are_refused_in_one_sentence(tmp_path: Path):
    os.mkfifo(tmp_path / "leads.csv")
    (tmp_path / "s.toml").write_text(STREAM)
    where = [
        str(tmp_path / "leads.csv"),
        "--stream",
        str(tmp_path / "s.toml"),
        "--out",
        str(tmp_path / "out"),
    ]
    assert_refused(CliRunner().invoke(main, ["audit", *where]), "pipe", "save the rows", folder=tmp_path)


def test_a_defect_is_no_finding_and_tells_nothing_of_the_data(run: Run, monkeypatch: pytest.MonkeyPatch):
    person = "Jane Doe"

    def fails(*_: object) -> None:
        raise KeyError(person)

    monkeypatch.setattr("webapp.cli.audit.audit", fails)
    result = run(as_csv(rows()))
    assert result.exit_code == 70
    assert "this is a defect in Fairlead (KeyError); please report it" in result.stderr
    assert "in fails" in result.stderr
    assert "Jane" not in result.output


def test_the_same_input_and_seed_give_the_same_bytes(run: Run, tmp_path: Path):
    written = []
    for _ in range(2):
        assert run(as_csv(rows()), "--seed", "3").exit_code == 0
        written.append({path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()})
    assert written[0] == written[1]


@pytest.mark.parametrize("engine", ["arrow", "duckdb"])
def test_every_engine_gives_the_same_estimates(run: Run, tmp_path: Path, engine: str):
    assert run(as_csv(rows())).exit_code == 0
    expected = json.loads((tmp_path / "out" / "audit.json").read_text())["estimates"]
    assert run(as_csv(rows()), "--engine", engine).exit_code == 0
    found = json.loads((tmp_path / "out" / "audit.json").read_text())["estimates"]
    assert [(item["metric"], item["group"], item["n"]) for item in found] == [
        (item["metric"], item["group"], item["n"]) for item in expected
    ]
    for one, other in zip(found, expected, strict=True):
        assert one["value"] == pytest.approx(other["value"], abs=1e-9)


def formats() -> dict[str, bytes]:
    parquet, excel, book = io.BytesIO(), io.BytesIO(), Workbook(write_only=True)
    pq.write_table(pacsv.read_csv(pa.BufferReader(as_csv(rows()))), parquet)
    sheet = book.create_sheet()
    for key, score, region, outcome in [HEADER, *rows()]:
        sheet.append([key, score if score == "score" else float(score), region, outcome])
    book.save(excel)
    return {
        "leads.parquet": parquet.getvalue(),
        "leads.xlsx": excel.getvalue(),
        "leads.csv.gz": gzip.compress(as_csv(rows())),
        "semicolon.csv": as_csv(rows(), ";"),
        "tab.tsv": as_csv(rows(), "\t"),
        "bom.csv": b"\xef\xbb\xbf" + as_csv(rows()),
    }


@pytest.mark.parametrize(
    "name", ["leads.parquet", "leads.xlsx", "leads.csv.gz", "semicolon.csv", "tab.tsv", "bom.csv"]
)
def test_every_format_gives_the_same_estimates(run: Run, tmp_path: Path, name: str):
    assert run(as_csv(rows())).exit_code == 0
    expected = json.loads((tmp_path / "out" / "audit.json").read_text())["estimates"]
    result = run(formats()[name], name=name)
    assert result.exit_code == 0, result.output
    assert json.loads((tmp_path / "out" / "audit.json").read_text())["estimates"] == expected


def test_a_missing_column_names_the_nearest(run: Run, tmp_path: Path):
    content = as_csv(rows()).replace(b"score", b"lead_scor", 1)
    stream = STREAM.replace('"score"', '"lead_score"')
    assert_refused(
        run(content, stream=stream), "leads.csv", "'lead_score'", "did you mean 'lead_scor'?", folder=tmp_path
    )


def test_a_score_that_is_no_number_rejects_its_row_by_line(run: Run):
    result = run(changed(2, "score", "high"))
    assert result.exit_code == 0
    assert "400 rows = 399 kept + 1 rejected + 0 excluded" in result.stdout
    assert "rejected 1 (score_not_a_number; line 4)" in result.stdout
    assert "write it in digits" in result.stdout


def test_a_score_out_of_range_rejects_its_row_by_line(run: Run):
    result = run(changed(0, "score", "250"))
    assert result.exit_code == 0
    assert "rejected 1 (score_out_of_range; line 2)" in result.stdout
    assert "outside 0 to 100" in result.stdout


def test_many_bad_rows_name_the_first_few_lines(run: Run):
    records = [
        [key, "?" if row < 9 else score, region, won] for row, (key, score, region, won) in enumerate(rows())
    ]
    assert "rejected 9 (score_missing; lines 2, 3, 4, 5, 6, ...)" in run(as_csv(records)).stdout


def test_scores_that_are_all_words_are_refused(run: Run, tmp_path: Path):
    records = [[key, "hot", region, won] for key, _, region, won in rows()]
    assert_refused(run(as_csv(records)), "no row can be used", "the score is not a number", folder=tmp_path)


def test_an_outcome_with_three_values_is_refused(run: Run, tmp_path: Path):
    words = ("'converted'", "holds 3 values", "maybe", "see line 7", "map them to 1/0")
    assert_refused(run(changed(5, "converted", "maybe")), *words, folder=tmp_path)


def test_the_line_of_a_third_outcome_counts_the_rows_that_were_set_aside(run: Run, tmp_path: Path):
    content = changed(5, "converted", "maybe").replace(b"L1,", b"L1,extra,", 1).replace(b"L2,", b"\n\nL2,", 1)
    assert_refused(run(content), "holds 3 values (no, yes, maybe)", "see line 9", folder=tmp_path)


def test_an_unknown_key_names_the_nearest(run: Run, tmp_path: Path):
    stream = STREAM.replace("threshold", "treshold")
    words = ("stream.toml: [stream]", "'treshold'", "did you mean 'threshold'?")
    assert_refused(run(as_csv(rows()), stream=stream), *words, folder=tmp_path)


@pytest.mark.parametrize("content", [b"", b"id,score,region,converted\n"])
def test_an_empty_file_is_refused(run: Run, tmp_path: Path, content: bytes):
    assert_refused(run(content), "leads.csv", "export it again", folder=tmp_path)


def test_a_file_with_one_group_is_audited_and_said(run: Run):
    records = [[key, score, "urban", won] for key, score, _, won in rows()]
    result = run(as_csv(records))
    assert result.exit_code == 0, result.output
    assert any("region" in line and "one group" in line for line in result.stdout.splitlines()), result.stdout


def test_a_latin_1_file_is_read_and_said(run: Run, tmp_path: Path):
    text = as_csv(rows()).decode().replace("rural", "Málaga")
    result = run(text.encode("latin-1"))
    assert result.exit_code == 0, result.output
    assert "read as Windows-1252" in result.stdout
    assert "Málaga" in (tmp_path / "out" / "audit.json").read_text(encoding="utf-8")


def test_a_truncated_gzip_is_refused(run: Run, tmp_path: Path):
    content = gzip.compress(as_csv(rows()))[:-20]
    assert_refused(
        run(content, name="leads.csv.gz"), "the file ends in the middle", "copy it again", folder=tmp_path
    )


def test_a_duplicate_key_is_counted_and_its_line_named(run: Run):
    result = run(changed(9, "id", "L3"))
    assert result.exit_code == 0
    assert "400 rows = 399 kept + 1 rejected + 0 excluded" in result.stdout
    assert "rejected 1 (duplicate_key; line 11)" in result.stdout


def test_a_stream_with_no_score_and_no_decision_is_refused(run: Run, tmp_path: Path):
    stream = STREAM.replace('score = "score"\nthreshold = 60\n', "")
    words = ("[stream] has no score and no decision", 'add score = "column"')
    assert_refused(run(as_csv(rows()), stream=stream), *words, folder=tmp_path)


def test_ragged_rows_are_part_of_the_account(run: Run, tmp_path: Path):
    content = as_csv(rows()).replace(b"L1,", b"L1,extra,", 1).replace(b"L7,", b"L3,", 1)
    result = run(content)
    assert result.exit_code == 0, result.output
    assert "400 rows = 398 kept + 2 rejected + 0 excluded" in result.stdout
    assert "rejected 1 (wrong_number_of_columns; line 3)" in result.stdout
    assert "rejected 1 (duplicate_key; line 9)" in result.stdout
    record = json.loads((tmp_path / "out" / "audit.json").read_text())
    assert (record["rows"], record["kept"]) == (400, 398)


def test_values_that_are_missing_are_a_group_of_their_own(run: Run, tmp_path: Path):
    records = [
        [key, score, "--None--" if row % 4 == 0 else region, won]
        for row, (key, score, region, won) in enumerate(rows())
    ]
    assert run(as_csv(records)).exit_code == 0
    record = json.loads((tmp_path / "out" / "audit.json").read_text())
    estimates = [item for item in record["estimates"] if item["group"]]
    counts = {item["group"][0]: item["value"] for item in estimates if item["metric"] == "count"}
    assert counts == {"rural": 100, "unknown": 100, "urban": 200}


@pytest.mark.parametrize("options", [["--engine", "spark"]])
def test_spark_is_not_installed(run: Run, tmp_path: Path, options: list[str]):
    words = ("no Spark engine", "use --engine auto, arrow or duckdb")
    assert_refused(run(as_csv(rows()), *options), *words, folder=tmp_path)


def test_a_file_or_stream_that_is_not_there_is_refused(run: Run, tmp_path: Path):
    run(as_csv(rows()))
    stream, leads, out = str(tmp_path / "stream.toml"), str(tmp_path / "leads.csv"), str(tmp_path / "new")
    for file, described in ((str(tmp_path / "none.csv"), stream), (leads, str(tmp_path / "none.toml"))):
        result = CliRunner().invoke(main, ["audit", file, "--stream", described, "--out", out])
        assert_refused(result, "there is no such", folder=tmp_path / "new")


def test_a_stream_file_that_is_not_utf8_is_refused(tmp_path: Path):
    (tmp_path / "leads.csv").write_bytes(as_csv(rows()))
    (tmp_path / "stream.toml").write_bytes(STREAM.replace("region", "región").encode("latin-1"))
    arguments = ["audit", str(tmp_path / "leads.csv"), "--stream", str(tmp_path / "stream.toml")]
    result = CliRunner().invoke(main, [*arguments, "--out", str(tmp_path / "out")])
    assert_refused(result, "stream.toml", "is not UTF-8", folder=tmp_path)


def test_a_folder_that_cannot_be_written_is_refused_before_the_work(run: Run, tmp_path: Path):
    run(as_csv(rows()))
    for out in (tmp_path / "leads.csv", tmp_path / "leads.csv" / "out"):
        arguments = ["audit", str(tmp_path / "leads.csv"), "--stream", str(tmp_path / "stream.toml")]
        result = CliRunner().invoke(main, [*arguments, "--out", str(out)])
        assert result.exit_code == 2
        assert "choose another folder for --out" in result.stderr
        assert len(result.stderr.splitlines()) == 1
    assert (tmp_path / "leads.csv").read_bytes() == as_csv(rows())


def test_what_else_is_in_the_folder_stays_even_when_the_audit_is_refused(run: Run, tmp_path: Path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    assert run(as_csv(rows())).exit_code == 0
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert sorted(before) == sorted([*RESULTS, "mine.txt"])
    assert run(b"").exit_code == 2
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_a_failure_while_writing_leaves_nothing(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def break_midway(_report: object, _wanted: object, folder: Path) -> None:
        (folder / "audit.json").write_text("{")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("webapp.cli.audit.write_outputs", break_midway)
    assert_refused(run(as_csv(rows())), "No space left on device", folder=tmp_path)


def test_usage_errors_keep_their_usual_form():
    result = CliRunner().invoke(main, ["audit"])
    assert result.exit_code == 2
    assert "Usage:" in result.stderr


def fairlead(*arguments: str) -> subprocess.CompletedProcess[str]:
    script = "import sys; from webapp.cli import main; sys.argv[0] = 'fairlead'; main()"
    return subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False
    )


def test_the_real_process_exits_with_one_line_and_no_traceback(tmp_path: Path):
    (tmp_path / "s.toml").write_text(STREAM.replace("threshold", "treshold"))
    done = fairlead("audit", "none.csv", "--stream", str(tmp_path / "s.toml"), "--out", str(tmp_path / "out"))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "fairlead: s.toml: [stream] has no key 'treshold'; did you mean 'threshold'?\n"


def test_help_imports_nothing_heavy():
    heavy = "('pandas', 'pyarrow', 'numpy', 'sklearn', 'scipy', 'flask', 'duckdb', 'sqlalchemy', 'altair')"
    script = (
        "import sys\nfrom webapp.cli import main\n"
        f"main(['--help'], standalone_mode=False)\nprint([m for m in {heavy} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert "audit" in done.stdout


def test_refusals_by_a_remote_system_exit_with_three(monkeypatch: pytest.MonkeyPatch):
    import click

    from connectors.errors import Busy, Refused

    for error in (Refused("Salesforce said no;\nask the admin", code="X"), Busy("try later", retry_after=3)):

        @click.command()
        def command(error: Exception = error) -> None:
            raise error

        monkeypatch.setattr("webapp.cli.Entry.load", lambda _, command=command: command)
        result = CliRunner().invoke(main, ["audit"])
        assert result.exit_code == 3
        assert result.stderr.splitlines() == [f"fairlead: {' '.join(str(error).split())}"]
