"""Three organisations export, each in a process of its own; a fourth party merges what travelled."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from audit.disparity import compare
from audit.intake import admit
from audit.release import parted
from audit.schema import parse_stream
from audit.tally import count
from connectors.files.reading import read_table
from tests import processes
from tests.journey.canaries import MARK, found, traces
from tests.webapp.federated_house import LEADS, STREAM, environment, write_leads
from tests.webapp.markup import faults
from webapp.cli import main
from webapp.environment import settings_from
from webapp.services import open_services

NAMES = ("North", "South", "West")
SIZES = (500, 800, 600)
THEIRS = "import webapp.cli.federate as place\nfrom tests.webapp.federated_house import figures_of\n"
PLAIN = {name: value for name, value in os.environ.items() if not name.startswith("FAIRLEAD_")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Travelled:
    """Where each organisation keeps its leads, what travelled, its keys by name, and what must not travel."""

    homes: tuple[Path, ...]
    shared: Path
    keys: tuple[str, ...]
    needles: tuple[str, ...]

    @property
    def files(self) -> tuple[str, ...]:
        return tuple(str(self.shared / name / "release.json") for name in NAMES)


@pytest.fixture(scope="module")
def travelled(tmp_path_factory) -> Travelled:
    homes, keys, needles = [], [], [MARK]
    shared = tmp_path_factory.mktemp("shared")
    for number, (name, size) in enumerate(zip(NAMES, SIZES, strict=True)):
        home = tmp_path_factory.mktemp(name) / "data"
        needles += write_leads(home, number, size)
        env = {**PLAIN, **environment(home, number)}
        opened = open_services(settings_from(env))
        opened.repository.add_connection("hubspot", f"47{number}", "https://example.com")
        opened.close()
        for words in (("export", "hubspot", "--out", str(shared / name)), ("key", "hubspot")):
            done = processes.run(
                ("federate", *words), env=env, before=f"{THEIRS}place.figures_of = figures_of"
            )
            assert done.returncode == 0, done.stderr
        keys.append(f"{name}={done.stdout.strip()}")
        homes.append(home)
    return Travelled(homes=tuple(homes), shared=shared, keys=tuple(keys), needles=tuple(needles))


def words(travelled: Travelled, out: Path, *more: str) -> tuple[str, ...]:
    keys = [word for key in travelled.keys for word in ("--key", key)]
    return ("federate", "merge", *travelled.files, *keys, "--out", str(out), *more)


def test_three_processes_export_a_fourth_merges_and_no_row_travels(travelled, tmp_path):
    done = processes.run(words(travelled, tmp_path / "out"), env=PLAIN)
    assert done.returncode == 0, done.stderr
    assert "lead-score: 3 organisations together" in done.stdout
    assert "South: 800 leads" in done.stdout
    assert "Traceback" not in done.stderr
    # Only releases travelled, and neither they nor what was made of them holds a lead.
    assert {path.name for path in travelled.shared.rglob("*") if path.is_file()} == {"release.json"}
    places = [*traces(travelled.shared), *traces(tmp_path / "out"), ("printed", done.stdout.encode())]
    assert len(places) == 6
    assert found(iter(places), travelled.needles) == []
    leads = [(home / LEADS).read_bytes() for home in travelled.homes]
    assert all(found(iter([("leads", one)]), travelled.needles) for one in leads)
    page = (tmp_path / "out" / "federated.html").read_text()
    assert set(faults(page)) == {"inline style on style"}  # a page that stands alone brings its own
    _as_pooled(travelled, json.loads((tmp_path / "out" / "federated.json").read_text()))


def _as_pooled(travelled: Travelled, record: dict) -> None:
    """The joint verdicts, against those over all rows in one place: the same, or not told."""
    stream = parse_stream(STREAM, "stream.toml")
    cubes = [count(admit(read_table(home / LEADS).table, stream).table, stream) for home in travelled.homes]
    pooled = (cubes[0] + cubes[1] + cubes[2]).project("attribute:region", "selected", "outcome")
    audited = {(d.group, d.metric, d.kind): d for d in compare(pooled, stream, 0)}
    told = 0
    for one in record["disparities"]:
        there = audited.get((tuple(one["group"]), one["metric"], one["kind"]))
        if there is None or one["least"] is None or list(there.reference) != one["reference"]:
            continue
        assert one["least"] - 1e-9 <= there.value <= one["most"] + 1e-9, one
        assert one["low"] - 1e-9 <= there.low, one
        assert there.high <= one["high"] + 1e-9, one
        assert one["verdict"] in {there.verdict, "insufficient"}, one
        told += one["verdict"] == "fail"
    assert told


def run(*typed: str) -> Result:
    return CliRunner().invoke(main, list(typed))


def test_the_same_releases_in_another_order_give_the_same_bytes(travelled, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    assert run(*words(travelled, one)).exit_code == 0
    keys = [word for key in travelled.keys for word in ("--key", key)]
    assert run("federate", "merge", *travelled.files[::-1], *keys, "--out", str(two)).exit_code == 0
    for name in ("federated.json", "federated.html"):
        assert (one / name).read_bytes() == (two / name).read_bytes()


def test_a_failed_finding_ends_with_1_where_asked(travelled, tmp_path):
    assert run(*words(travelled, tmp_path / "a", "--fail-on", "medium")).exit_code == 1
    assert run(*words(travelled, tmp_path / "b", "--fail-on", "critical")).exit_code == 0
    told = json.loads(run(*words(travelled, tmp_path / "c", "--json")).stdout)
    assert told["organisations"] == list(NAMES)
    assert told["worst"]["verdict"] == "fail"
    assert told["files"] == ["federated.html", "federated.json"]
    assert sum(told["findings"].values()) >= 1


@pytest.mark.parametrize("spoil", ["changed", "unsigned", "another key", "absent", "special"])
def test_what_is_refused_leaves_nothing_behind(travelled, tmp_path, spoil):
    text = Path(travelled.files[0]).read_text()
    texts = {"changed": text.replace('"k": 10', '"k": 11'), "unsigned": parted(text)[0]}
    file, out = tmp_path / "release.json", tmp_path / "out" / "deeper"
    if spoil != "absent":
        file.write_text(texts.get(spoil, text))
    key = travelled.keys[1 if spoil == "another key" else 0]
    more = ("--special-category", "gender") if spoil == "special" else ()
    done = run("federate", "merge", str(file), "--key", key, "--out", str(out), *more)
    assert done.exit_code == 2
    why = {
        "changed": "after it was signed",
        "unsigned": "nobody signed this release",
        "another key": "which you did not name",
        "absent": "cannot be read",
        "special": "no release has this attribute",
    }
    assert why[spoil] in done.output
    assert "Traceback" not in done.output
    assert not out.parent.exists()
