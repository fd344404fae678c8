"""The ready-made streams: each is listed, printed, explained, and audits a table of its kind end to end."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from audit.schema import parse_stream
from webapp.cli import main
from webapp.cli.template import templates

MARK = "Zqxcanary"
NAMES = ("case-escalation", "lead-scoring", "personalised-content", "upsell-recommendation")
DOCS = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "stream-templates.md"
ANGRY = ("I am very unhappy with the terrible delay, {0}.", "This is the worst service I have had, {0}!")
CALM = ("Thank you for the help, {0} is happy.", "Where is the invoice for the order of {0}?")


def written(folder: Path, columns: dict[str, object]) -> Path:
    path = folder / "leads.csv"
    with path.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    return path


def days(random: np.random.Generator, n: int) -> list[str]:
    return [f"2026-{month:02d}-{day:02d}" for month, day in random.integers((1, 1), (7, 28), (n, 2))]


def lead_scoring(n: int = 4000) -> dict[str, object]:
    """Rural leads convert as often and score 15 points lower."""
    random = np.random.default_rng(1)
    region = random.choice(["urban", "rural"], n, p=[0.7, 0.3])
    worth = random.normal(0, 1, n)
    score = np.clip(55 + 15 * worth - 15 * (region == "rural"), 0, 100).round()
    return {
        "lead_id": [f"L{i}" for i in range(n)],
        "score": score,
        "converted": (random.random(n) < 1 / (1 + np.exp(1.2 - worth))).astype(int),
        "created": days(random, n),
        "contacted": np.where(random.random(n) < 0.9, "yes", "no"),
        "region": region,
        "age": random.integers(18, 80, n),
        "size": random.choice(["S", "M", "L"], n),
        "source": random.choice(["Web", "Partner", "Event"], n),
    }


def upsell_recommendation(n: int = 4000) -> dict[str, object]:
    """The south is offered Premium half as often."""
    random = np.random.default_rng(2)
    region = random.choice(["north", "south"], n)
    products = np.array(["Basic", "Plus", "Premium", "no offer"])
    shares = {"north": [0.3, 0.2, 0.24, 0.26], "south": [0.38, 0.2, 0.12, 0.3]}
    return {
        "account_id": [f"A{i}" for i in range(n)],
        "offered": [random.choice(products, p=shares[one]) for one in region],
        "accepted": (random.random(n) < 0.2).astype(int),
        "offered_on": days(random, n),
        "region": region,
        "segment": random.choice(["retail", "trade"], n),
        "spend": random.choice(["low", "high"], n),
    }


def case_escalation(n: int = 4000) -> dict[str, object]:
    """Angry cases are escalated, but those of the free plan half as often."""
    random = np.random.default_rng(3)
    plan = random.choice(["paid", "free"], n)
    angry = random.random(n) < 0.4
    high = random.random(n) < np.where(angry, 0.7, 0.1) * np.where(plan == "free", 0.5, 1.0)
    urgent, medium = random.random(n) < 0.3, random.random(n) < 0.5
    texts = [random.choice(ANGRY if cross else CALM).format(f"{MARK}{i}") for i, cross in enumerate(angry)]
    return {
        "case_id": [f"C{i}" for i in range(n)],
        "priority": np.where(high, np.where(urgent, "Urgent", "High"), np.where(medium, "Medium", "Low")),
        "description": texts,
        "solved": (random.random(n) < 0.6).astype(int),
        "opened": days(random, n),
        "region": random.choice(["east", "west"], n),
        "language": random.choice(["en", "es", ""], n, p=[0.8, 0.15, 0.05]),
        "plan": plan,
    }


def personalised_content(n: int = 4000) -> dict[str, object]:
    """People over 65 are shown the video half as often."""
    random = np.random.default_rng(4)
    age = random.integers(18, 75, n)
    video = random.random(n) < np.where(age >= 65, 0.15, 0.3)
    return {
        "contact_id": [f"P{i}" for i in range(n)],
        "variant": np.where(video, "video", random.choice(["story", "offer"], n)),
        "message": [random.choice(CALM).format(f"{MARK}{i}") for i in range(n)],
        "clicked": (random.random(n) < 0.15).astype(int),
        "sent": days(random, n),
        "region": random.choice(["east", "west"], n),
        "age": age,
        "source": random.choice(["Web", "Event"], n),
    }


CASES = {
    "lead-scoring": (lead_scoring, "region", "rural", "selection_rate"),
    "upsell-recommendation": (upsell_recommendation, "region", "south", "option_rate@Premium"),
    "case-escalation": (case_escalation, "plan", "free", "level_at_least@High"),
    "personalised-content": (personalised_content, "age", "65+", "option_rate@video"),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_template_audits_its_table_and_finds_what_was_planted(name, tmp_path):
    made, attribute, group, metric = CASES[name]
    stream = tmp_path / "stream.toml"
    stream.write_text(CliRunner().invoke(main, ["template", name], catch_exceptions=False).output)
    data = written(tmp_path, made())
    out = tmp_path / "out"
    arguments = ["audit", str(data), "--stream", str(stream), "--out", str(out)]
    result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    report = json.loads((out / "audit.json").read_text())
    failing = {
        (one["attribute"][0], one["group"][0], one["metric"])
        for one in report["disparities"]
        if one["verdict"] == "fail" and len(one["attribute"]) == 1
    }
    groups = {found[:2] for found in failing}
    assert (attribute, group) in groups or (attribute, "urban") in groups
    assert any(found[0] == attribute and found[2] == metric for found in failing)
    planted = {one["attribute"][0] for one in report["findings"] if one["verdict"] == "fail"}
    assert planted == {attribute}
    for path in (*out.iterdir(),):
        assert MARK not in path.read_text()
    assert MARK not in result.output


def test_among_cases_of_like_tone_the_gap_stays(tmp_path):
    stream = tmp_path / "stream.toml"
    stream.write_text(templates()["case-escalation"])
    data, out = written(tmp_path, case_escalation()), tmp_path / "out"
    arguments = ["audit", str(data), "--stream", str(stream), "--out", str(out)]
    assert CliRunner().invoke(main, arguments, catch_exceptions=False).exit_code == 0
    report = json.loads((out / "audit.json").read_text())
    (within,) = [
        one
        for one in report["disparities"]
        if one["metric"] == "conditional_selection_rate"
        and one["attribute"] == ["plan"]
        and one["kind"] == "difference"
    ]
    assert within["verdict"] == "fail"
    assert any(one["feature"].startswith("description.") for one in report["proxies"])


def test_the_list_names_every_template_with_its_question():
    result = CliRunner().invoke(main, ["template"], catch_exceptions=False)
    assert [line.partition(":")[0] for line in result.output.splitlines()] == list(NAMES)
    assert all(line.endswith("?") for line in result.output.splitlines())


def test_an_unknown_template_is_refused_with_the_nearest():
    result = CliRunner().invoke(main, ["template", "lead-scorring"])
    assert result.exit_code == 2
    assert "did you mean 'lead-scoring'" in result.output


@pytest.mark.parametrize("name", NAMES)
def test_a_template_is_valid_and_documented(name):
    text = templates()[name]
    stream = parse_stream(text)
    assert stream.name == name
    assert "Salesforce" in text
    assert "HubSpot" in text
    assert f"## {name}" in DOCS.read_text()
