"""The policy page as an admin uses it who knows no TOML, over a stand-in org with unmistakable leads."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from types import ModuleType
from typing import Any

import pytest

from connectors.policy.parse import parse_policy
from connectors.sandbox.certificate import Certificate
from connectors.sandbox.fields import FieldSpec, OrgContents
from tests.webapp.markup import Page, faults
from webapp.store.accounts import NewUser
from webapp.store.proposals import Wish
from webapp.store.rows import ConnectionRow
from webapp.views import saving

POLICY = """# Ours.
[policy]
name = "leads"
crm = "salesforce"
object = "Lead"
created = "CreatedDate"
exclude_when = ["HasOptedOutOfEmail"]

# The age, in bands.
[[rule]]
field = "Age__c"
operator = "band"
column = "age"
bands = [25, 35, 50] # as agreed

[[rule]]
field = "Phone"
operator = "key"
domain = "phone"
"""
REASON = "Agreed with the works council"


def leads(support: ModuleType, crm: str) -> OrgContents:
    if crm != "salesforce":
        return support.contents(crm, 1)
    records = tuple(
        {
            "CreatedDate": "2026-01-02T10:00:00.000+0000",
            "HasOptedOutOfEmail": place == 1,
            "Age__c": str(20 + place % 40),
            "City__c": f"Canaryville {place}",
            "Phone": f"+1 555 010{place} canary",
            "FirstName": "Canary",
        }
        for place in range(40)
    )
    fields = (
        FieldSpec(name="Age__c", label="Age", type="number"),
        FieldSpec(name="City__c", label="Home town", type="text"),
        FieldSpec(name="Past__c", label="The past", type="long_text"),
    )
    return OrgContents(fields=fields, records=records, policy=POLICY, stream="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The page of one connection, and a form that is filled in as a browser does."""

    world: Any
    browser: Any
    row: ConnectionRow

    @property
    def path(self) -> str:
        return f"/connections/{self.row.id}/policy"

    @property
    def services(self) -> Any:
        return self.world.services

    def page(self, path: str = "") -> str:
        answer = self.browser.get(path or self.path)
        assert answer.status_code == 200
        assert faults(answer.text) == []
        return answer.text

    def press(self, action: str, shown: str = "", status: int = 200, **typed: str) -> str:
        """Press a button of the form that ``shown`` (default: a fresh page) has, after typing."""
        fields = {**inputs(shown or self.page()), "action": action, **typed}
        answer = self.browser.client.post(self.path, data=fields)
        assert answer.status_code == status, Page(answer.text).text[:2000]
        if status == 303:
            return self.page(answer.headers["Location"])
        assert faults(answer.text) == []
        return answer.text


def inputs(page: str) -> dict[str, str]:
    """What a browser would send of the form, without its buttons."""
    body = page.split('id="draft-form"', 1)[1].split("</form>", 1)[0]
    found = {}
    for tag, rest in re.findall(r"<(input|select|textarea)\b([^>]*)>", body):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', rest))
        if "name" not in attributes or attributes.get("type") == "checkbox":
            continue
        name = html.unescape(attributes["name"])
        inside = body.split(f"<{tag}{rest}>", 1)[1]
        if tag == "input":
            value = attributes.get("value", "")
        elif tag == "textarea":
            value = inside.split("</textarea>", 1)[0].removeprefix("\n").replace("\n", "\r\n")
        else:
            options = inside.split("</select>", 1)[0]
            chosen = re.search(r'<option(?: value="([^"]*)")? selected>([^<]*)', options)
            value = "" if chosen is None else chosen[1] or chosen[2]
        found[name] = html.unescape(value)
    return found


def text(page: str) -> str:
    return inputs(page)["text"].replace("\r\n", "\n")


