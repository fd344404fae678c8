from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import Any

import pytest

from connectors.policy.parse import parse_policy
from connectors.sandbox.certificate import Certificate
from connectors.sandbox.fields import FieldSpec, OrgContents
from connectors.sandbox.salesforce.faults import Fault
from tests.webapp.markup import Page, faults
from tests.webapp.site import NAME, Site
from webapp.store.rows import ConnectionRow
from webapp.views.errors import wait_words

POLICY = """[policy]
name = "leads"
crm = "salesforce"
object = "Lead"
created = "CreatedDate"
exclude_when = ["HasOptedOutOfEmail"]

[[rule]]
field = "Age__c"
operator = "band"
column = "age"
bands = [25, 35, 50]

[[rule]]
field = "Phone"
operator = "key"
domain = "phone"

[[rule]]
field = "FirstName"
operator = "drop"
"""
AGES = ("41", "30", "not a number", "60", "22")
NOT_SET_UP = "is not set up"  # what a page says that asks a CRM of the bare site


def five_leads(support: ModuleType, crm: str) -> OrgContents:
    """Five leads with unmistakable names and phones, the second opted out; the other CRM is of no matter."""
    if crm != "salesforce":
        return support.contents(crm, 1)
    records = tuple(
        {
            "CreatedDate": "2026-01-02T10:00:00.000+0000",
            "HasOptedOutOfEmail": place == 1,
            "Age__c": age,
            "Phone": None if place == 2 else f"+1 555 010{place} canary",
            "FirstName": "Canary",
            "Reach__c": f"canary@example{place}.org",
        }
        for place, age in enumerate(AGES)
    )
    fields = (
        FieldSpec(name="Age__c", label="Age", type="text"),
        FieldSpec(name="Reach__c", label="How to reach", type="text"),
        FieldSpec(name="Past__c", label="The past", type="long_text"),
    )
    return OrgContents(fields=fields, records=records, policy=POLICY, stream="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Org:
    """The stand-in org with five leads, connected, and the policy page of it."""

    world: Any
    browser: Any
    row: ConnectionRow

    @property
    def path(self) -> str:
        return f"/connections/{self.row.id}/policy"

    @property
    def calls(self) -> int:
        """How many data calls the org has counted."""
        return self.world.salesforce.state.calls

    def preview(self, text: str) -> tuple[int, Page, str]:
        return self.send("preview", text)

    def send(self, action: str, text: str) -> tuple[int, Page, str]:
        answer = self.browser.submit(self.path, {"action": action, "text": text})
        assert faults(answer.text) == []
        return answer.status_code, Page(answer.text), answer.text


@pytest.fixture(scope="module")
def running_org(
    support: ModuleType, certificate: Certificate, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Org]:
    folder = tmp_path_factory.mktemp("org")
    with support.running(certificate, folder, held=partial(five_leads, support)) as world:
        browser = world.signed_in()
        row = world.connect("salesforce", browser)
        world.services.repository.save_policy(row.id, POLICY, "Ada")
        yield Org(world=world, browser=browser, row=row)


@pytest.fixture
def org(running_org: Org) -> Iterator[Org]:
    yield running_org
    salesforce = running_org.world.salesforce
    salesforce.recover()
    salesforce.org.admin.hidden_fields.clear()
    salesforce.org.rep.hidden_fields.clear()


@pytest.fixture
def connection(site: Site) -> ConnectionRow:
    row = site.connect()
    site.services.repository.save_policy(row.id, POLICY, NAME)
    return row


@pytest.fixture
def send(site: Site, connection: ConnectionRow) -> Callable[[str, str], tuple[int, Page, str]]:
    """Press a button under a text: the status, the page and its HTML."""
    path = f"/connections/{connection.id}/policy"

    def press(action: str, text: str, **more: str) -> tuple[int, Page, str]:
        answer = site.post(path, path, action=action, text=text, **more)
        final = site.client.get(answer.headers["Location"]) if answer.status_code == 303 else answer
        assert faults(final.text) == []
        return answer.status_code, Page(final.text), final.text

    return press


def editor(html: str) -> str:
    return html.split('<textarea id="text"', 1)[1].split(">\n", 1)[1].split("</textarea>", maxsplit=1)[0]


def test_each_field_says_what_it_becomes(site: Site, connection: ConnectionRow) -> None:
    answer = site.client.get(f"/connections/{connection.id}/policy")
    page = Page(answer.text)
    assert faults(answer.text) == []
    for rule in parse_policy(POLICY).rules[:2]:
        assert rule.operator.describe() in page.text
    assert "Named and dropped: FirstName ." in page.text
    assert "CreatedDate Only the day is kept." in page.text
    assert "HasOptedOutOfEmail Unless it is empty or says no, the whole lead is left out" in page.text


def test_opening_the_page_asks_the_crm_for_nothing(org: Org) -> None:
    before = org.calls
    assert org.browser.get(org.path).status_code == 200
    assert org.calls == before


def test_the_preview_shows_only_what_the_policy_lets_through(org: Org) -> None:
    status, page, html = org.preview(POLICY)
    assert status == 200
    assert "35-49" in page.text
    assert "Nothing of this preview was kept." in page.text
    told = "5 leads were read for it, of which 1 excluded and 0 rejected; 3 of the others are shown."
    assert told in page.text.replace("\N{NO-BREAK SPACE}", " ")
    assert "Lead 3" in page.text
    assert "Lead 4" not in page.text
    assert "age 1" in page.text
    assert "canary" not in html.casefold()
    assert "555" not in html


def test_the_preview_asks_for_no_field_that_the_policy_drops(org: Org) -> None:
    hide = org.world.salesforce.org.hide_field  # a query that names a hidden field is refused
    hide("FirstName")
    assert "35-49" in org.preview(POLICY)[1].text
    hide("Phone")
    assert "these fields of the policy: Phone" in org.preview(POLICY)[1].text


def test_the_preview_follows_the_draft_and_keeps_nothing(org: Org) -> None:
    _, page, html = org.preview(POLICY.replace("[25, 35, 50]", "[40, 60]"))
    assert "40-59" in page.text
    assert "Draft, not saved" in page.text
    assert "[40, 60]" in editor(html)
    assert [v.text for v in org.world.services.repository.policies(org.row.id)] == [POLICY]


def test_the_preview_names_the_fields_that_are_never_requested(org: Org) -> None:
    _, page, _ = org.preview(POLICY)
    fields = len(org.world.salesforce.org.object_named("Lead").fields)
    assert f"All {fields - 4} fields of the CRM that are never requested" in page.text
    assert "FirstName First Name string" in page.text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (POLICY.replace('"band"', '"bnad"'), "did you mean 'band'?"),
        (POLICY.replace('crm = "salesforce"', 'crm = "hubspot"'), 'write crm = "salesforce"'),
        (
            POLICY.replace('operator = "drop"', 'operator = "keep"'),
            "field 'FirstName' is a name",
        ),
        ("[policy", "is not valid TOML"),
        ("", "has no [policy] section"),
        (POLICY + "#" * 200_000, "longer than 200,000 characters"),
    ],
    ids=["operator", "crm", "identifying", "toml", "empty", "long"],
)
@pytest.mark.parametrize("action", ["preview", "save"])
def test_a_mistake_is_one_sentence_and_the_text_stays(send, text, words, action) -> None:
    status, page, html = send(action, text)
    assert status == (422 if action == "save" else 200)
    assert words in page.text
    assert [area.get("aria-invalid") for area in page.having("textarea") if area.get("id") == "text"] == [
        "true"
    ]
    assert editor(html)[:40] == text.replace('"', "&#34;").replace("'", "&#39;")[:40]
    assert NOT_SET_UP not in page.text
    assert page.text.count("In force") == 1
    assert f"1 {NAME}" in page.text


