"""A file of more leads than are examined one by one: the same counts, and the report says what was drawn."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from webapp.cli import main, partly_read

LEADS, MOST = 2_500, 800
STREAM = """
[stream]
name = "large"
key = "id"
score = "score"
threshold = 60
outcome = "won"
{features}
[[stream.attribute]]
name = "region"
"""


@pytest.fixture(autouse=True)
def few(monkeypatch):
    monkeypatch.setattr(partly_read, "MOST_EXAMINED", MOST)


def leads() -> pa.Table:
    random = np.random.default_rng(2)
    region = random.choice(["north", "south"], LEADS)
    score = np.clip(random.normal(58, 12, LEADS) - 9 * (region == "south"), 0, 100).round(0)
    score[3] = 250  # outside the range of all others
    return pa.table(
        {
            "id": np.arange(LEADS),
            "region": region,
            "score": score,
            "won": random.random(LEADS) < 0.3,
            "area": np.where(random.random(LEADS) < 0.9, region, "west"),
            "visits": random.poisson(3, LEADS),
        }
    )


def audited(tmp_path, file, features="") -> dict[str, object]:
    (tmp_path / "stream.toml").write_text(STREAM.format(features=features))
    out = tmp_path / f"out-{file.name}"
    where = [str(file), "--stream", str(tmp_path / "stream.toml"), "--out", str(out)]
    done = CliRunner().invoke(main, ["audit", *where])
    assert done.exit_code == 0, done.output
    return json.loads((out / "audit.json").read_text())


@pytest.mark.parametrize(
    "features", ["", 'features = ["visits", "area"]'], ids=["all fields", "named fields"]
)
def test_a_large_file_tells_the_same_figures_of_all_leads(tmp_path, features):
    pq.write_table(leads(), tmp_path / "leads.parquet", row_group_size=700)
    pacsv.write_csv(leads(), tmp_path / "leads.csv")
    part = audited(tmp_path, tmp_path / "leads.parquet", features)
    whole = audited(tmp_path, tmp_path / "leads.csv", features)
    for name in ("rows", "kept", "rejected", "estimates", "disparities"):
        assert part[name] == whole[name], name
    told = [one for one in part["warnings"] if one["code"] == "examined_sample"]
    assert [one["evidence"] for one in told] == [{"examined": MOST, "kept": LEADS - 1}]
    assert {one["feature"] for one in part["proxies"]} == {"area", "visits"}
    assert "examined_sample" not in {one["code"] for one in whole["warnings"]}


def test_a_column_that_is_not_there_is_named_with_its_role(tmp_path):
    pq.write_table(
        leads().rename_columns(["id", "region", "scores", "won", "area", "visits"]), tmp_path / "l.parquet"
    )
    (tmp_path / "stream.toml").write_text(STREAM.format(features=""))
    where = [
        str(tmp_path / "l.parquet"),
        "--stream",
        str(tmp_path / "stream.toml"),
        "--out",
        str(tmp_path / "out"),
    ]
    done = CliRunner().invoke(main, ["audit", *where])
    assert done.exit_code == 2
    assert "there is no column 'score' (score of the stream); did you mean 'scores'?" in done.output
    assert not (tmp_path / "out").exists()