@pytest.fixture(scope="module")
def office(
    support: ModuleType, certificate: Certificate, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("desk")
    with support.running(certificate, folder, held=partial(leads, support)) as world:
        browser = world.signed_in()
        yield Desk(world=world, browser=browser, row=world.connect("salesforce", browser))


@pytest.fixture
def desk(office: Desk) -> Desk:
    """The page with `POLICY` in force, as the newest of the versions so far."""
    saved = office.services.repository.policy(office.row.id)
    if saved is None or saved.text != POLICY:
        office.services.repository.save_policy(office.row.id, POLICY, "Ada")
    return office


def test_a_form_that_nobody_touched_is_the_policy_in_force(desk: Desk) -> None:
    page = desk.press("preview")
    assert text(page) == POLICY
    assert "Draft, not saved" not in page


def test_the_table_changes_the_text_and_keeps_its_comments(desk: Desk) -> None:
    page = desk.press("table", **{"r0.bands": "30, 50", "r0.column": "age_band"})
    changed = POLICY.replace("[25, 35, 50]", "[30, 50]").replace('column = "age"', 'column = "age_band"')
    assert text(page) == changed
    assert desk.services.repository.policy(desk.row.id).text == POLICY


def test_an_operator_is_chosen_from_what_the_field_allows(desk: Desk) -> None:
    shown = desk.press("preview")  # now the fields are known
    phone = shown.split('name="r1.operator"', 1)[1].split("</select>", 1)[0]
    assert re.findall('value="([a-z]+)"', phone) == ["key", "drop"]
    page = desk.press("table", shown, **{"r1.operator": "drop"})
    assert parse_policy(text(page)).rules[1].operator.name == "drop"


def test_what_is_typed_wrong_stays_and_is_told(desk: Desk) -> None:
    page = desk.press("save", status=422, **{"r0.bands": "thirty, fifty"})
    assert "bands must be a list of numbers" in Page(page).text
    assert inputs(page)["r0.bands"] == "thirty, fifty"


def test_the_leads_that_are_read_are_chosen_in_the_table(desk: Desk) -> None:
    page = desk.press("table", **{"head.exclude_when": "HasOptedOutOfEmail, DoNotCall"})
    assert parse_policy(text(page)).exclude_when == ("HasOptedOutOfEmail", "DoNotCall")
    assert text(page).startswith("# Ours.")


def test_where_table_and_text_were_both_changed_nothing_is_saved(desk: Desk) -> None:
    both = {"text": POLICY.replace("[25, 35, 50]", "[40]"), "r0.bands": "30"}
    page = desk.press("save", status=422, reason=REASON, **both)
    assert "The table and the text were both changed. The text counts" in Page(page).text
    assert "bands = [40]" in text(page)
    assert desk.services.repository.policy(desk.row.id).text == POLICY


@pytest.mark.parametrize(
    ("typed", "added"),
    [("City__c", "City__c"), ("home TOWN", "City__c"), ("Company", "Company")],
)
def test_a_field_is_added_by_its_name_or_label_with_a_reason(desk: Desk, typed: str, added: str) -> None:
    page = desk.press("add", desk.press("preview"), add_field=typed)
    assert parse_policy(text(page)).rules[-1].field == added
    assert text(page).startswith(POLICY)
    assert text(page)[len(POLICY) :].startswith("\n# ")


def test_a_field_that_is_not_there_is_told_with_the_nearest(desk: Desk) -> None:
    page = desk.press("add", desk.press("preview"), add_field="Citty__c")
    assert "The CRM has no field 'Citty__c': did you mean 'City__c'?" in Page(page).text
    assert text(page) == POLICY


def test_three_hundred_rules_are_one_form(desk: Desk) -> None:
    rules = "".join(
        f'\n[[rule]]\nfield = "A_rather_long_title_of_some_plain_thing_{number}__c"\noperator = "keep"\n'
        for number in range(298)
    )
    page = desk.press("table", text=POLICY + rules)
    assert text(page) == POLICY + rules
    assert "300 rules." in Page(page).text
    changed = desk.press("table", page, **{"r299.column": "last"})
    assert parse_policy(text(changed)).rules[299].column == "last"
    assert len(parse_policy(text(desk.press("remove 150", page))).rules) == 299


def test_a_rule_is_taken_out(desk: Desk) -> None:
    page = desk.press("remove 0")
    assert [rule.field for rule in parse_policy(text(page)).rules] == ["Phone"]
    assert "# Ours." in text(page)


def test_before_is_a_kind_and_after_is_what_is_kept(desk: Desk) -> None:
    page = desk.press("preview", leads="5")
    told = Page(page).text
    assert "Before: number of 1 to 3 digits After: <25" in told
    assert "Before: text of 11 to 40 characters After:" in told  # the phone with its canary
    assert "Lead 5" in told
    assert "Lead 6" not in told
    assert "canary" not in page.casefold()
    assert "555" not in page


def test_a_red_policy_needs_words_and_they_stay(desk: Desk) -> None:
    finer = {"r0.bands": ", ".join(str(edge) for edge in range(20, 60))}
    page = desk.press("save", status=422, **finer)
    assert "The risk of this policy is high, so it needs a written reason" in Page(page).text
    assert "High risk" in Page(page).text
    assert "Measured on a sample of n = 39" in Page(page).text.replace("\N{NO-BREAK SPACE}", " ")
    page = desk.press("save", page, status=422, reason="no idea")
    assert "needs a written reason" in Page(page).text
    for none in (". . .", "1 2 3", "\u2063 \u2063 \u2063 \u2063"):
        page = desk.press("save", page, status=422, reason=none)
    page = desk.press("save", page, status=303, reason=REASON)
    newest = desk.services.repository.policy(desk.row.id)
    note = desk.services.notes.of(desk.row.id)[newest.version]
    assert (note.reason, note.level) == (REASON, "red")
    assert REASON in Page(page).text
    (event, *_) = [one for one in desk.services.accounts.events() if one.action == "policy reason"]
    assert event.detail == f"version {newest.version}, risk red: {REASON}"


def test_the_next_step_is_applied_to_the_draft(desk: Desk) -> None:
    finer = {"r0.bands": ", ".join(str(edge) for edge in range(20, 60))}
    page = desk.press("measure", **finer)
    step = {
        name: html.unescape(value)
        for name, value in re.findall(r'name="(step_\w+)" value="([^"]*)"', page, re.DOTALL)
    }
    assert step["step_column"] == "age"
    before = parse_policy(text(page)).rules[0].operator
    after = parse_policy(text(desk.press("step", page, **step))).rules[0].operator
    assert len(after.bands) < len(before.bands)
    assert "# The age, in bands." in text(desk.press("step", page, **step))


def test_the_whole_way_is_applied_to_the_draft(desk: Desk) -> None:
    edges = ", ".join(str(edge) for edge in range(20, 60))
    shown = desk.press("add", add_field="FirstName", **{"r0.bands": edges})
    way = {
        "path0_column": "age",
        "path0_rule": '[[rule]]\nfield = "Age__c"\noperator = "band"\ncolumn = "age"\nbands = [40]',
        "path1_column": "phone",
        "path1_rule": "",
    }
    rules = parse_policy(text(desk.press("path", shown, **way))).rules
    assert [rule.field for rule in rules] == ["Age__c", "FirstName"]
    assert rules[0].operator.bands == (40,)
    gone = desk.press("path", shown, **{**way, "path1_column": "no_such_column"})
    assert "No rule fills the column 'no_such_column' any more." in Page(gone).text
    assert len(parse_policy(text(gone)).rules) == 3


def test_what_the_next_pull_does_is_told(desk: Desk) -> None:
    page = desk.press("add", desk.press("preview"), add_field="Company")
    told = Page(page).text.replace("\N{NO-BREAK SPACE}", " ")
    assert "Everything is read: it is the first pull." in told
    assert "Of the first 10 leads read for the preview: 1 by HasOptedOutOfEmail" in told


def test_an_older_version_comes_back_as_a_draft_and_leaves_as_a_file(desk: Desk) -> None:
    versions = desk.services.repository.policies(desk.row.id)
    first = versions[-1]
    page = desk.page(f"{desk.path}?version={first.version}")
    assert f"This is version {first.version} as a draft." in Page(page).text
    assert text(page) == first.text
    answer = desk.browser.get(f"{desk.path}/versions/{first.version}.toml")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    line, _, rest = answer.text.partition("\n")
    assert first.digest in line
    assert rest == first.text
    assert desk.browser.get(f"{desk.path}/versions/999.toml").status_code == 404


def imported(desk: Desk, content: bytes) -> str:
    token = inputs(desk.page())["csrf_token"]
    file = (io.BytesIO(content), "policy.toml")
    answer = desk.browser.client.post(
        f"{desk.path}/import", data={"csrf_token": token, "file": file}, follow_redirects=True
    )
    assert answer.status_code == 200
    assert faults(answer.text) == []
    return answer.text


def test_an_exported_file_comes_back_byte_for_byte(desk: Desk) -> None:
    version = desk.services.repository.policy(desk.row.id).version
    exported = desk.browser.get(f"{desk.path}/versions/{version}.toml").data
    for content in (exported, b"\xef\xbb\xbf" + exported, exported.replace(b"\n", b"\r\n")):
        page = imported(desk, content)
        assert text(page) == POLICY
        assert "It is not in force" in Page(page).text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "holds no text of a policy"),
        (b"\xff\xfe[\0p\0", "no text in UTF-8"),
        (b"#" * 900_000, "larger than 800 kB"),
        (b"a\0b", "holds no text of a policy"),
        (POLICY.replace('"salesforce"', '"hubspot"').encode(), 'write crm = "salesforce"'),
        (b"[policy", "is not valid TOML"),
    ],
    ids=["empty", "utf-16", "large", "null", "other-crm", "no-toml"],
)
def test_a_file_that_does_not_do_is_told(desk: Desk, content: bytes, words: str) -> None:
    assert words in Page(imported(desk, content)).text
    assert desk.services.repository.policy(desk.row.id).text == POLICY


