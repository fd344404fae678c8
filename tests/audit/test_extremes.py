"""Values at the edge of what a number can be: refused or rejected in words, never an overflow."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from audit.caution import cautions
from audit.intake import Intake, admit
from audit.run import AuditRequest, audit
from audit.schema import BadInput, Stream, parse_stream

HEAD = '[stream]\nname = "s"\nscore = "score"\noutcome = "won"\n'
TAIL = '[[stream.attribute]]\nname = "g"\n'


def stream(stream_lines: str = "threshold = 60\n", audit_lines: str = "") -> Stream:
    return parse_stream(f"{HEAD}{stream_lines}{TAIL}[audit]\n{audit_lines}")


def leads(scores: list[float], **columns: pa.Array) -> pa.Table:
    rows = np.arange(len(scores))
    return pa.table(
        {"score": scores, "g": np.where(rows % 2, "a", "b"), "won": rows % 3 == 0, **columns},
    )


def codes(intake: Intake, described: Stream) -> dict[str, str]:
    return {one.code: one.text for one in cautions(intake, described, 0)}


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("minimum_group = 99999999999999999999", "minimum_group is 9+; it must be at most 1,000,000,000"),
        ("intersections = 99999999999", "intersections is 9+; it must be at most 1,000,000,000"),
        ("confidence = 0.9999999999999999", "confidence is 0.9+; it must lie between 0 and 1"),
    ],
)
def test_a_setting_that_cannot_be_computed_with_is_refused(line: str, sentence: str):
    with pytest.raises(BadInput, match=sentence):
        stream(audit_lines=line)


@pytest.mark.parametrize("line", ["threshold = 1e300", "score_range = [-1e300, 1e300]"])
def test_a_number_beyond_any_scale_is_refused(line: str):
    with pytest.raises(BadInput, match=r"is -?1e\+300, beyond 1e\+60; write an ordinary number"):
        stream(line + "\n")


def test_the_surest_confidence_that_is_accepted_can_be_computed_with():
    described = stream(audit_lines=f"confidence = {1 - 1e-9!r}\n")
    report = audit(admit(leads([50.0, 70.0] * 100), described), described, AuditRequest())
    assert report.kept == 200


def test_scores_whose_square_overflows_are_rejected():
    described = stream()
    intake = admit(leads([-5.0, 500.0, 1e61, -1.7e308, float("inf")] * 40), described)
    (refusal,) = intake.rejected
    assert (refusal.code, refusal.count, refusal.rows) == ("score_out_of_range", 120, (2, 3, 4, 7, 8))
    assert "beyond 1e+60" in refusal.text
    assert audit(intake, described, AuditRequest()).kept == 80


def test_a_column_without_a_role_that_has_no_text_is_left_out():
    nowhere = pa.array([0] * 40, pa.timestamp("us", tz="Nowhere/Town"))
    intake = admit(leads([50.0, 70.0] * 20, seen=nowhere), stream())
    assert "feature:seen" not in intake.table.column_names
    assert any("Field 'seen' was left out" in note for note in intake.notes)


@pytest.mark.parametrize(("scale", "whom"), [(0.01, "No lead is"), (10, "Every lead is")])
def test_a_threshold_on_another_scale_than_the_score_is_said(scale: float, whom: str):
    described = stream()
    intake = admit(leads([(10 + row % 80) * scale for row in range(400)]), described)
    text = codes(intake, described)["one_decision"]
    assert text.startswith(f"{whom} selected at the threshold of 60 (the scores run from ")
    assert text.endswith("Check threshold in [stream].")


@pytest.mark.parametrize(("threshold", "taken"), [(-5.0, "-5 to 100"), (6000.0, "0 to 6000")])
def test_nobody_passes_for_being_selected_alike_where_selection_does_not_vary(threshold, taken):
    random = np.random.default_rng(5)
    described = replace(stream(), threshold=threshold)
    scores = random.integers(0, 101, 2_000).astype(float)
    report = audit(admit(leads(scores.tolist()), described), described, AuditRequest())
    said = " ".join(one.text for one in report.findings)
    assert "selected" not in said
    assert "score" in said
    ranges = [one.text for one in report.warnings if one.code == "score_range"]
    assert ranges[0].startswith(f"The score is taken to run from {taken}, from the scores and the threshold.")


def test_where_every_score_is_the_same_nothing_passes():
    described = stream()
    report = audit(admit(leads([70.0] * 400), described), described, AuditRequest())
    assert [
        one.text for one in report.findings if one.verdict == "pass" and "share selected" in one.text
    ] == []


def test_an_ordinary_threshold_is_no_caution():
    described = stream()
    intake = admit(leads([float(row % 100) for row in range(400)]), described)
    assert "one_decision" not in codes(intake, described)


def test_one_lead_is_audited_and_the_sentence_agrees_with_it():
    described = stream()
    text = codes(admit(leads([70.0]), described), described)["one_outcome"]
    assert text == "Only one outcome is known: errors and ranking cannot be judged."


def test_the_largest_scores_that_are_accepted_overflow_nowhere():
    described = stream()
    intake = admit(leads([(-1.0) ** (row % 3) * 1e60 for row in range(400)]), described)
    assert audit(intake, described, AuditRequest()).kept == 400
