"""The page of reps' answers: counted, compared by group, looked at one by one; and what the API tells."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape

import numpy as np
import pyarrow as pa
import pytest

from audit.report.json_form import to_json
from audit.rows.answers import answered, answered_record
from audit.schema import Attribute, Stream
from connectors.feedback import PERSON, Feedback
from connectors.pseudonym import Keyring
from tests.webapp.api_caller import caller, two_sided
from tests.webapp.markup import Page, faults
from tests.webapp.sample_report import sample_report
from tests.webapp.site import NAME, PASSWORD, Site
from webapp import passwords
from webapp.answers_told import as_answers
from webapp.store.accounts import NewUser
from webapp.store.answer_counts import PersonSaid
from webapp.store.rows import ConnectionRow
from webapp.store.triage import PAGE, Looking
from webapp.store.triage_tables import AnswerEvidence
from webapp.viewmodels.answers_compared import compared
from webapp.viewmodels.answers_said import since_words

KEYRING = Keyring(crm="salesforce", organisation="00D000000000001EAA", master=bytes(range(32)))
START = datetime(2026, 9, 20, 9, tzinfo=UTC)
LEADS = 900
SPECIAL = Stream(
    name="s",
    score="score",
    threshold=60.0,
    outcome="won",
    attributes=(
        Attribute(name="region", column="region", reference="north"),
        Attribute(name="belief", column="belief", special_category=True),
    ),
)


def feedback(number: int, **values: object) -> Feedback:
    """An answer about one of many leads by one of twenty people: a third disagrees."""
    verdict = ("agree", "disagree", "review")[number % 3]
    plain = Feedback(
        key=KEYRING.lasting("feedback", str(number)),
        lead=KEYRING.lead_key(f"lead {number}"),
        who=KEYRING.pseudonym(PERSON, f"rep {number % 20}"),
        verdict=verdict,
        reason="score_too_low" if verdict == "disagree" else None,
        seen=("ok", "review")[number % 2],
        audit_id="audit1",
        given_at=START + timedelta(hours=number),
    )
    return replace(plain, **values)  # type: ignore[arg-type]


def leads() -> pa.Table:
    """The leads of those answers, of two regions and two beliefs; in the south people disagree more."""
    place = np.arange(LEADS)
    return pa.table(
        {
            "key": [KEYRING.lead_key(f"lead {number}").hex for number in place],
            "score": (place % 100).astype(float),
            "outcome": place % 5 == 0,
            "attribute:region": pa.array(np.where(place % 3 == 1, "south", "north")).dictionary_encode(),
            "attribute:belief": pa.array(np.where(place % 2, "Orbist", "Quellist")).dictionary_encode(),
        }
    )


def place(row: ConnectionRow, query: str = "") -> str:
    return f"/connections/{row.id}/answers{query}"


@pytest.fixture
def full(site: Site) -> tuple[Site, ConnectionRow]:
    """A connection with an audit and six hundred answers, compared by group."""
    row = site.connect()
    site.audited(row, to_json(sample_report("region", ("north", "south"))))
    given = [feedback(number) for number in range(600)]
    site.services.answers.keep(row.id, given)
    told = answered(leads(), SPECIAL, as_answers(given))
    with site.services.database.writing() as session:
        session.add(AnswerEvidence(audit_id="audit1", told=answered_record(told)))
    return site, row


def test_without_answers_the_page_says_what_they_are(site: Site):
    for crm, organisation in (("salesforce", "00D000000000001EAA"), ("hubspot", "77")):
        row = site.connect(crm, organisation)
        page = site.client.get(place(row))
        assert page.status_code == 200
        assert faults(page.text) == []
        assert "Nobody has answered yet" in Page(page.text).text
    assert site.client.get("/connections/none/answers").status_code == 404


def test_counts_reasons_and_groups_are_told(full):
    site, row = full
    answer = site.client.get(place(row))
    text = Page(answer.text).text
    assert faults(answer.text) == []
    assert "600 answers about 600 leads, by 20 people, from 20 Sep 2026 to 15 Oct 2026." in text
    assert "400 wait" in text
    assert "People disagree with the check of leads with region 'south'" in text
    assert "Outside tolerance" in text
    assert "Leads whose score people called too high: not enough data" in text
    assert "The score is too low 200" in text
    assert "Share that disagrees, by month" in text
    assert answer.text.count("/audits/audit1") > PAGE
    for key in (feedback(599).key, feedback(599).lead.hex):
        assert f"{feedback(599).lead.hex[:8]}…" in text
        assert key not in text
    assert feedback(599).lead.hex not in answer.text
    assert feedback(599).who not in answer.text


def test_in_german_the_page_is_german_and_the_audit_keeps_its_words(full):
    site, row = full
    german = {"Accept-Language": "de"}
    answer = site.client.get(place(row), headers=german)
    text = Page(answer.text).text
    assert faults(answer.text) == []
    assert "600 Antworten von 20 Personen zu 600 Leads, vom 20.09.2026 bis zum 15.10.2026." in text
    assert "400 warten" in text
    assert "Stimmt nicht zu: der Score ist zu niedrig" in text
    assert "Außerhalb der Toleranz" in text
    assert "Okt. 2026" in text
    assert '<span lang="en">People disagree with the check of leads with region' in answer.text
    assert "What became of it" not in text
    acted = site.client.get(place(row, "?state=acted"), headers=german)
    assert "Keine Antwort passt zu diesem Filter." in Page(acted.text).text
    with site.app.test_request_context(headers=german):
        one = PersonSaid(part="", leads=1, disagree=0)
        assert since_words([one], 1, 0.95, 30).startswith("Seit diesem Audit hat der Vertrieb einmal")


def test_what_is_recorded_and_refused_is_told_in_german(full):
    site, row = full
    site.post("/account", "/account/language", language="de")
    refused = site.post(place(row), place(row), key=feedback(599).key, became="x")
    assert refused.status_code == 422
    told = "Wählen Sie aus der Liste, was aus der Antwort wurde. Es wurde nichts festgehalten."
    assert told in Page(refused.text).text
    assert site.post(place(row), place(row), **form(site, row, 599), became="looked").status_code == 303
    assert "Festgehalten: angesehen." in Page(site.client.get(place(row)).text).text
    assert "answer looked at" in site.client.get("/trail.csv").text


def form(site, row, number: int) -> dict[str, str]:
    """What the form of an answer on the first page sends unseen."""
    found = re.findall(
        r'name="key" value="(\w+)"><input type="hidden" name="shown" value="([^"]*)"',
        site.client.get(place(row, "?state=")).text,
    )
    key = feedback(number).key
    return {"key": key, "shown": unescape(dict(found)[key])}


def test_every_waiting_answer_is_on_one_page_and_the_filter_leaves_others_out(full):
    site, row = full
    keys = []
    for number in range(1, 9):
        keys += re.findall(r'name="key" value="(\w+)"', site.client.get(place(row, f"?page={number}")).text)
    assert len(keys) == len(set(keys)) == 400
    found = Page(site.client.get(place(row, "?state=open&said=review&reason=&seen=ok")).text).text
    assert "Answers 1 to 50 of 100" in found
    assert "No answer fits this filter." in Page(site.client.get(place(row, "?state=acted")).text).text
    assert "Answers 1 to 50 of 400" in Page(site.client.get(place(row, "?state=")).text).text
    assert "Only answers to audit audit1" in Page(site.client.get(place(row, "?audit=audit1")).text).text


@pytest.mark.parametrize(
    "query",
    [
        "?page=0",
        "?page=x",
        "?page=²",
        "?page=99999999",
        "?page=9999999",
        "?state=%00",
        "?seen=x&said=y&reason=z",
    ],
)
def test_an_odd_address_is_no_fault(full, query):
    site, row = full
    assert site.client.get(place(row, query)).status_code == 200


def test_what_became_of_an_answer_is_recorded_and_the_filter_stays(full):
    site, row = full
    key = feedback(599).key
    shown = place(row, "?state=open&said=review")
    sent = {**form(site, row, 599), "became": "declined/score_holds", "state": "open", "said": "review"}
    answer = site.post(shown, place(row), **sent)
    assert answer.status_code == 303
    assert answer.headers["Location"] == place(
        row, "?state=open&said=review&reason=&seen=&audit=&page=#queue"
    )
    text = Page(site.client.get(answer.headers["Location"].partition("#")[0]).text).text
    assert "Recorded: declined." in text
    assert "399 wait" in text
    declined = Page(site.client.get(place(row, "?state=declined")).text).text
    assert "Declined: the score was checked and holds" in declined
    assert NAME in declined
    (entry,) = site.services.triage.page(row.id, Looking(state="declined"), 1)[0]
    assert (entry.answer.key, entry.who) == (key, NAME)
    assert "answer declined" in site.client.get("/trail.csv").text


def test_an_answer_that_changed_since_the_page_was_opened_is_looked_at_again(full):
    site, row = full
    sent = form(site, row, 599)
    assert "/".join(("review", "", feedback(599).given_at.isoformat(), "open", "")) == sent["shown"]
    assert site.post(place(row), place(row), **sent, became="acted").status_code == 303
    for changed in (sent, {"key": sent["key"]}):
        answer = site.post(place(row), place(row), **changed, became="looked")
        assert answer.status_code == 422
        assert "changed since the page was opened" in Page(answer.text).text
    assert site.services.triage.page(row.id, Looking(state="acted"), 1)[1] == 1


@pytest.mark.parametrize("became", ["", "x", "declined", "declined/x", "looked/score_holds"])
def test_a_form_that_cannot_be_used_records_nothing(full, became):
    site, row = full
    for key in (feedback(599).key, feedback(0).key, "x" * 40):
        answer = site.post(place(row), place(row), key=key, became=became, state="open")
        assert answer.status_code == 422
        assert "Nothing was recorded." in answer.text
        assert faults(answer.text) == []
    assert site.services.triage.waiting(row.id) == 400


def test_an_auditor_says_what_became_of_an_answer_and_a_viewer_sees_nothing(full):
    site, row = full
    for role, status in (("auditor", 303), ("viewer", 403)):
        site.services.accounts.add_user(
            NewUser(name=role, role=role, password_hash=passwords.hashed(PASSWORD)), "test"
        )
        other = replace(site, client=site.app.test_client())
        other.post("/login", "/login", name=role, password=PASSWORD)
        page = "/" if role == "viewer" else place(row)
        answer = other.post(page, place(row), **form(site, row, 599), became="looked", state="open")
        assert answer.status_code == status
        assert other.client.get(place(row)).status_code == (403 if role == "viewer" else 200)
        shown = Page(other.client.get("/audits/audit1").text).text
        assert ("Reps answered" in shown or "Nobody has answered" in shown) == (role == "auditor")
    assert site.services.triage.waiting(row.id) == 399


def test_special_categories_are_left_out_where_they_must(full):
    site, _ = full
    told = site.services.triage.told("audit1")
    whole, plain = compared(told), compared(told, {"belief"})
    assert [one.attribute for one in whole.sides] == ["region", "belief"]
    assert whole.sides[1].special_category
    assert [one.attribute for one in plain.sides] == ["region"]
    assert (whole.withheld, plain.withheld) == (False, True)
    assert not [word for word in ("belief", "Orbist", "Quellist") if word in str(plain)]


def test_the_dashboard_and_the_audit_tell_of_answers(full):
    site, row = full
    board = site.client.get("/")
    assert "400 answers of reps wait to be looked at." in Page(board.text).text
    assert place(row) in board.text
    shown = Page(site.client.get("/audits/audit1").text).text
    assert "Nobody has answered the check since this audit." in shown
    now = site.services.clock()
    later = [feedback(number, given_at=now + timedelta(minutes=number)) for number in range(1_000, 1_060)]
    site.services.answers.keep(row.id, later)
    shown = Page(site.client.get("/audits/audit1").text).text
    assert "Reps answered 60 times since this audit; they disagree about 33.3" in shown
    assert "of the 60 leads that they answered about." in shown


def test_an_audit_of_which_nobody_answered_says_nothing(site: Site):
    row = site.connect()
    site.audited(row, to_json(sample_report("region", ("north", "south"))))
    assert "answered" not in Page(site.client.get("/audits/audit1").text).text.partition("Findings")[0]


def test_few_answers_since_an_audit_are_told_without_a_share():
    assert since_words((), 0, 0.95, 30) == "Nobody has answered the check since this audit."
    one = PersonSaid(part="", leads=1, disagree=0)
    assert since_words([one], 1, 0.95, 30).startswith("Reps answered once since this audit: too few")


def test_long_lists_stay_short(site: Site):
    """Ten thousand answers over four years, to a hundred audits."""
    row = site.connect()
    given = [
        feedback(number, audit_id=f"audit{number % 100}", given_at=START - timedelta(hours=3 * number))
        for number in range(10_000)
    ]
    site.services.answers.keep(row.id, given)
    months = len({(one.given_at.year, one.given_at.month) for one in given})
    answer = site.client.get(place(row, "?page=100"))
    assert faults(answer.text) == []
    text = Page(answer.text).text
    assert "10,000 answers about 10,000 leads" in text
    assert f"{months - 24} older months are left out" in text
    assert "80 audits are left out" in text
    # Audits that are not stored here are no links.
    assert "/audits/audit5" not in answer.text
    assert len(answer.text) < 400_000


def test_a_month_of_one_person_is_told_of_nowhere(full):
    """In July one person answered; all less the other months would give it, so that the smallest goes too."""
    site, row = full
    july = datetime(2026, 7, 1, tzinfo=UTC)
    alone = [
        feedback(number, given_at=july, who="f" * 32, seen=None, audit_id="july", reason=None)
        for number in range(900, 910)
    ]
    site.services.answers.keep(row.id, alone)
    page = site.client.get(place(row)).text
    months = re.search(r"<caption><span>Every answer counts.*?</table>", page, re.DOTALL).group()
    rows = re.findall(r'<th scope="row">(\w+ \d+)</th>(.*?)</tr>', months, re.DOTALL)
    assert [head for head, _ in rows] == ["Oct 2026", "Sep 2026", "Jul 2026"]
    assert ["Too few people" in cells for _, cells in rows] == [False, True, True]
    assert (
        page.count('<td class="words" colspan="4">Too few people') == 3 * 2
    )  # months, what was seen, audits
    assert page.count("<dd>Too few people") == 2  # reasons
    asking = caller(site.app.test_client(), site.services, "read:answers")
    told = asking.get(f"/connections/{row.id}/answers/counts").json
    assert [one["agree"] is None for one in told["months"]] == [False, True, True]
    assert {one["key"] for one in told["audits"] if one["disagree"] is None} == {"audit1", "july"}
    assert {one["key"] for one in told["seen"] if one["review"] is None} == {"", "review"}


def test_what_two_people_said_is_counted_and_not_told(site: Site):
    row = site.connect()
    site.services.answers.keep(row.id, [feedback(number, who=str(number % 2) * 32) for number in range(60)])
    page = site.client.get(place(row))
    assert faults(page.text) == []
    text = Page(page.text).text
    assert "60 answers about 60 leads, by 2 people" in text
    assert "20 agree" not in text
    assert "<dd>Too few people" in page.text


@pytest.fixture
def program(site: Site):
    """A program, and a connection whose audit speaks of a special category."""
    row = site.connect()
    site.audited(row, to_json(two_sided()))
    given = [feedback(number) for number in range(600)]
    site.services.answers.keep(row.id, given)
    told = answered(leads(), SPECIAL, as_answers(given))
    with site.services.database.writing() as session:
        session.add(AnswerEvidence(audit_id="audit1", told=answered_record(told)))
    return site, row


def test_a_program_reads_the_answers_page_by_page(program):
    site, row = program
    asking = caller(site.app.test_client(), site.services, "read:answers")
    items = asking.every(f"/connections/{row.id}/answers", 70)
    assert len(items) == 600
    assert [one["given_at"] for one in items] == sorted((one["given_at"] for one in items), reverse=True)
    first = feedback(599)
    assert items[0] == {
        "answer": first.key[:8],
        "lead": first.lead.hex[:8],
        "given_at": "2026-10-15T08:00:00Z",
        "verdict": "review",
        "reason": None,
        "seen": "review",
        "audit": "audit1",
        "overtaken": False,
        "state": "open",
        "why": None,
        "by": "",
        "at": None,
    }
    few = asking.every(f"/connections/{row.id}/answers?verdict=disagree&seen=ok&state=open&audit=audit1", 200)
    assert len(few) == 100
    assert {one["reason"] for one in few} == {"score_too_low"}
    assert asking.get(f"/connections/{row.id}/answers?state=gone").status_code == 422
    counts = asking.get(f"/connections/{row.id}/answers/counts").json
    assert (counts["answers"], counts["waiting"], counts["people"]) == (600, 400, 20)
    assert [one["key"] for one in counts["months"]] == ["2026-10", "2026-09"]
    assert sum(one[word] for one in counts["months"] for word in ("agree", "disagree", "review")) == 600


def test_a_program_without_special_categories_gets_none(program):
    site, _ = program
    plain = caller(site.app.test_client(), site.services, "read:answers")
    whole = caller(site.app.test_client(), site.services, "read:answers", "read:special")
    less, more = (one.get("/audits/audit1/answers").json for one in (plain, whole))
    assert not [word for word in ("belief", "Orbist", "Quellist") if word in str(less)]
    assert "Orbist" in str(more)
    assert less["withheld"] == 9
    assert more["withheld"] == 0
    assert less["given"] == less["leads"] == 600
    (south,) = [one for one in less["differences"] if one["share"] == "disagreed"]
    assert south["text"].startswith("People disagree with the check of leads with region 'south'")
    assert plain.get("/audits/none/answers").status_code == 404
