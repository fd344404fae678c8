"""What became of a write-back, in words: the sums add up, and each reason has its mend."""

from __future__ import annotations

from html import unescape

import pytest

from connectors.source import NoticeReceipt, Receipt
from tests.webapp.markup import Page
from tests.webapp.site import open_site
from webapp.viewmodels.writeback import UNKNOWN, WORDS, reasons, told

RECEIPT = Receipt(
    listed=1_300,
    written=1_000,
    cleared=20,
    unchanged=30,
    unknown=40,
    converted=200,
    failed={"FIELD_CUSTOM_VALIDATION_EXCEPTION": 9, "ODD_CODE": 1},
    findings=NoticeReceipt(listed=4, written=2, closed=1, unchanged=0, failed={"HTTP_300": 1}),
    notes=("The corrected score was not written: the field is missing.",),
)


def test_a_receipt_is_told_line_by_line():
    assert told(RECEIPT)[:3] == (
        (
            "1,300 leads = 1,000 written + 20 cleared + 30 unchanged + 40 not audited"
            " + 200 converted + 10 failed"
        ),
        "4 findings = 2 written + 1 closed + 0 unchanged + 1 failed",
        RECEIPT.notes[0],
    )
    assert told(RECEIPT)[3].startswith(
        "200 CANNOT_UPDATE_CONVERTED_LEAD: A converted lead is read-only. This"
    )


def test_without_a_place_for_findings_nothing_is_said_of_them():
    plain = Receipt(listed=1, written=1, cleared=0, unchanged=0, unknown=0, failed={})
    assert told(plain) == ("1 lead = 1 written + 0 cleared + 0 unchanged + 0 not audited + 0 failed",)


def test_the_most_frequent_reason_comes_first_and_an_unknown_code_stays_a_code():
    found = reasons(RECEIPT.failed)
    assert [one.count for one in found] == [9, 1]
    assert (found[-1].code, found[-1].what) == ("ODD_CODE", UNKNOWN[0])


@pytest.mark.parametrize("code", sorted(WORDS))
def test_every_reason_says_what_happened_and_what_to_do(code: str):
    what, mend = WORDS[code]
    assert what.endswith(".")
    assert mend.endswith(".")
    assert len(what) + len(mend) < 200


def test_the_connections_page_tells_the_newest_write_back(tmp_path):
    site = open_site(tmp_path)
    row = site.connect()
    assert "Last write-back" not in Page(site.client.get("/connections").text).text
    site.services.repository.add_receipt(row.id, RECEIPT)
    text = unescape(site.client.get("/connections").text)
    assert "Last write-back" in text
    assert told(RECEIPT)[0] in text
    assert told(RECEIPT)[1] in text
    assert RECEIPT.notes[0] in text
    for one in reasons(RECEIPT.failed):
        assert one.code in text
        assert one.mend in text
    site.close()