def test_what_a_version_changed_is_told_in_sentences_and_lines(desk: Desk) -> None:
    page = desk.press("save", status=303, reason=REASON, **{"r0.bands": "30"})
    newest = desk.services.repository.policy(desk.row.id)
    told = Page(desk.page(f"{desk.path}/versions/{newest.version}")).text
    assert "Age__c" in told
    assert "± changed" in told
    assert "bands = [30] # as agreed" in told
    assert "<30, 30+" in told
    assert f"/versions/{newest.version}" in page


def test_new_fields_are_proposed_never_read_and_can_be_left_out(desk: Desk) -> None:
    desk.press("preview")
    before = set(desk.world.salesforce.org.requested)
    page = desk.page()
    assert "No field came since the policy was saved" in Page(page).text
    lead = desk.world.salesforce.org.object_named("Lead")
    lead.fields["late__c"] = replace(lead.fields["city__c"], name="Late__c", label="Late")
    try:
        decide = f"{desk.path}/fields"
        token = {"csrf_token": inputs(page)["csrf_token"]}
        desk.browser.client.post(decide, data={**token, "look": "1"})
        told = Page(desk.page()).text
        assert "These fields came after the policy was saved." in told
        assert "Late__c" in told
        desk.browser.client.post(decide, data={**token, "leave": "Late__c"})
        (known,) = [one for one in desk.services.crm_fields.of(desk.row.id) if one.info.name == "Late__c"]
        assert known.dismissed_by == "Ada"
        assert "No field came since the policy was saved" in Page(desk.page()).text
        assert ("Ada", "fields left out") in [(e.who, e.action) for e in desk.services.accounts.events()]
        desk.browser.client.post(decide, data={**token, "take": "Late__c"})
        assert "Late__c" not in set(desk.world.salesforce.org.requested) - before
    finally:
        del lead.fields["late__c"]


