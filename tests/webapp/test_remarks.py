"""Notes of other teams: written, read by those who may, and what became of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.report.json_form import to_json
from audit.schema import BadInput
from tests.webapp.api_caller import caller, two_sided
from tests.webapp.markup import Page, faults
from tests.webapp.site import NAME, PASSWORD, Site
from webapp import passwords
from webapp.store.accounts import NewUser
from webapp.store.remarks import PAGE, Became, NewRemark, Remarks, Wanted, wrong_with
from webapp.store.rows import ConnectionRow
from webapp.viewmodels.remarks import months_of

SEEN = "Leads from the spring fair get low scores."
EVERYTHING = Wanted(special=True, reader="")


def place(row: ConnectionRow, query: str = "") -> str:
    return f"/connections/{row.id}/notes{query}"


@pytest.fixture
def audited(site: Site) -> tuple[Site, ConnectionRow, list]:
    """A connection with an audit, one of whose findings is about a special category."""
    row, report = site.connect(), two_sided()
    site.audited(row, to_json(report))
    return site, row, list(report.findings)


def write(site: Site, row: ConnectionRow, **form: str):
    known = {"team": "marketing", "topic": "score_wrong", "text": SEEN}
    return site.post(place(row), place(row), **(known | form))


def as_viewer(site: Site) -> Site:
    new = NewUser(name="Vic Viewer", role="viewer", password_hash=passwords.hashed(PASSWORD))
    site.services.accounts.add_user(new, NAME)
    site.client.delete_cookie("fairlead")
    site.post("/login", "/login", name="Vic Viewer", password=PASSWORD)
    return site


def test_without_notes_the_page_says_what_they_are(site: Site):
    row = site.connect()
    page = site.client.get(place(row))
    assert page.status_code == 200
    assert faults(page.text) == []
    text = Page(page.text).text
    assert "Nobody has written a note yet" in text
    assert "Finding of the newest audit" not in text
    assert site.client.get("/connections/none/notes").status_code == 404


def test_a_note_is_kept_shown_counted_and_linked_to_its_finding(audited):
    site, row, findings = audited
    told = write(site, row, about=findings[0].id)
    assert told.status_code == 303
    page = Page(site.client.get(place(row)).text).text
    assert SEEN in page
    assert f"Written by {NAME}" in page
    assert findings[0].text.split(".")[0][:20] in page
    finding = site.client.get(f"/audits/audit1/findings/{findings[0].id}").text
    assert faults(finding) == []
    assert "1 note is written about this finding." in Page(finding).text
    assert "1 note of your teams" in Page(site.client.get("/audits/audit1").text).text
    assert "note waits for somebody" in Page(site.client.get("/").text).text.replace("\u00a0", " ")
    lines = site.services.remarks.months(row.id, EVERYTHING)
    assert [(one.topic, one.count) for one in lines] == [("score_wrong", 1)]
    assert months_of(lines)[0].whole == 1


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"team": "nobody"}, "Choose your team"),
        ({"topic": ""}, "Choose your team"),
        ({"text": "low"}, "Say in a sentence what you saw."),
        ({"text": "word " * 200}, "shorten it to 600 characters"),
        ({"text": "Please call jo@example.com about it"}, "an e-mail address"),
        ({"text": "Look at https://example.com/lead please"}, "a web address"),
        ({"text": "The lead 00QAb00000c1D2eAAX is scored low"}, "the id of a record"),
        ({"text": "Contact 40100200300 has a low score"}, "a long number"),
        ({"text": "Call her at +49 (171) 555-01 23 today"}, "a phone number"),
        ({"about": "none"}, "That finding is not in the newest audit."),
    ],
)
def test_what_is_no_note_is_named_and_what_was_typed_stays(audited, form, words):
    site, row, _ = audited
    answer = write(site, row, **form)
    assert answer.status_code == 422
    assert faults(answer.text) == []
    text = Page(answer.text).text
    assert words.replace("a long number", "another long number") in text
    assert "Nothing was recorded." in text
    assert form.get("text", SEEN).strip() in answer.text
    assert site.services.remarks.count(row.id, EVERYTHING) == 0


@given(st.text(st.characters(categories=["L", "N", "Zs", "P"]), max_size=80))
def test_no_text_breaks_the_check(text):
    assert isinstance(wrong_with(text), str)


def test_an_ordinary_sentence_with_numbers_is_taken():
    for text in (
        "In 2026 the 3,500 leads of Q3 scored 12 points lower than in 2025",
        "Between 10:30 and 18:00 on 24.12.2025 the form asked twice",
        "Characteristically, internationalisation campaigns score low",
    ):
        assert wrong_with(text) == ""


def test_what_became_of_it_is_recorded_once_and_only_as_it_was_shown(audited):
    site, row, _ = audited
    write(site, row)
    (note,), _ = site.services.remarks.page(row.id, EVERYTHING, 1)
    became = {"note": note.id, "shown": "open/", "became": "declined/score_holds"}
    assert site.post(place(row), place(row) + "/became", **became).status_code == 303
    (note,), _ = site.services.remarks.page(row.id, EVERYTHING, 1)
    assert (note.state, note.reason, note.by) == ("declined", "score_holds", NAME)
    late = site.post(place(row), place(row) + "/became", **became)
    assert late.status_code == 422
    assert "changed since the page was opened" in Page(late.text).text
    text = Page(site.client.get(place(row)).text).text
    assert "Declined: the score was checked and holds" in text
    assert site.services.remarks.count(row.id, Wanted(special=True, reader="", state="open")) == 0
    wrong = site.post(place(row), place(row) + "/became", note=note.id, became="gone")
    assert wrong.status_code == 422
    with pytest.raises(BadInput, match="not here any more"):
        site.services.remarks.mark("another", note.id, Became(state="looked"), NAME)


def test_a_viewer_writes_and_sees_but_says_not_what_became(audited):
    site, row, findings = audited
    special = next(one for one in findings if one.attribute == ("belief",))
    write(site, row, about=special.id, text="About belief, three words")
    write(site, row, special="1", text="Another one about health")
    write(site, row)
    as_viewer(site)
    page = site.client.get(place(row)).text
    text = Page(page).text
    assert faults(page) == []
    assert SEEN in text
    assert "About belief" not in page
    assert "about health" not in page
    assert special.id not in page
    assert "What became of the note of" not in text
    assert "Delete the text" not in text
    assert write(site, row, special="1", text="My own about health").status_code == 303
    assert "My own about health" in Page(site.client.get(place(row)).text).text
    (note,), _ = site.services.remarks.page(row.id, Wanted(special=False, reader="", topic="score_wrong"), 1)
    refused = site.post(place(row), place(row) + "/became", note=note.id, became="looked")
    assert refused.status_code == 403
    site.post(place(row), place(row) + "/delete", note=note.id)
    assert SEEN in Page(site.client.get(place(row)).text).text
    assert write(site, row, about=special.id).status_code == 422


def test_a_text_can_be_deleted_and_the_note_stays(audited):
    site, row, _ = audited
    write(site, row)
    (note,), _ = site.services.remarks.page(row.id, EVERYTHING, 1)
    site.post(place(row), place(row) + "/delete", note=note.id)
    page = site.client.get(place(row)).text
    assert SEEN not in page
    assert "The text was deleted." in Page(page).text
    trail = site.client.get("/trail").text
    assert "note's text deleted" in Page(trail).text
    assert SEEN not in trail


def test_many_notes_stand_on_pages_and_an_ended_connection_takes_none(audited):
    site, row, _ = audited
    new = NewRemark(team="support", topic="complaint", text=SEEN)
    for _ in range(PAGE + 3):
        site.services.remarks.add(row.id, new, NAME)
    assert site.client.get(place(row)).text.count("<h3>") == PAGE
    assert site.client.get(place(row, "?page=2&team=support")).text.count("<h3>") == 3
    assert "No note fits this filter." in Page(site.client.get(place(row, "?team=sales")).text).text
    for page in ("0", "-1", "x", "9" * 30, "\u0663"):
        assert site.client.get(place(row, f"?page={page}")).status_code == 200
    site.services.repository.set_state(row.id, "disconnected")
    assert "Write the note" not in Page(site.client.get(place(row)).text).text
    assert site.client.get(place(row)).status_code == 200


def test_months_are_counted_by_topic(site: Site):
    row, days = (
        site.connect(),
        iter((datetime(2026, 9, 30, 23, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC)) * 2),
    )
    kept = Remarks(database=site.services.database, clock=lambda: next(days))
    for topic in ("form", "form", "other", "form"):
        kept.add(row.id, NewRemark(team="sales", topic=topic, text=SEEN), NAME)
    found = [(one.month, one.topic, one.count) for one in kept.months(row.id, EVERYTHING)]
    assert found == [("2026-10", "form", 2), ("2026-09", "form", 1), ("2026-09", "other", 1)]
    assert [line.words for line in months_of(kept.months(row.id, EVERYTHING))] == [
        "October 2026",
        "September 2026",
    ]


def test_a_program_reads_them_page_by_page(audited):
    site, row, _ = audited
    for number in range(5):
        new = NewRemark(team="sales", topic="other", text=f"{SEEN} {number}", special=number == 4)
        site.services.remarks.add(row.id, new, NAME)
    whole = caller(site.client, site.services).every(f"/connections/{row.id}/notes", 2)
    assert len(whole) == 5
    part = caller(site.client, site.services, "read:answers").every(
        f"/connections/{row.id}/notes?team=sales", 2
    )
    assert sorted(str(one["text"])[-1] for one in part) == ["0", "1", "2", "3"]
