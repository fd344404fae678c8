"""The list of rules on the policy page: groups, filter, every mistake beside its rule; stale forms."""

from __future__ import annotations

import html
from datetime import UTC, datetime, timedelta

import pytest

from connectors.policy.parse import parse_policy, rule_mistakes
from connectors.source import FieldInfo
from tests.webapp.markup import Page, faults
from tests.webapp.site import NAME, Site
from webapp.store.notes import Note
from webapp.store.rows import ConnectionRow
from webapp.suggestions import new_fields
from webapp.viewmodels.policy_changes import FOLDED_OVER, policy_changes
from webapp.viewmodels.policy_new import parted
from webapp.viewmodels.policy_table import policy_table
from webapp.viewmodels.rule_list import Known, Wanted, rule_groups, wrong_lines

HEAD = """[policy]
name = "leads"
crm = "salesforce"
object = "Lead"
created = "CreatedDate"
"""


def rule(field: str, operator: str = "keep", more: str = "") -> str:
    return f'\n[[rule]]\nfield = "{field}"\noperator = "{operator}"\n{more}'


POLICY = HEAD + rule("Region__c") + rule("Age__c", "band", "bands = [30]\n") + rule("LastName", "drop")
THREE_WRONG = (
    HEAD
    + rule("Region__c", "keeep")
    + rule("Age__c", "band", "bands = [30]\n")
    + rule("LastName")
    + rule("Other__c", "keep", 'column = "age__c"\n')
)
NASTY = {
    "markup": "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "right-to-left": "\u202eevil\u202c المدينة",
    "emoji": "\N{ROCKET}\N{FIRE} Growth",
    "long": "Donaudampfschifffahrtsgesellschaftskapitänskajütenschlüsselverwahrung" * 3,
    "quotes": "'\"><b>&amp;",
}


@pytest.fixture
def connection(site: Site) -> ConnectionRow:
    row = site.connect()
    site.services.notes.save_policy(row.id, POLICY, NAME, Note(reason="", level="green"))
    return row


def shown(site: Site, path: str) -> Page:
    answer = site.client.get(path)
    assert answer.status_code == 200
    assert faults(answer.text) == []
    return Page(answer.text)


def listed(text: str, wanted: Wanted = Wanted()) -> tuple:  # noqa: B008 - frozen
    known = Known(policy=None, mistakes=rule_mistakes(text), fields={}, error="")
    return rule_groups(policy_table(text, ()), known, wanted)


def test_every_wrong_rule_is_named_with_its_own_mend() -> None:
    wrong = {line.row.field: line.fault for line in wrong_lines(listed(THREE_WRONG))}
    assert list(wrong) == ["Region__c", "LastName", "Other__c"]
    assert wrong["Region__c"] == "operator 'keeep' is not known: did you mean 'keep'?"
    assert "use drop" in wrong["LastName"]
    assert "give one of them another column" in wrong["Other__c"]


@pytest.mark.parametrize("text", ["[policy", "rule = 3", "", "[[rule]]\n", HEAD])
def test_a_text_of_any_kind_is_listed(text: str) -> None:
    assert all(isinstance(place, int) for place in rule_mistakes(text))


def test_a_valid_policy_has_no_mistakes() -> None:
    parse_policy(POLICY)
    assert rule_mistakes(POLICY) == {}


@pytest.mark.parametrize(
    ("wanted", "fields"),
    [
        (Wanted(), ["Region__c", "Age__c", "LastName"]),
        (Wanted(find="REGION"), ["Region__c"]),
        (Wanted(show="dropped"), ["LastName"]),
        (Wanted(show="read", find="__c"), ["Region__c", "Age__c"]),
        (Wanted(show="wrong"), []),
    ],
)
def test_the_filter_narrows_and_keeps_everything_in_the_form(wanted: Wanted, fields: list[str]) -> None:
    groups = listed(POLICY, wanted)
    lines = [line for group in groups for line in group.lines]
    assert [line.row.field for line in lines if line.shown] == fields
    assert len(lines) == 3


def test_a_filter_in_the_address_hides_rows_that_stay_in_the_form(site, connection) -> None:
    page = shown(site, f"/connections/{connection.id}/policy?find=region&show=read")
    hidden = [item["id"] for item in page.having("li") if item.get("class") == "rule" and "hidden" in item]
    assert hidden == ["rule-1", "rule-2"]
    assert {"r0.operator", "r1.operator", "r2.operator"} <= {one.get("name") for one in page.having("select")}


