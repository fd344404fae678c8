"""The policy commands that compare, look up and attack, through the installed command line."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from webapp.cli import main

HEAD = '[policy]\nname = "p"\ncrm = "file"\nobject = "o"\n'
AGE = '[[rule]]\nfield = "age"\noperator = "band"\nbands = [25, 35, 50]\n'
JOB = '[[rule]]\nfield = "job"\noperator = "keep"\n'
DATA = "age,job,mail\n" + "".join(f"{20 + n % 40},job {n % 3},m{n}@example.org\n" for n in range(300))


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.toml").write_text(HEAD + AGE + JOB)
    (tmp_path / "b.toml").write_text(HEAD + AGE.replace("35, ", ""))
    (tmp_path / "c.toml").write_text("# note\n" + HEAD + JOB + AGE)
    (tmp_path / "data.csv").write_text(DATA)
    return tmp_path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["policy", *map(str, arguments)])


def test_two_policies_are_compared_in_sentences(folder):
    told = run("diff", folder / "a.toml", folder / "b.toml")
    assert told.exit_code == 0
    assert told.output.splitlines()[0].startswith("age is read coarser into age: ")
    assert told.output.splitlines()[1] == "job is no longer read."
    assert "So more is told" not in told.output
    assert (
        "So more is told of people than before." in run("diff", folder / "b.toml", folder / "a.toml").output
    )
    assert run("diff", folder / "a.toml", folder / "c.toml").output == "Both policies mean the same.\n"


def test_the_digest_is_the_same_just_where_nothing_changes(folder):
    told = json.loads(run("diff", folder / "a.toml", folder / "c.toml", "--json").output)
    assert (told["changes"], told["tells_more"]) == ([], False)
    assert (
        told["old"] == told["new"] == json.loads(run("check", folder / "a.toml", "--json").output)["digest"]
    )
    other = json.loads(run("diff", folder / "a.toml", folder / "b.toml", "--json").output)
    assert other["old"] != other["new"]
    assert [change["kind"] for change in other["changes"]] == ["coarser", "unread"]


def test_a_table_becomes_a_rule_that_is_valid(folder):
    (folder / "areas.csv").write_text("zip;area\n021;Boston\n100;New York\n")
    told = run("table", folder / "areas.csv", "--field", "zip", "--column", "area", "--characters", 3)
    assert told.exit_code == 0
    (folder / "t.toml").write_text(HEAD + told.output)
    assert "a table of 2 entries" in run("check", folder / "t.toml").output


@pytest.mark.parametrize(
    ("text", "words"),
    [("a,b\n1,2,3\n", "row 2: there are 3 columns"), ("a,b\n", "no entry"), ("a,b\n1,\n", "no word")],
)
def test_a_bad_table_is_refused_in_one_sentence(folder, text, words):
    (folder / "areas.csv").write_text(text)
    told = run("table", folder / "areas.csv", "--field", "zip")
    assert told.exit_code == 2
    assert words in told.output
    assert "LastName" in run("table", folder / "areas.csv", "--field", "LastName").output


def test_the_preview_tells_the_level_the_way_and_the_attack(folder):
    asked = (
        "preview",
        folder / "a.toml",
        "--data",
        folder / "data.csv",
        "--outside",
        "age",
        "--outside",
        "job",
    )
    told = run(*asked)
    assert told.exit_code == 0
    assert "An outside list of 300 people, compared on age, job" in told.output
    assert "Level: green" in told.output
    found = json.loads(run(*asked, "--wrong", 0.5, "--json").output)
    assert found["level"] == "green"
    assert found["outside_list"]["listed"] == 300
    assert found["outside_list"]["expected"] < 12
    assert found["doubts"] == {}


def test_the_preview_is_in_doubt_about_values_that_point_at_people_and_shows_none(folder):
    (folder / "m.toml").write_text(
        HEAD + '[[rule]]\nfield = "mail"\noperator = "keep"\n'.replace("mail", "reach")
    )
    (folder / "data.csv").write_text(DATA.replace("mail", "reach"))
    told = run("preview", folder / "m.toml", "--data", folder / "data.csv")
    assert told.exit_code == 0
    assert "To check: field 'reach', kept as reach: 300 of its values hold addresses" in told.output
    assert "@example.org" not in told.output


def test_a_list_of_what_is_not_read_finds_nobody(folder):
    told = run("preview", folder / "b.toml", "--data", folder / "data.csv", "--outside", "job")
    assert told.exit_code == 2
    assert "does not read 'job'" in told.output
