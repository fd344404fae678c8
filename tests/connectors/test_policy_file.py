"""policy.toml: what is read, what is refused, and the way back to text."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.schema import BadInput
from connectors.policy.band import Band
from connectors.policy.coarsen import Coarsen
from connectors.policy.drop import Drop
from connectors.policy.keep import Keep
from connectors.policy.key import Key
from connectors.policy.map import Map
from connectors.policy.model import Policy, Rule
from connectors.policy.parse import parse_policy
from connectors.policy.write import policy_digest, policy_to_toml

HEAD = '[policy]\nname = "p"\ncrm = "salesforce"\nobject = "Lead"\ncreated = "CreatedDate"\n'
WHOLE = HEAD + (
    'exclude_when = ["HasOptedOutOfEmail"]\n'
    '[[rule]]\nfield = "Age__c"\noperator = "band"\nbands = [25, 35]\ncolumn = "age"\n'
    '[[rule]]\nfield = "Birth__c"\noperator = "band"\nbands = [18]\nof = "age"\nas_of = 2026-03-01\n'
    '[[rule]]\nfield = "Status"\noperator = "map"\nvocabulary = { "Closed \\"x\\"" = "1", Open = "" }\n'
    '[[rule]]\nfield = "Email"\noperator = "key"\ndomain = "email"\n'
    '[[rule]]\nfield = "LastName"\noperator = "drop"\n'
)


def rule(text: str) -> str:
    return f"{HEAD}[[rule]]\n{text}\n"


def test_a_policy_is_read():
    policy = parse_policy(WHOLE)
    assert policy.crm == "salesforce"
    assert policy.rules == (
        Rule(field="Age__c", operator=Band(bands=(25, 35)), column="age"),
        Rule(
            field="Birth__c",
            operator=Band(bands=(18,), of="age", as_of=date(2026, 3, 1)),
            column="birth__c",
        ),
        Rule(field="Status", operator=Map(vocabulary=(('Closed "x"', "1"), ("Open", ""))), column="status"),
        Rule(field="Email", operator=Key(domain="email"), column="email"),
        Rule(field="LastName", operator=Drop(), column="lastname"),
    )


def test_only_what_is_kept_is_requested_and_each_field_once():
    assert parse_policy(WHOLE).fields == (
        "Age__c",
        "Birth__c",
        "Status",
        "Email",
        "CreatedDate",
        "HasOptedOutOfEmail",
    )


def test_two_rules_may_read_one_field():
    text = rule('field = "PostalCode"\noperator = "coarsen"\nby = "prefix"\ncharacters = 3\ncolumn = "zip3"')
    text += '[[rule]]\nfield = "PostalCode"\noperator = "coarsen"\nby = "presence"\ncolumn = "has_zip"\n'
    policy = parse_policy(text)
    assert policy.fields == ("PostalCode", "CreatedDate")
    assert [one.column for one in policy.rules] == ["zip3", "has_zip"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name = ", ["not valid TOML"]),
        ('[[rule]]\nfield = "X"\noperator = "keep"', ["[policy]"]),
        (HEAD, ["no rule"]),
        (rule('field = "X"\noperator = "bandd"\nbands = [1]'), ["'bandd'", "'band'"]),
        (rule('field = "X"\noperator = "band"\nband = [1]'), ["'band'", "'bands'", "field 'X'"]),
        (rule('field = "X"\noperator = "band"'), ["needs bands"]),
        (rule('field = "X"\noperator = "band"\nbands = "25"'), ["list of numbers"]),
        (rule('field = "X"\noperator = "band"\nbands = 25'), ["list of numbers"]),
        (rule('field = "X"\noperator = "map"\nvocabulary = ["a"]'), ["vocabulary"]),
        (rule('field = "X"\noperator = "map"\nvocabulary = { a = 1 }'), ["text in quotes"]),
        (rule('field = "X"\noperator = "key"\ndomain = ""'), ["domain"]),
        (rule('operator = "keep"'), ["needs field"]),
        (rule('field = "X"\noperator = "keep"\ncolumn = "lead_key"'), ["reserved"]),
        (rule('field = "Cohort_Day"\noperator = "keep"'), ["reserved"]),
        (rule('field = "X"\noperator = "keep"\n[[rule]]\nfield = "x"\noperator = "keep"'), ["both fill"]),
        (rule('field = "X"\noperator = "keep"').replace("created", "create"), ["'create'", "'created'"]),
        (rule('field = "X"\noperator = "keep"').replace('"salesforce"', '"sales force"'), ["'salesforce'"]),
        (rule('field = "X"\noperator = "keep"') + "[polcy]\na = 1\n", ["'polcy'", "'policy'"]),
        (HEAD + 'exclude_when = "X"\n[[rule]]\nfield = "X"\noperator = "keep"', ["exclude_when"]),
        (HEAD + "rule = 3\n", ["'rule'"]),
        ("policy = 3\n", ["[policy]"]),
        ("rule = 3\n" + HEAD, ["no rule"]),
    ],
)
def test_a_mistake_is_one_sentence_with_the_mend(text, words):
    with pytest.raises(BadInput) as told:
        parse_policy(text, origin="my.toml")
    message = str(told.value)
    assert message.startswith("my.toml")
    assert "\n" not in message
    for word in words:
        assert word in message


NAMES_AND_TEXT = (
    *("Name", "FirstName", "LastName", "firstname", "lastname", "MiddleName", "Full_Name__c", "hs_lead_name"),
    *("Street", "MailingStreet", "address", "Address2", "Description", "notes", "Rep_Notes__c", "comments"),
    *("Full_Legal_Name__c", "Notes_2024__c", "Address_Line_1__c", "Bio__c", "Owner.Name", "Manager__r.Name"),
    *("Name_of_Spouse__c", "Call_Comment_Text__c", "linkedinbio", "hs_full_name_or_email", "first"),
    *("hs_email_hard_bounce_reason", "EmailBouncedReason"),
)
IDENTIFIERS = (
    *("Id", "id", "hs_object_id", "OwnerId", "Customer_Id__c", "Email", "email", "Work_Email__c", "email2"),
    *("Phone", "MobilePhone", "phone", "mobilephone", "Home_Phone__c", "Fax", "telephone"),
    *("Mobile_Phone_Nr__c", "Tax_ID_Number__c", "Opted_Email__c", "hs_ip_address", "E_Mail_2__c", "e-mail"),
    *("Owner.Email", "hs_all_owner_ids", "associatedcompanyid", "Customer_Number__c", "SSN_Last_4__c"),
    *("hs_linkedin_url", "twitterhandle", "hs_searchable_calculated_phone_number", "Work_Number__c"),
)
HARMLESS = (
    *("Title", "PostalCode", "zip", "LeadSource", "HasOptedOutOfEmail", "hs_email_optout", "DoNotCall"),
    *(
        "Paid__c",
        "Company_Size__c",
        "lifecyclestage",
        "notes_last_contacted",
        "Region__c",
        "Campaign_Name__c",
    ),
    *("Email_Opens__c", "number_of_employees", "NumberOfEmployees", "num_contacted_notes", "hs_emails_sent"),
    *("Email_Opt_Out__c", "Opted_Out_Email__c", "Is_Email_Valid__c", "hs_email_domain", "EmailBouncedDate"),
    *("RecordType.Name", "Owner.Type", "Address_Country__c", "ip_country", "first_conversion_event_name"),
    *("Number_of_Emails__c", "date_of_birth", "Direct_Mail__c", "hs_calculated_phone_number_country_code"),
)
OTHERS = {
    "keep": "",
    "band": "bands = [1]",
    "map": 'vocabulary = { a = "b" }',
    "coarsen": 'by = "prefix"\ncharacters = 1',
}


REDUCIBLE = re.compile(
    r"descr|notes?|bio|comment|text|reason|memo|messages?|remark|feedback|summary", re.IGNORECASE
)


@pytest.mark.parametrize("field", NAMES_AND_TEXT)
def test_names_can_only_be_dropped_and_free_text_dropped_or_reduced(field):
    text = REDUCIBLE.search(field) is not None
    end = "use drop or reduce$" if text else "use drop$"
    for operator, parameters in {**OTHERS, "key": 'domain = "d"'}.items():
        with pytest.raises(BadInput, match=re.escape(f"'{field}'") + ".*" + end):
            parse_policy(rule(f'field = "{field}"\noperator = "{operator}"\n{parameters}'))
    assert parse_policy(rule(f'field = "{field}"\noperator = "drop"')).fields == ("CreatedDate",)
    reduced = rule(f'field = "{field}"\noperator = "reduce"\nto = "words"')
    if text:
        assert parse_policy(reduced).fields == (field, "CreatedDate")
        return
    with pytest.raises(BadInput, match=r"use drop$"):
        parse_policy(reduced)


@pytest.mark.parametrize("field", IDENTIFIERS)
def test_identifiers_can_be_dropped_or_made_pseudonyms(field):
    for operator, parameters in OTHERS.items():
        with pytest.raises(BadInput, match=re.escape(f"'{field}'") + ".*drop or key$"):
            parse_policy(rule(f'field = "{field}"\noperator = "{operator}"\n{parameters}'))
    policy = parse_policy(rule(f'field = "{field}"\noperator = "key"\ndomain = "d"'))
    assert policy.rules[0].operator == Key(domain="d")


@pytest.mark.parametrize("field", HARMLESS)
def test_other_fields_are_free(field):
    assert parse_policy(rule(f'field = "{field}"\noperator = "keep"')).rules[0].operator == Keep()


@pytest.mark.parametrize("field", ["LastName", "Email", "Notes__c", "Owner.Name", "Record_Id__c"])
def test_what_identifies_a_person_neither_dates_nor_excludes_a_lead(field):
    plain = rule('field = "X"\noperator = "keep"')
    for text, key in (
        (plain.replace('"CreatedDate"', f'"{field}"'), "created"),
        (plain.replace("[[rule]]", f'exclude_when = ["DoNotCall", "{field}"]\n[[rule]]'), "exclude_when"),
    ):
        with pytest.raises(BadInput, match=rf"{key}: field '{re.escape(field)}' is .*: name "):
            parse_policy(text)


@pytest.mark.parametrize(
    "field",
    ["HasOptedOutOfEmail", "hs_email_optout", "DoNotCall", "Opted_Email__c", "Erase_Email__c", "No_Phone__c"],
)
def test_a_checkbox_about_mail_may_exclude(field):
    text = rule('field = "X"\noperator = "keep"').replace("[[rule]]", f'exclude_when = ["{field}"]\n[[rule]]')
    assert parse_policy(text).exclude_when == (field,)


def test_the_text_and_back_is_the_same_policy():
    policy = parse_policy(WHOLE)
    assert parse_policy(policy_to_toml(policy)) == policy


words = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12).filter(str.strip)
edges = st.sets(st.integers(-500, 500) | st.floats(-500, 500), min_size=1, max_size=5)
operators = st.one_of(
    st.just(Keep()),
    edges.map(lambda found: Band(bands=tuple(sorted(found)))),
    st.dates().map(lambda day: Band(bands=(18, 65), of="age", as_of=day)),
    st.builds(Key, domain=words),
    st.dictionaries(words.map(lambda w: " ".join(w.casefold().split())), words, min_size=1, max_size=4).map(
        lambda pairs: Map(vocabulary=tuple(pairs.items()))
    ),
    st.integers(1, 9).map(lambda length: Coarsen(by="prefix", characters=length)),
)


@given(name=words, found=st.lists(operators, min_size=1, max_size=4))
def test_any_policy_survives_its_text(name, found):
    rules = tuple(
        Rule(field=f"Custom{place}__c", operator=operator, column=f"c{place} {name.strip()}")
        for place, operator in enumerate(found)
    )
    policy = Policy(name=name, crm="hubspot", object="contacts", created="createdate", rules=rules)
    assert parse_policy(policy_to_toml(policy)) == policy


def test_the_digest_is_of_the_meaning():
    spaced = WHOLE.replace("[25, 35]", "[ 25,\n 35 ] # edges")
    assert policy_digest(parse_policy(spaced)) == policy_digest(parse_policy(WHOLE))
    changed = WHOLE.replace("[25, 35]", "[25, 36]")
    assert policy_digest(parse_policy(changed)) != policy_digest(parse_policy(WHOLE))
    assert re.fullmatch("[0-9a-f]{64}", policy_digest(parse_policy(WHOLE)))


def test_a_policy_that_is_nested_without_end_is_one_sentence():
    with pytest.raises(BadInput, match="nested too deeply"):
        parse_policy("a = " + "[" * 20_000, "policy.toml")


@pytest.mark.parametrize(("digits", "word"), [(400, "list of numbers"), (5_000, "too many digits")])
def test_a_number_that_no_computer_holds_is_one_sentence(digits, word):
    text = (
        '[policy]\nname = "x"\ncrm = "salesforce"\nobject = "Lead"\ncreated = "CreatedDate"\n'
        f'[[rule]]\nfield = "Age__c"\noperator = "band"\nbands = [1, 1{"0" * digits}]\n'
    )
    with pytest.raises(BadInput, match=word):
        parse_policy(text)


KEEP = 'operator = "keep"\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (rule('field = "A"\noperator = "keep"\ncolumn = "Lead_Key"'), "reserved"),
        (rule('field = "A"\noperator = "keep"\ncolumn = "COHORT_DAY"'), "reserved"),
        (
            rule('field = "A"\noperator = "keep"\ncolumn = "area"')
            + '[[rule]]\nfield = "B"\noperator = "keep"\ncolumn = "area"\n',
            "both fill column 'area'",
        ),
        (
            rule('field = "Age__c"\noperator = "drop"')
            + '[[rule]]\nfield = "AGE__C"\noperator = "keep"\ncolumn = "age"\n',
            "dropped by one rule and read by another",
        ),
        (HEAD + 'exclude_when = ["not "]\n[[rule]]\nfield = "A"\n' + KEEP, "list of field names"),
        (rule('field = "A"\noperator = "keep"').replace("CreatedDate", "PersonBirthdate"), "a day of birth"),
        (rule('field = "A"\noperator = "keep"').replace("CreatedDate", "Geburtsdatum__c"), "a day of birth"),
    ],
)
def test_what_would_read_more_than_the_text_says_is_refused(text, words):
    with pytest.raises(BadInput, match=words):
        parse_policy(text)
