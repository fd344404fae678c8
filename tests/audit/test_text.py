"""A free text becomes a few numbers, and is nowhere afterwards."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.intake import admit
from audit.report import metrics_csv, to_html, to_json
from audit.run import AuditRequest
from audit.run import audit as run
from audit.schema import BadInput, parse_stream
from audit.schema.text_numbers import NUMBERS, text_numbers

CANARY = "Zebulon Quickfeather"
STREAM = """
[stream]
name = "cases"
score = "score"
text = ["story"]
{extra}
[[stream.attribute]]
name = "g"
"""


def of(extra: str = 'text_language = "en"'):
    return parse_stream(STREAM.format(extra=extra))


def table(*stories: str | None) -> pa.Table:
    n = len(stories)
    return pa.table({"score": list(range(n)), "g": ["a", "b"] * (n // 2) + ["a"] * (n % 2), "story": stories})


def test_readability_is_lix_worked_out_by_hand():
    # 10 words, 2 sentences, 2 words over six letters: 10 / 2 + 100 x 2 / 10
    found = text_numbers("The invoice was wrong again. Please send a corrected one.", None)
    assert (found.words, found.readability) == (10, 25)


@pytest.mark.parametrize(
    ("text", "tone"),
    [
        ("I am very unhappy with the terrible delay.", "negative"),
        ("Thank you, this is wonderful!", "positive"),
        ("The invoice is for our office.", "neutral"),
        ("Die Rechnung wurde zweimal abgebucht, sofort stornieren.", None),
        ("Das war die falsche Ware und hat nicht gepasst, fast alles fehlt.", None),
        ("Terrible service!", "negative"),
        ("請取消我的訂單", None),
        ("", None),
        ("12345 !!!", None),
    ],
)
def test_the_tone_of_english_and_of_nothing_else(text, tone):
    assert text_numbers(text, "en").tone == tone


def test_an_unknown_language_has_no_sentiment_rather_than_a_neutral_one():
    found = text_numbers("I am very unhappy.", None)
    assert (found.sentiment, found.tone) == (None, None)
    assert found.readability is not None


def test_numbers_are_too_round_to_single_out_a_text():
    assert text_numbers("x" * 1234, None).length == 1200
    assert text_numbers("word " * 1234, None).words == 1200
    assert text_numbers("word " * 99, None).words == 99


@given(st.text(max_size=400))
def test_any_text_has_numbers_in_their_ranges(text):
    found = text_numbers(text, "en")
    assert found.length >= 0
    assert found.readability is None or found.readability >= 0
    assert found.sentiment is None or -1 <= found.sentiment <= 1
    assert (found.sentiment is None) == (found.tone is None)


def test_the_text_is_replaced_before_anything_else_looks():
    intake = admit(table("I am unhappy.", "It is fine, thank you.", None, "N/A", "I am unhappy."), of())
    names = intake.table.column_names
    assert "feature:story" not in names
    assert {f"feature:story.{number}" for number in NUMBERS} <= set(names)
    assert intake.table["feature:story.sentiment"].to_pylist()[2:4] == [None, None]
    assert "was reduced to numbers" in intake.notes[0]


def test_the_notes_say_where_a_sentiment_is_missing():
    assert "no sentiment" in admit(table("fine", "bad"), of("")).notes[0]
    assert "1 of 2 different texts" in admit(table("Thank you", "Hallo Welt"), of()).notes[0]


def test_the_tone_can_be_a_control_and_a_chosen_feature():
    rows = table(*["I am unhappy with it.", "Thank you so much!"] * 40)
    stream = of('text_language = "en"\ncontrols = ["story.tone"]\nfeatures = ["story.words"]')
    names = admit(rows, stream).table.column_names
    assert "control:story.tone" in names
    assert "feature:story.words" in names
    assert "feature:story.length" not in names


def test_no_output_and_no_message_holds_a_word_of_the_text():
    stories = [f"{CANARY} asks number {i} about the delay, {CANARY}@example.org" for i in range(120)]
    rows = table(*stories)
    report = run(admit(rows, of()), of(), AuditRequest())
    for output in (to_json(report), to_html(report), metrics_csv(report), repr(report)):
        assert "Zebulon" not in output
        assert "Quickfeather" not in output
    for broken in (
        lambda: admit(rows.rename_columns(["score", "h", "story"]), of()),
        lambda: admit(rows.append_column("story.length", pa.array(stories)), of()),
        lambda: admit(rows.set_column(0, "score", pa.array(stories)), of()),
        lambda: admit(rows, of('controls = ["story.lenght"]')),
        lambda: admit(rows.drop_columns(["story"]), of()),
    ):
        with pytest.raises(BadInput) as caught:
            broken()
        assert "Zebulon" not in str(caught.value)


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ('text_language = "de"', "sentiment knows"),
        ('controls = ["story"]', "both a control and a text"),
        ('outcome = "story"', "both outcome and a text"),
    ],
)
def test_a_text_has_no_other_role(extra, words):
    with pytest.raises(BadInput, match=words):
        of(extra)


def test_a_missing_text_column_is_named_with_the_nearest():
    with pytest.raises(BadInput, match="did you mean 'storey'"):
        admit(table("a", "b").rename_columns(["score", "g", "storey"]), of())
