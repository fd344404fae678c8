"""The benchmark's own cases run on few leads, and the page has a row for every goal and figure."""

from __future__ import annotations

import pytest

from benchmarks.suite import limits, measuring, ours
from benchmarks.suite.catalogue import WORDS, every
from benchmarks.suite.figures import Figures
from benchmarks.suite.files import write_five
from benchmarks.suite.goals import goals
from benchmarks.suite.page import page
from benchmarks.suite.run import FULL, QUICK
from benchmarks.suite.stored import store

LEADS = 2_000
MODULES = {"ours": ours, "limits": limits}


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    folder = tmp_path_factory.mktemp("leads")
    store(folder, LEADS)
    write_five(folder / "five.parquet", LEADS)
    found = []
    for one in every(QUICK):
        runs = [{"failed": "its environment is not looked for here"}]
        if one.module in MODULES:
            case = MODULES[one.module].CASES[one.case]
            runs = [measuring.measured(_once(case(folder))) | {"megabytes": 1.0, "took": 0.0}]
        found.append({"task": one.task, "system": one.system, "leads": one.leads, "runs": runs})
    return found


def _once(task):
    return measuring.Task(task.call, times=task.times, done=task.done, counted=task.counted, warm=False)


def test_every_row_of_ours_and_of_the_limits_is_measured(rows):
    known = {(one["task"], one["system"]) for one in rows if "first" in one["runs"][0]}
    mine = {(one.task, one.system) for one in every(QUICK) if one.module in MODULES}
    assert known == mine
    assert len(mine) == 17
    assert all(one["runs"][0]["first"] > 0 for one in rows if "first" in one["runs"][0])


def test_the_page_has_every_goal_and_every_system(rows):
    told = {
        "machine": {"processor": "p", "cores": 2, "gigabytes": 1, "system": "s", "python": "3", "load": 0.0}
    }
    told["machine"]["libraries"] = {"own": {"numpy": "2"}, "peers": {}, "drift_peers": {}}
    text = page({**told, "minutes": 1.0, "rounds": 1, "figures": rows})
    assert all(one.text in text for one in goals(Figures(rows)))
    assert all(f"| {one.system} |" in text for one in every(QUICK))
    assert all(f"## {task}\n" in text for task in WORDS)


def test_a_full_run_asks_for_every_task_at_its_sizes():
    asked = every(FULL)
    assert {one.task for one in asked} == set(WORDS)
    assert {one.leads for one in asked if one.task == "T1"} == set(FULL.rates)
    assert len({one.key for one in asked}) == len(asked)


def test_a_part_is_told_as_the_whole_and_a_goal_that_is_missed_says_so():
    found = measuring.measured(measuring.Task(lambda: measuring.Scaled(3.0), times=2.0, warm=False))
    assert found["first"] == 6.0
    rows = [
        {"task": "audit", "system": "Fairlead", "leads": 10_000_000,
         "runs": [{"first": 61.0, "warm": [], "megabytes": 1_400.0, "done": "", "counted": None}]}
    ]  # fmt: skip
    told = {one.text: one.met for one in goals(Figures(rows))}
    assert told["10 million leads from Parquet to the report"] == "**no**"
    assert told["the same, peak memory"] == "yes"
