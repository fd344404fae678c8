from __future__ import annotations

import html
from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from audit.schema import parse_stream
from tests.webapp.markup import Page, faults
from tests.webapp.site import NAME, Site
from tests.webapp.test_policy_page import POLICY as WITHOUT_SCORE
from webapp.store.rows import ConnectionRow

POLICY = WITHOUT_SCORE + '\n[[rule]]\nfield = "Score__c"\noperator = "keep"\ncolumn = "score"\n'
STREAM = """[stream]
name = "lead-score"
score = "score"
threshold = 60
score_range = [0, 100]
created = "cohort_day"
maturity_days = 30
features = ["phone"]

[[stream.attribute]]
name = "age group"
column = "age"
reference = "25-34"
special_category = true

[audit]
tolerance_difference = 0.1
"""


@pytest.fixture
def connection(site: Site) -> ConnectionRow:
    row = site.connect()
    site.services.repository.save_policy(row.id, POLICY, NAME)
    return row


def shown(answer: TestResponse) -> Page:
    """A page without faults, which asked no CRM: there is a policy, and that is enough."""
    assert faults(answer.text) == []
    page = Page(answer.text)
    assert "is not set up" not in page.text
    return page


Send = Callable[[str, str], tuple[int, Page, str]]


@pytest.fixture
def send(site: Site, connection: ConnectionRow) -> Send:
    path = f"/connections/{connection.id}/stream"

    def press(action: str, text: str) -> tuple[int, Page, str]:
        answer = site.post(path, path, action=action, text=text)
        final = site.client.get(answer.headers["Location"]) if answer.status_code == 303 else answer
        return answer.status_code, shown(final), final.text

    return press


def editor(page: str) -> str:
    return html.unescape(page.split("<textarea", 1)[1].split(">\n", 1)[1].split("</textarea>", maxsplit=1)[0])


def saved(site: Site, connection: ConnectionRow) -> list[str]:
    return [version.text for version in site.services.repository.streams(connection.id)]


def test_a_role_says_what_it_means_and_what_fills_it(send: Send) -> None:
    _, page, _ = send("save", STREAM)
    assert "A lead is selected at 60 and above. It lies between 0 and 100" in page.text
    assert "In its first 30 days its outcome counts as not yet known. the day of CreatedDate" in page.text
    assert "phone Feature A field in which a proxy for a group may hide. Phone" in page.text
    assert "age group age each value is a group 25-34 yes: no flag depends on it Age__c" in page.text
    assert "up to 10 points are tolerated" in page.text
    assert "There is no outcome" in page.text


def test_a_lower_score_may_be_the_better_one(send: Send) -> None:
    text = STREAM.replace("threshold", "higher_is_better = false\nthreshold")
    _, page, _ = send("check", text)
    assert "A lower one is better. A lead is selected at 60 and below." in page.text


def test_without_a_stream_the_policys_columns_are_suggested(site: Site, connection: ConnectionRow) -> None:
    answer = site.client.get(f"/connections/{connection.id}/stream")
    page = shown(answer)
    suggested = parse_stream(editor(answer.text))
    assert (suggested.score, [one.name for one in suggested.attributes]) == ("score", ["age"])
    assert "This is a suggestion to check." in page.text
    assert "the columns of your policy" in page.text
    assert not {"phone", "firstname", "lead_key"} & set(editor(answer.text).replace('"', " ").split())
    assert "There is no threshold" in page.text
    assert "Draft, not saved" in page.text
    assert saved(site, connection) == []


def test_checking_says_that_it_fits_and_saves_nothing(
    send: Send, site: Site, connection: ConnectionRow
) -> None:
    status, page, text = send("check", STREAM)
    assert status == 200
    assert "The text is valid, and the policy in force fills every column" in page.text
    assert editor(text) == STREAM
    assert saved(site, connection) == []


@pytest.mark.parametrize(("action", "code"), [("check", 200), ("save", 422)])
@pytest.mark.parametrize(
    ("text", "words"),
    [
        (STREAM.replace("threshold", "treshold"), "did you mean 'threshold'?"),
        (STREAM.replace('"score"', '"scroe"'), "fills no column 'scroe' (did you mean 'score'?)"),
        (
            STREAM.replace('["phone"]', '["fone", "phnoe"]'),
            "none of the columns 'fone' (did you mean 'phone'?) and 'phnoe' (did you mean 'phone'?)",
        ),
        (STREAM.replace('column = "age"', 'column = "zzz"'), "fills no column 'zzz'; correct the name here"),
        (STREAM.split("[[stream", maxsplit=1)[0], "there is nothing to compare"),
        ("[stream", "not valid TOML"),
        ("", "there is no [stream] section"),
        (STREAM + "#" * 200_000, "longer than 200,000 characters"),
    ],
    ids=["key", "column", "columns", "far", "attribute", "toml", "empty", "long"],
)
def test_a_mistake_is_one_sentence_and_the_text_stays(
    send: Send, action: str, code: int, text: str, words: str
) -> None:
    status, page, answer = send(action, text)
    assert status == code
    assert words in page.text
    assert [area.get("aria-invalid") for area in page.having("textarea")] == ["true"]
    assert "The text is valid" not in page.text
    assert editor(answer) == text
    assert "Nothing is saved yet." in page.text