def test_another_admin_approves_on_the_page(desk: Desk, support: ModuleType) -> None:
    services, browser = desk.services, support.Browser(desk.world.app.test_client())
    token = {"csrf_token": inputs(desk.page())["csrf_token"]}
    four_eyes = f"/connections/{desk.row.id}/four-eyes"
    desk.browser.client.post(four_eyes, data={**token, "wanted": "on"})
    assert not services.proposals.two_needed(desk.row.id)
    assert "there is only one administrator" in Page(desk.page()).text
    services.accounts.add_user(
        NewUser(name="Eve", role="admin", password_hash=support.password_hash()), "test"
    )
    desk.browser.client.post(four_eyes, data={**token, "wanted": "on"})
    assert browser.submit("/login", {"name": "Eve", "password": support.PASSWORD}).status_code == 303
    try:
        page = desk.press("save", status=303, reason=REASON, **{"r0.bands": "40"})
        (row,) = [one for one in services.proposals.of(desk.row.id) if one.state == "pending"]
        assert services.repository.policy(desk.row.id).text == POLICY
        assert "You proposed this yourself" in Page(page).text
        assert 'value="approve"' not in page
        address = f"/proposals/{row.id}"
        assert browser.submit(address, {"action": "look"}).text.count("Before: ") > 3
        told = browser.submit(address, {"action": "refuse"}, follow_redirects=True).text
        assert "Say why in a few words" in Page(told).text
        assert browser.submit(address, {"action": "approve"}).status_code == 303
        assert parse_policy(services.repository.policy(desk.row.id).text).rules[0].operator.bands == (40,)
        assert "approved by Eve" in Page(desk.page()).text
        wish = Wish(connection_id=desk.row.id, kind="one_admin")
        off = services.proposals.propose(wish, services.accounts.user_named("Ada"))
        browser.submit(f"/proposals/{off.id}", {"action": "approve"})
    finally:
        assert not services.proposals.two_needed(desk.row.id)


