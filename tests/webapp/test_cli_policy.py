"""fairlead policy check and preview: on a real file, through the real command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from webapp.cli import main

POLICY = """
[policy]
name = "demo"
crm = "salesforce"
object = "Lead"
created = "CreatedDate"
exclude_when = ["OptOut"]
[[rule]]
field = "Age__c"
operator = "band"
column = "age"
bands = [25, 35]
[[rule]]
field = "Region__c"
operator = "keep"
column = "region"
[[rule]]
field = "Email"
operator = "key"
domain = "email"
[[rule]]
field = "LastName"
operator = "drop"
"""
DATA = """Id,Age__c,Region__c,Email,LastName,CreatedDate,OptOut
1,30,city,canary1@example.com,Zyxcanary,2026-01-01,false
2,31,city,canary2@example.com,Zyxcanary,2026-01-01,true
3,old,city,canary3@example.com,Zyxcanary,2026-01-01,
4,33,city,canary3@example.com,Zyxcanary,2026-01-02,false
5,34,town,canary4@example.com,Zyxcanary,,false
6,24,town,canary5@example.com,Zyxcanary,2026-02-02T10:00:00Z,false
"""


@pytest.fixture
def policy(tmp_path):
    path = tmp_path / "policy.toml"
    path.write_text(POLICY)
    return path


@pytest.fixture
def data(tmp_path):
    path = tmp_path / "leads.csv"
    path.write_text(DATA)
    return path


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["policy", *map(str, arguments)])


def test_check_says_each_rule_and_the_requested_fields(policy):
    result = run("check", policy)
    assert result.exit_code == 0
    assert "Age__c -> age: The number becomes one of the bands <25, 25-34, 35+." in result.stdout
    assert "LastName -> The field is never requested." in result.stdout
    requested = result.stdout.splitlines()[-1]
    assert requested.endswith("Age__c, Region__c, Email, CreatedDate, OptOut")


def test_one_rule_is_one_rule(policy, tmp_path):
    assert "rules)." in run("check", policy).stdout
    head, first = policy.read_text().split("[[rule]]")[:2]
    single = tmp_path / "single.toml"
    single.write_text(f"{head}[[rule]]{first}")
    assert "1 rule)." in run("check", single).stdout


def test_check_as_json(policy):
    fields = json.loads(run("check", policy, "--json").stdout)["fields"]
    assert fields == ["Age__c", "Region__c", "Email", "CreatedDate", "OptOut"]


def test_preview_shows_three_masked_records_and_the_account(policy, data):
    result = run("preview", policy, "--data", data)
    assert result.exit_code == 0
    assert result.stdout.count("Record ") == 3
    assert "age: 25-34" in result.stdout
    assert "6 read = 4 kept + 1 rejected + 1 excluded" in result.stdout
    assert "age: 1 values" in result.stdout
    assert "canary" not in result.stdout.lower()


def test_preview_measures_the_smallest_crowd(policy, data):
    result = json.loads(run("preview", policy, "--data", data, "--json").stdout)
    # Kept: (25-34, city) twice, (missing, city), (<25, town).
    risk = result["risk"]
    assert (risk["columns"], risk["smallest_group"], risk["groups"], risk["alone"]) == (
        ["age", "region"],
        1,
        3,
        2,
    )
    assert risk["attack"] == {
        "listed": 4,
        "found": risk["attack"]["found"],
        "expected": 3.0,
        "by_chance": 1.0,
    }
    assert 2 <= risk["attack"]["found"] <= 4
    one = json.loads(run("preview", policy, "--data", data, "--json", "--quasi-identifier", "region").stdout)
    assert (one["risk"]["columns"], one["risk"]["groups"], one["risk"]["alone"]) == (["region"], 2, 1)
    assert one["risk"]["next_step"] == {"column": "region", "what": "leave out region", "alone": 0}
    assert (one["read"], one["kept"], one["unmapped"]) == (6, 4, {"age": 1})


def test_what_an_outsider_would_learn_is_told_of_each_sensitive_column(policy, data):
    arguments = ("preview", policy, "--data", data, "--sensitive", "region")
    risk = json.loads(run(*arguments, "--json").stdout)["risk"]
    assert risk["columns"] == ["age"]
    # Kept: (25-34, city) twice, (missing, city), (<25, town).
    assert risk["learned"] == [
        {
            "column": "region",
            "distinct": 1,
            "effective": 1.0,
            "closeness": 0.75,
            # The two are guessed right; who is alone is guessed from the others: one right, one wrong.
            "guessed": 0.75,
            "base": 0.75,
        }
    ]
    told = run(*arguments).stdout
    assert "What that tells of region:" in told
    assert "guessed right for 75.0% of the leads, for 75.0% without those columns" in told


def test_the_best_next_step_is_said_with_what_it_buys(policy, data):
    told = run("preview", policy, "--data", data, "--quasi-identifier", "region").stdout
    assert "best next step: leave out region; then 0 look like no other" in told


def test_a_larger_crowd_is_measured_as_such(policy, tmp_path):
    rows = [f"{n},{20 + n % 2 * 20},city,a@example.com,x,2026-01-01," for n in range(50)]
    path = tmp_path / "many.csv"
    path.write_text("\n".join(["Id,Age__c,Region__c,Email,LastName,CreatedDate,OptOut", *rows]))
    risk = json.loads(run("preview", policy, "--data", path, "--json").stdout)["risk"]
    assert (risk["smallest_group"], risk["groups"], risk["alone"]) == (25, 2, 0)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check", "nowhere.toml"], "no such policy file"),
        (["preview", "POLICY", "--data", "nowhere.csv"], "nowhere.csv"),
        (["preview", "POLICY", "--data", "DATA", "--quasi-identifier", "regoin"], "did you mean 'region'"),
        (["preview", "POLICY", "--data", "DATA", "--quasi-identifier", "email"], "no readable column"),
        (["preview", "POLICY", "--data", "DATA", "--sensitive", "regoin"], "did you mean 'region'"),
        (["preview", "POLICY", "--data", "SHORT"], "no column 'Age__c'"),
        (["check", "DATA"], "not valid TOML"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_two(policy, data, tmp_path, arguments, words):
    short = tmp_path / "short.csv"
    short.write_text("Id,Region__c\n1,city\n")
    places = {"POLICY": policy, "DATA": data, "SHORT": short}
    result = run(*(places.get(argument, argument) for argument in arguments))
    assert result.exit_code == 2
    assert words in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "name either a file with --data, or a connected CRM with --crm"),
        (("--data", "x.csv", "--crm", "salesforce"), "name either a file"),
        (("--crm", "hubspot"), 'the policy is for salesforce, not for HubSpot: write crm = "hubspot"'),
    ],
)
def test_a_preview_says_which_leads_are_missing(policy, words, told):
    answer = run("preview", policy, *words)
    assert answer.exit_code == 2
    assert told in answer.stderr