def test_a_dropped_column_is_not_filled(send: Send) -> None:
    _, page, _ = send("check", STREAM.replace('["phone"]', '["firstname"]'))
    assert "fills no column 'firstname'" in page.text


def test_the_pseudonym_and_the_day_are_always_there(send: Send) -> None:
    _, page, _ = send("check", STREAM.replace("score_range", 'key = "whatever"\nscore_range'))
    assert "The text is valid" in page.text


def test_saving_makes_a_new_version_that_says_who(send: Send, site: Site, connection: ConnectionRow) -> None:
    send("save", STREAM)
    changed = STREAM.replace("60", "50")
    status, page, _ = send("save", changed.replace("\n", "\r\n"))
    assert status == 303
    assert "Saved as version 2." in page.text
    assert f"2 {NAME}" in page.text
    assert saved(site, connection) == [changed, STREAM]


def test_saving_the_same_text_again_changes_nothing(
    send: Send, site: Site, connection: ConnectionRow
) -> None:
    send("save", STREAM)
    _, page, _ = send("save", STREAM)
    assert "Nothing has changed: this text is version 1 already." in page.text
    assert saved(site, connection) == [STREAM]


def test_what_is_saved_no_longer_fits_when_the_policy_changes(
    send: Send, site: Site, connection: ConnectionRow
) -> None:
    send("save", STREAM)
    site.services.repository.save_policy(connection.id, WITHOUT_SCORE, NAME)
    page = shown(site.client.get(f"/connections/{connection.id}/stream"))
    assert "the policy in force fills no column 'score'" in page.text
    assert "Not filled" in page.text


def test_a_policy_that_cannot_be_read_is_told(site: Site, send: Send, connection: ConnectionRow) -> None:
    site.services.repository.save_policy(connection.id, "[policy", NAME)
    for words in (
        send("check", STREAM)[1].text,
        shown(site.client.get(f"/connections/{connection.id}/stream")).text,
    ):
        assert "The columns cannot be checked. The policy: is not valid TOML" in words
        assert "The text is valid" not in words


def test_without_the_forms_token_nothing_is_saved(site: Site, connection: ConnectionRow) -> None:
    answer = site.client.post(f"/connections/{connection.id}/stream", data={"action": "save", "text": STREAM})
    assert answer.status_code == 400
    assert saved(site, connection) == []


def test_an_auditor_reads_and_changes_nothing(site: Site, connection: ConnectionRow) -> None:
    with site.services.database.writing() as session:
        session.connection().exec_driver_sql("UPDATE user_account SET role = 'auditor'")
    for path in (f"/connections/{connection.id}/{room}" for room in ("policy", "stream")):
        answer = site.client.get(path)
        page = shown(answer)
        assert ["readonly" in area for area in page.having("textarea")] == [True]
        assert "Only an administrator can try and save a change." in page.text
        assert not [button for button in page.having("button") if button.get("name") == "action"]
        assert site.post(path, path, action="save", text=STREAM).status_code == 403
    assert saved(site, connection) == []


def test_names_from_the_text_are_text_and_never_markup(send: Send) -> None:
    _, page, _ = send(
        "check", STREAM.replace('"age group"', '"<b>x</b>"').replace('"lead-score"', '"</textarea>"')
    )
    assert "<b>x</b>" in page.text
    assert page.having("b") == []


def test_every_page_leads_there(site: Site, connection: ConnectionRow) -> None:
    for path in ("/", "/connections", f"/connections/{connection.id}/policy"):
        links = [link["href"] for link in Page(site.client.get(path).text).having("a")]
        assert links.count(f"/connections/{connection.id}/stream") >= 2
    here = shown(site.client.get(f"/connections/{connection.id}/stream")).having("a")
    assert [link["href"] for link in here if link.get("aria-current") == "page"] == [
        f"/connections/{connection.id}/stream"
    ]


def test_an_unknown_connection_is_not_found(site: Site) -> None:
    assert site.client.get("/connections/nobody/stream").status_code == 404
    assert site.post("/connections", "/connections/nobody/stream", text=STREAM).status_code == 404


def test_without_a_policy_the_crm_is_asked_and_the_page_says_that_it_could_not(site: Site) -> None:
    row = site.connect("salesforce", "77")
    assert "is not set up" in Page(site.client.get(f"/connections/{row.id}/stream").text).text