def test_every_mistake_is_on_the_page_and_takes_the_focus(site, connection) -> None:
    path = f"/connections/{connection.id}/policy"
    answer = site.post(path, path, action="save", text=THREE_WRONG, based_on="1")
    assert answer.status_code == 422
    page = Page(answer.text)
    assert "3 rules have a mistake." in page.text
    assert [one["href"] for one in page.having("a") if one.get("href", "").startswith("#rule-")] == [
        "#rule-0",
        "#rule-2",
        "#rule-3",
    ]
    focused = [one for one in page.having("div") if "autofocus" in one]
    assert [one["tabindex"] for one in focused] == ["-1"]
    assert html.unescape(answer.text).count('operator = "keeep"') == 1


def test_a_form_from_before_another_version_is_not_saved_over_it(site, connection) -> None:
    path = f"/connections/{connection.id}/policy"
    theirs, mine = POLICY.replace("[30]", "[40]"), POLICY.replace("[30]", "[50]")
    site.services.notes.save_policy(connection.id, theirs, "Grace", Note(reason="", level="green"))
    answer = site.post(path, path, action="save", text=mine, based_on="1", reason="These bands are enough")
    assert answer.status_code == 422
    page = Page(answer.text)
    assert "Version 2, saved by Grace, came in force after you opened this page." in page.text
    assert site.services.repository.policy(connection.id).text == theirs
    based = next(one["value"] for one in page.having("input") if one.get("name") == "based_on")
    answer = site.post(path, path, action="save", text=mine, based_on=based, reason="These bands are enough")
    assert answer.status_code == 303
    assert site.services.repository.policy(connection.id).text == mine


def test_a_reason_of_five_thousand_letters_is_told_and_stays(site, connection) -> None:
    path = f"/connections/{connection.id}/policy"
    long = "because " * 625
    answer = site.post(path, path, action="save", text=POLICY.replace("30", "40"), based_on="1", reason=long)
    assert answer.status_code == 422
    assert "The reason has 4,999 characters; shorten it to 500 at most." in Page(answer.text).text
    assert long.strip() in answer.text
    assert len(site.services.repository.policies(connection.id)) == 1


@pytest.mark.parametrize("label", NASTY.values(), ids=NASTY)
def test_what_a_crm_calls_a_field_is_text_and_nothing_else(site, connection, label: str) -> None:
    fields = [
        FieldInfo(name="Region__c", label=label, type="picklist"),
        FieldInfo(name="New__c", label=label, type="string"),
    ]
    site.services.crm_fields.remember(connection.id, fields)
    answer = site.client.get(f"/connections/{connection.id}/policy")
    assert faults(answer.text) == []
    assert "<img" not in answer.text.replace('<img src="/static/logo.svg"', "")
    assert "<b>" not in answer.text
    assert label in html.unescape(answer.text)


def test_fields_of_one_listing_came_together(site, connection) -> None:
    fields = [FieldInfo(name=f"Plain_{number}__c", label="", type="picklist") for number in range(50)]
    site.services.crm_fields.remember(connection.id, fields)
    known = site.services.crm_fields.of(connection.id)
    proposed = new_fields(parse_policy(POLICY), known)
    seen = {one.info.name: one.first_seen for one in known}
    found = parted(proposed, seen, datetime(2020, 1, 1, tzinfo=UTC))
    assert (len(found.fresh), len(found.older)) == (0, 50)
    later = seen | {"Plain_7__c": known[0].first_seen + timedelta(days=1)}
    found = parted(proposed, later, known[0].first_seen)
    assert [one.field for one in found.fresh] == ["Plain_7__c"]


def test_three_hundred_changes_are_told_by_kind_and_folded(site, connection) -> None:
    many = POLICY + "".join(rule(f"Plain_{number}__c") for number in range(300))
    (group,) = policy_changes(POLICY, many)
    assert (group.title, len(group.sentences), group.widens, group.folded) == ("Newly read", 300, True, True)
    assert FOLDED_OVER < 300
    site.services.notes.save_policy(connection.id, many, "Grace", Note(reason="x" * 5000, level="red"))
    page = shown(site, f"/connections/{connection.id}/policy/versions/2")
    assert "Newly read: 300 more is told of people" in page.text
    page = shown(site, f"/connections/{connection.id}/policy")
    assert "303 rules." in page.text
    assert "The policy in force was saved with a high risk." in page.text
