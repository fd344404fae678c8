"""What surely changed between two audits, and what only seems to."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from audit.history import changes, overview
from audit.history.json_form import overview_record, read_overview
from audit.intake import admit
from audit.report.model import Report
from audit.run import AuditRequest
from audit.run import audit as run
from audit.schema import parse_stream

STREAM = parse_stream(
    '[stream]\nname = "s"\nscore = "score"\nthreshold = 60\n[[stream.attribute]]\nname = "region"\n'
    "[audit]\nsearch_depth = 1\n"
)


def report(gap: float, n: int = 1600, seed: int = 0) -> Report:
    """An audit of leads of which the south scores lower by a gap in points."""
    rng = np.random.default_rng(seed)
    south = np.arange(n) % 2 == 0
    score = np.clip(rng.normal(60, 15, n) - gap * south, 0, 100).round(2)
    table = pa.table({"score": score, "region": np.where(south, "south", "north")})
    return run(admit(table, STREAM), STREAM, AuditRequest())


@pytest.fixture(scope="module")
def audits() -> dict[float, Report]:
    return {gap: report(gap, seed=int(gap)) for gap in (0.0, 8.0, 20.0)}


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [(0.0, 20.0, "new"), (20.0, 0.0, "gone"), (8.0, 20.0, "worse"), (20.0, 8.0, "better")],
)
def test_a_sure_change_is_named(audits, before, after, kind):
    found = changes(audits[before], audits[after])
    assert [one.kind for one in found] == [kind]
    assert found[0].p < 0.05
    assert found[0].before.n == found[0].after.n


def test_the_same_leads_drawn_again_are_no_change(audits):
    assert changes(audits[8.0], report(8.0, seed=99)) == ()
    assert changes(audits[8.0], audits[8.0]) == ()


def test_a_verdict_that_comes_with_more_leads_is_no_change():
    few, many = report(6.0, n=160, seed=3), report(6.0, n=3000, seed=1)
    assert not [f for f in few.findings if f.verdict == "fail"]
    assert [one.kind for one in changes(few, many)] == ["newly told"]
    assert [one.kind for one in changes(many, few)] == ["no longer told"]


def test_chance_alone_seldom_changes_anything():
    """Of forty pairs of equal audits, at the level of 5 %, hardly one differs."""
    rng = np.random.default_rng(5)
    one = report(12.0)
    found = [gap for gap in one.disparities if gap.metric == "selection_rate" and gap.kind == "difference"]
    spread = (found[0].high - found[0].low) / 3.92

    def redrawn() -> Report:
        moved = rng.normal(0, spread)
        told = tuple(
            replace(d, value=d.value + moved, low=d.low + moved, high=d.high + moved) if d in found else d
            for d in one.disparities
        )
        return replace(one, disparities=told)

    named = sum(bool(changes(redrawn(), redrawn())) for _ in range(400))
    assert named <= 400 * 0.05 + 3 * (400 * 0.05 * 0.95) ** 0.5


def test_what_is_kept_is_read_again(audits):
    made = overview(audits[20.0], audits[8.0])
    assert read_overview(json.loads(json.dumps(overview_record(made)))) == made
    assert made.changes
    assert made.point(made.points[0]) == made.points[0]
    assert made.passed + made.failed + made.unsure == len(audits[20.0].disparities)


def test_without_an_audit_before_nothing_is_said_to_have_changed(audits):
    assert overview(audits[8.0]).changes is None