@pytest.mark.parametrize("action", ["preview", "save"])
def test_a_field_of_free_text_is_refused_by_its_type(org: Org, action: str) -> None:
    text = f'{POLICY}\n[[rule]]\nfield = "Past__c"\noperator = "keep"\n'
    status, page, html = org.send(action, text)
    assert status == (422 if action == "save" else 200)
    told = "The policy: field 'Past__c' holds a long text that people type (type textarea) and cannot be used"
    assert told in page.text
    assert [area.get("aria-invalid") for area in page.having("textarea") if area.get("id") == "text"] == [
        "true"
    ]
    assert "Past__c" in editor(html)
    assert [v.text for v in org.world.services.repository.policies(org.row.id)] == [POLICY]


def test_a_crm_that_cannot_be_asked_does_not_keep_a_policy_from_being_saved(send) -> None:
    changed = POLICY.replace("[25, 35, 50]", "[30]")
    status, page, _ = send("save", changed)
    assert status == 422
    assert "The risk of this policy could not be measured" in page.text
    status, page, _ = send("save", changed, reason="The CRM is away")
    assert status == 303
    assert "Saved as version 2." in page.text
    assert "The types of the fields are checked at the next pull. Salesforce is not set up" in page.text


def test_a_policy_that_starves_the_audit_is_told_before_it_is_saved(
    site: Site, connection: ConnectionRow
) -> None:
    stream = '[stream]\nname = "s"\nscore = "score"\nthreshold = 5\n[[stream.attribute]]\nname = "age"\n'
    site.services.repository.save_stream(connection.id, stream, NAME)
    page = Page(site.client.get(f"/connections/{connection.id}/policy").text)
    assert "The audit needs a column that no rule fills: score ." in page.text


