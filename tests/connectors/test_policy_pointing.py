"""What points at a person inside a text, what does not though it looks so, and the law for every operator."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.policy.keep import Keep
from connectors.policy.pointing import identifies
from connectors.pseudonym import Keyring

KEYRING = Keyring(crm="salesforce", organisation="00D1", master=bytes(range(32)))
HELD = (
    *("call +1 415 555 2671", "0171 1234567 anrufen", "Tel: 030/12345678", "(555) 123-4567 x5 mornings"),
    *("ring 555-123-4567", "phone him at 5551234567", "01 23 45 67 89 le matin", "fax\uff1a+49 30 1234567"),
    *("see https://example.com/in/jane", "jane at example.com/in/jane", "www.jane.example lesen"),
    *(
        "mail jane@doe.example now",
        "on the net @janedoe",
        "ping fe80::1ff:fe23:4567:890a",
        "server 10.1.2.3 down",
    ),
    *("lead 00Q5g00000ABCDEAA3", "id=6ba7b810-9dad-11d1-80b4-00c04fd430c8 x", "ref A1B2C3D4E5F6G7H8"),
    *("card 4111 1111 1111 1111 exp", "IBAN DE89 3704 0044 0532 0130 00 bitte", "ssn 123-45-6789"),
)
LONG = ("x" * 130, "she said " * 7, "line one\nline two")
HARMLESS = (
    *("1000-5000 employees", "Q3 2024 campaign 2024-05-01", "Web-Form v2.0", "Budget 1,000,000 - 5,000,000"),
    *("10:30-11:45", "ISO 9001:2015", "SIC 7372 7373 7374", "2024 2025 2026 plan", "on 05/01/2024 at 10:30"),
    *("e.g. other", "Node.js / Vue.js", "24/7 support", "U.S. and Canada", "$1,000,000.00 to $5,000,000.00"),
    *("25-34 years", "Europe, Middle East & Africa (EMEA)", "C-Level / VP", "Webinar 2024-11-05 10:00 CET"),
    *(
        "Campaign 20241105 US",
        "GPT-4",
        "Fall 2023: Series B (2,000,000)",
        "Text message",
        "Call center 24 agents",
    ),
    *("Fax & phone", "Mobile 5 devices", "Phase 1.2.3", "Windows 10.0.19045", "2024-W12"),
    ";".join(
        f"{what} Cloud and more" for what in ("Sales", "Data", "Service", "Commerce", "Marketing", "Other")
    ),
)
BEFORE, BEHIND = ("", "call me: ", "lead ", "(old) ", "bitte "), ("", " today", ", thanks", ")", " bitte")


@pytest.mark.parametrize("value", HELD + LONG)
def test_what_holds_an_address_or_could_say_anything_is_left_out(value):
    assert identifies(value)
    assert Keep().apply([value], KEYRING).values == (None,)


@pytest.mark.parametrize("value", HARMLESS)
def test_what_only_looks_so_is_kept(value):
    assert Keep().apply([value], KEYRING).values == (value,)


@given(
    before=st.sampled_from(BEFORE),
    number=st.from_regex(r"\+[1-9]{2} \d{3} \d{3,4}[ -]\d{4}", fullmatch=True)
    | st.from_regex(r"\([2-9]\d\d\) \d{3}-\d{4}", fullmatch=True)
    | st.from_regex(r"[a-z]{3,9}\.[a-z]{3,9}@[a-z]{3,9}\.(com|org|de)", fullmatch=True)
    | st.from_regex(r"https?://[a-z]{3,9}\.[a-z]{2,3}/[a-z]{3,9}", fullmatch=True)
    | st.from_regex(r"00Q[0-9A-Z]{12}", fullmatch=True)
    | st.uuids().map(str)
    | st.ip_addresses(v=4).map(str),
    behind=st.sampled_from(BEHIND),
)
def test_no_sentence_around_an_identifier_brings_it_through(before, number, behind):
    assert Keep().apply([before + number + behind], KEYRING).values == (None,)


@given(st.text(max_size=200))
def test_any_text_is_judged(value):
    assert identifies(value) in {True, False}
