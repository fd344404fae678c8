"""The paper of what people said: nothing of it is typed text, and nothing is told that the audit hides."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa

from audit.report.heard import NOBODY, NoteCount, heard
from audit.report.paper import to_html, to_markdown
from audit.rows.answers import Answer, answered
from audit.schema import Attribute, Stream
from tests.webapp.sample_report import sample_report

LEADS = 900
START = datetime(2026, 9, 20, 9, tzinfo=UTC)
STREAM = Stream(
    name="s",
    score="score",
    threshold=60.0,
    outcome="won",
    attributes=(Attribute(name="region", column="region", reference="north"),),
)
REPORT = sample_report("region", ("north", "south"))


def given() -> tuple[Answer, ...]:
    """Of 600 leads, by twenty people: in the south people disagree, in the north they agree."""
    return tuple(
        Answer(
            lead=str(number),
            who=f"rep {number % 20}",
            verdict="disagree" if number % 3 == 1 else "agree",
            reason="score_too_low" if number % 3 == 1 else "",
            at=START + timedelta(hours=number),
        )
        for number in range(600)
    )


def table(names: tuple[str, str] = ("north", "south")) -> pa.Table:
    place = np.arange(LEADS)
    return pa.table(
        {
            "key": [str(number) for number in place],
            "score": (place % 100).astype(float),
            "outcome": place % 5 == 0,
            "attribute:region": pa.array(np.where(place % 3 == 1, names[1], names[0])).dictionary_encode(),
        }
    )


def test_the_paper_tells_groups_overrides_and_notes():
    found = answered(table(), STREAM, given())
    notes = (NoteCount(topic="Complaints", written=1_203, open=2),)
    text = to_markdown(heard(REPORT, found, notes))
    assert "600 leads of this audit were answered about, by 20 people" in text
    assert "people disagree with the check of leads with region 'south'".lower() in text.lower()
    assert "| region: south | 66.7 % (" in text
    assert "100.0 % (" in text
    assert "| Complaints | 1,203 | 2 |" in text
    assert "Leads whose score people called too high: not enough data" in text
    assert "does not prove it" in text


def test_without_answers_and_notes_it_says_so():
    made = heard(REPORT, None, ())
    text = to_markdown(made)
    assert NOBODY.split(".")[0] in text
    assert "Nobody has written a note." in text
    assert made == heard(REPORT, None, ())


def test_one_group_alone_is_not_compared_and_odd_names_stay_text():
    odd = "<b>|*north*</b>"
    alone = replace(STREAM, attributes=(Attribute(name="region", column="region"),))
    made = heard(REPORT, answered(table((odd, odd)), alone, given()), ())
    assert "There is no second group to compare." in to_markdown(made)
    page = to_html(made)
    assert "<b>|" not in page
    assert "&lt;b&gt;|*north*&lt;/b&gt;" in page