def test_saving_makes_a_new_version_that_says_who(send, site: Site, connection: ConnectionRow) -> None:
    changed = POLICY.replace("[25, 35, 50]", "[30]")
    status, page, _ = send("save", changed.replace("\n", "\r\n"), reason="Fewer bands are enough")
    assert status == 303
    assert "Saved as version 2." in page.text
    newest, older = site.services.repository.policies(connection.id)
    assert (newest.text, newest.saved_by, older.text) == (changed, NAME, POLICY)
    assert f"2 {NAME}" in page.text
    assert "In force" in page.text


def test_saving_the_same_text_again_changes_nothing(send, site: Site, connection: ConnectionRow) -> None:
    _, page, _ = send("save", POLICY)
    assert "Nothing has changed: this text is version 1 already." in page.text
    assert len(site.services.repository.policies(connection.id)) == 1


def test_without_the_forms_token_nothing_is_saved(site: Site, connection: ConnectionRow) -> None:
    path = f"/connections/{connection.id}/policy"
    answer = site.client.post(path, data={"action": "save", "text": POLICY + "\n"})
    assert answer.status_code == 400
    assert "This form is no longer valid" in answer.text
    assert faults(answer.text) == []
    assert len(site.services.repository.policies(connection.id)) == 1


@pytest.mark.parametrize(
    ("fault", "words"),
    [("total_limit", "Try again in about 60 minutes."), ("api_disabled", "(API_DISABLED_FOR_ORG)")],
    ids=["busy", "refused"],
)
def test_a_crm_that_does_not_answer_is_told_beside_the_draft(org: Org, fault: str, words: str) -> None:
    org.world.salesforce.faults.plan(Fault(kind=fault, times=None))
    status, page, html = org.preview(POLICY)
    assert status == 200
    assert words in page.text
    assert "Age__c" in editor(html)


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "1 second"), (90, "90 seconds"), (91, "2 minutes"), (7200, "2 hours")]
)
def test_a_wait_is_said_as_a_person_says_it(seconds: float, words: str) -> None:
    assert wait_words(seconds) == words


def test_a_crm_that_is_not_set_up_is_told_beside_the_draft(send) -> None:
    status, page, _ = send("preview", POLICY)
    assert status == 200
    assert NOT_SET_UP in page.text
    assert "FAIRLEAD_SALESFORCE_CLIENT_ID" in page.text


@pytest.mark.parametrize("crm", ["salesforce", "hubspot"])
def test_a_connection_without_a_policy_starts_from_a_valid_one(site: Site, crm: str) -> None:
    row = site.connect(crm, "77")
    answer = site.client.get(f"/connections/{row.id}/policy")
    page = Page(answer.text)
    assert parse_policy(html.unescape(editor(answer.text))).crm == crm
    assert "Draft, not saved" in page.text
    assert "Nothing is saved yet. Without a policy nothing is read." in page.text


def test_a_kept_column_in_doubt_is_not_saved_before_somebody_has_looked(org: Org) -> None:
    kept = POLICY + '\n[[rule]]\nfield = "Reach__c"\noperator = "keep"\ncolumn = "reach"\n'
    before = org.world.services.repository.policies(org.row.id)
    status, _, text = org.send("save", kept)
    assert status == 422
    assert "hold addresses or numbers of a person, or are long texts" in html.unescape(text)
    assert "canary@example" not in text
    assert org.world.services.repository.policies(org.row.id) == before
    _, _, text = org.preview(kept)
    assert "To check: field" in html.unescape(text)
    assert "canary@example" not in text
    status, _, text = org.send("save", kept.replace('"reach"', '"reach"\nchecked = true'))
    assert "look like addresses" not in text


def test_a_policy_that_can_never_be_asked_for_is_not_saved(org: Org) -> None:
    before = org.world.services.repository.policies(org.row.id)
    for text, words in (
        (POLICY.replace('object = "Lead"', 'object = "User"'), "this source reads salesforce Lead"),
        (POLICY.replace('field = "Age__c"', 'field = "Age__c FROM User"'), "no Salesforce API name"),
        (POLICY.replace('field = "Age__c"', 'field = "Agee__c"'), "Agee__c"),
    ):
        answer = org.browser.submit(
            org.path, {"action": "save", "text": text, "reason": "We have looked at it"}
        )
        assert answer.status_code == 422
        assert words in html.unescape(answer.text)
    assert org.world.services.repository.policies(org.row.id) == before
