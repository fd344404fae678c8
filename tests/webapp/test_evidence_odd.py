"""Every figure of an audit that has little or odd in it: drawn soundly, or it says why not."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import numpy as np
import pyarrow as pa
import pytest

from audit.intake import admit
from audit.run import AuditRequest
from audit.run import audit as run
from audit.schema import parse_stream
from audit.thresholds import counts_text, read_counts, threshold_counts
from webapp.evidence.catalogue import Asked, figure
from webapp.evidence.source import Source
from webapp.viewmodels.evidence_list import evidence_parts
from webapp.viewmodels.thresholds import sensitivity

KINDS = ("groups", "gaps", "crossings", "calibration", "proxies", "coverage", "thresholds", "subgroups")
TEXT = '[stream]\nname = "s"\n{roles}[[stream.attribute]]\nname = "g"\n[audit]\nsearch_depth = 1\n'
LEADS = 80
RNG = np.random.default_rng(0)
GROUPS = np.array(["a", "b\x0c\x1b[31m", "", "=cmd", "ש" * 40])[RNG.integers(0, 5, LEADS)]
WON = RNG.random(LEADS) < 0.4
SCORED = 'score = "score"\n'
WORLDS = {
    "every score the same": ({"score": np.full(LEADS, 7.0), "won": WON}, 'threshold = 7\noutcome = "won"\n'),
    "scores next to nothing": ({"score": RNG.normal(0, 1e-9, LEADS), "won": WON}, 'outcome = "won"\n'),
    "lower is better": (
        {"score": RNG.normal(-500, 1e5, LEADS)},
        "threshold = -3.25\nhigher_is_better = false\n",
    ),
    "everybody converts": (
        {"score": RNG.random(LEADS), "won": np.ones(LEADS, bool)},
        'threshold = 0.5\noutcome = "won"\n',
    ),
    "each lead its own group": (
        {"g": [f"g{i}" for i in range(LEADS)], "score": RNG.random(LEADS)},
        "threshold = 0.07\n",
    ),
    "no group is known": ({"g": [""] * LEADS, "score": RNG.random(LEADS)}, "threshold = 0.07\n"),
}


@pytest.mark.parametrize("name", WORLDS)
def test_every_figure_is_sound_or_says_why_there_is_none(name):
    columns, roles = WORLDS[name]
    source = audited({"g": GROUPS, **columns}, SCORED + roles)
    for asked in every(source):
        found = figure(source, asked)
        if found is None:
            continue
        assert found.drawing or found.lacking
        if found.drawing:
            assert "nan" not in found.drawing.as_file()
            ET.fromstring(found.drawing.as_file())  # noqa: S314 - our own
        if found.sheet:
            assert not re.search(r"(^|,)-?(nan|inf)[,\r]", found.sheet.as_csv())
            found.sheet.on_page()
    assert evidence_parts(source)
    for step in (None, 0, 10**9):
        assert sensitivity(source, 1, "selection_rate", step).rows


def test_a_decision_without_a_score_has_no_threshold_to_move():
    source = audited({"g": GROUPS, "picked": WON}, 'decision = "picked"\n')
    assert "no threshold" in figure(source, Asked(kind="thresholds", place=1)).lacking
    assert "no threshold" in sensitivity(source, 1, "selection_rate", None).lacking
    coverage = figure(source, Asked(kind="coverage", place=1)).sheet
    assert dict(zip((c.name for c in coverage.columns), coverage.rows[0], strict=True))["scored"] is None


def audited(columns: dict[str, object], roles: str) -> Source:
    stream = parse_stream(TEXT.format(roles=roles))
    intake = admit(pa.table(columns), stream)
    report = run(intake, stream, AuditRequest())
    counts = threshold_counts(intake.table, stream, report.settings.score_range, 0)
    return Source(report=report, counts=read_counts(counts_text(counts)))


def every(source: Source):
    for kind in KINDS:
        metrics = source.metrics(source.attributes[0]) if kind in ("groups", "gaps") else ("precision",)
        for metric in ("", *metrics):
            yield from (Asked(kind=kind, place=1, metric=metric, ratio=ratio) for ratio in (False, True))
