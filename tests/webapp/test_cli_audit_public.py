"""Public data sets through the whole command, against the figures that others published."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from webapp.cli import main

pytestmark = pytest.mark.data

COMPAS = """
[stream]
name = "compas"
key = "entity_id"
score = "score"
threshold = 1
outcome = "label_value"
[[stream.attribute]]
name = "race"
reference = "Caucasian"
special_category = true
[[stream.attribute]]
name = "sex"
"""
# n, true and false positives, false and true negatives (ProPublica's notebook, cells 71 to 77).
COMPAS_COUNTS = {
    "African-American": (3696, 1369, 805, 532, 990),
    "Caucasian": (2454, 505, 349, 461, 1139),
    "Hispanic": (637, 103, 87, 129, 318),
    "Other": (377, 43, 36, 90, 208),
    "Asian": (32, 6, 2, 3, 21),
    "Native American": (18, 9, 3, 1, 5),
    "Male": (5819, 1732, 994, 1021, 2072),
    "Female": (1395, 303, 288, 195, 609),
}
BANK = """
[stream]
name = "bank"
score = "points"
threshold = 60
outcome = "y"
features = ["job", "education", "housing", "loan", "contact"]
[[stream.attribute]]
name = "age"
bands = [25, 60]
[[stream.attribute]]
name = "marital"
[audit]
intersections = 1
"""
# Leads and subscription rate (the data set's own description, recomputed from the rows).
BANK_RATES = {
    "<25": (809, 0.255871),
    "25-59": (42618, 0.105167),
    "60+": (1784, 0.336323),
    "single": (12790, 0.149492),
    "divorced": (5207, 0.119455),
    "married": (27214, 0.101235),
}


def audited(file: Path, stream: str, folder: Path) -> dict[str, dict[str, dict[str, float]]]:
    """The estimates of an audit, by group and metric."""
    (folder / "stream.toml").write_text(stream)
    where = ["--stream", str(folder / "stream.toml"), "--out", str(folder / "out")]
    result = CliRunner().invoke(main, ["audit", str(file), *where])
    assert result.exit_code == 0, result.output
    assert (folder / "out" / "report.html").stat().st_size > 1000
    found: dict[str, dict[str, dict[str, float]]] = {}
    for estimate in json.loads((folder / "out" / "audit.json").read_text())["estimates"]:
        if len(estimate["group"]) == 1:
            found.setdefault(estimate["group"][0], {})[estimate["metric"]] = estimate
    return found


def test_compas_has_the_published_counts_and_rates(data_dir: Path, tmp_path: Path):
    found = audited(data_dir / "compas" / "compas_for_aequitas.csv", COMPAS, tmp_path)
    for group, (n, tp, fp, fn, tn) in COMPAS_COUNTS.items():
        expected = {
            "count": n,
            "base_rate": (tp + fn) / n,
            "selection_rate": (tp + fp) / n,
            "true_positive_rate": tp / (tp + fn),
            "false_positive_rate": fp / (fp + tn),
            "precision": tp / (tp + fp),
            "accuracy": (tp + tn) / n,
        }
        values = {metric: found[group][metric]["value"] for metric in expected}
        assert values == pytest.approx(expected, abs=1e-9), group


def test_bank_marketing_has_the_published_rates(data_dir: Path, tmp_path: Path):
    packed = (data_dir / "bank_marketing" / "bank-full.csv.gz").read_bytes()
    rows = list(csv.DictReader(io.StringIO(gzip.decompress(packed).decode()), delimiter=";"))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, [*rows[0], "points"], delimiter=";")
    writer.writeheader()
    writer.writerows(row | {"points": str(min(100, max(0, int(row["balance"]) // 30)))} for row in rows)
    (tmp_path / "bank.csv.gz").write_bytes(gzip.compress(text.getvalue().encode(), 1))
    found = audited(tmp_path / "bank.csv.gz", BANK, tmp_path)
    for group, (n, rate) in BANK_RATES.items():
        assert found[group]["count"]["value"] == n
        assert found[group]["base_rate"]["value"] == pytest.approx(rate, abs=1e-6)
        assert found[group]["base_rate"]["low"] < rate < found[group]["base_rate"]["high"]