def test_numbers_that_no_computer_reads_are_no_fault_of_the_page(desk: Desk) -> None:
    many = "9" * 5000
    desk.press(f"remove {many}")
    desk.press("preview", **{f"r{many}.column": "age"})
    desk.press("preview", **{"r0.as_of": many, "r0.bands": many})
    page = desk.press("save", status=422, based_on=many, text=POLICY.replace("as agreed", "agreed"))
    assert "came in force after you opened this page" in Page(page).text


def test_two_admins_who_save_at_once_do_not_undo_each_other(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also not where the text of one was in force, so that it was not measured again."""
    page = desk.page()

    def meanwhile(typed: str) -> str:
        desk.services.repository.save_policy(desk.row.id, POLICY + "# Eve\n", "Eve")
        return typed

    monkeypatch.setattr(saving, "typed_reason", meanwhile)
    told = desk.press("save", page, status=422)
    assert "came in force at this very moment" in Page(told).text
    assert desk.services.repository.policy(desk.row.id).text == POLICY + "# Eve\n"


def test_what_became_risky_since_it_was_proposed_needs_a_reason_to_be_approved(
    desk: Desk, support: ModuleType
) -> None:
    services, browser = desk.services, support.Browser(desk.world.app.test_client())
    ada = services.accounts.user_named("Ada")
    new = NewUser(name="Joan", role="admin", password_hash=support.password_hash())
    services.accounts.add_user(new, "test")
    assert browser.submit("/login", {"name": "Joan", "password": support.PASSWORD}).status_code == 303
    services.proposals.need_two(desk.row.id, ada)
    try:
        finer = POLICY.replace("[25, 35, 50]", str(list(range(20, 60))))
        wish = Wish(connection_id=desk.row.id, kind="policy", text=finer, level="green")
        row = services.proposals.propose(wish, ada)
        answer = browser.submit(f"/proposals/{row.id}", {"action": "approve", "answer": "fine"})
        assert answer.status_code == 422
        assert "The risk of this policy is high now" in Page(answer.text).text
        assert services.repository.policy(desk.row.id).text == POLICY
        assert (
            browser.submit(f"/proposals/{row.id}", {"action": "approve", "answer": REASON}).status_code == 303
        )
        saved = services.repository.policy(desk.row.id)
        note = services.notes.of(desk.row.id)[saved.version]
        assert (saved.text, note.level, note.reason) == (finer, "red", REASON)
    finally:
        off = services.proposals.propose(Wish(connection_id=desk.row.id, kind="one_admin"), ada)
        browser.submit(f"/proposals/{off.id}", {"action": "approve"})
    told = Page(browser.get(f"/proposals/{off.id}").text).text
    assert "One admin is enough from now on." in told
    assert "the next pull uses it" not in told
