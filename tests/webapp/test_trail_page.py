"""The audit trail as a page and as a file, for admins and auditors."""

from __future__ import annotations

import csv
import io

import pytest

from tests.webapp.markup import Page, faults
from tests.webapp.site import NAME, Site
from webapp.store.trail import PAGE


def lines(site: Site, query: str = "") -> list[dict[str, str]]:
    answer = site.client.get(f"/trail.csv{query}")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="trail.csv"'
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_every_line_is_on_one_page_and_in_the_file(site: Site) -> None:
    for number in range(2 * PAGE + 5):
        site.services.accounts.record("Eve", "looked", "", f"number {number}")
    whole = len(lines(site))
    shown = []
    for page in range(1, 5):
        answer = site.client.get(f"/trail?page={page}&who=Eve")
        assert faults(answer.text) == []
        shown += [word for word in Page(answer.text).text.split() if word.isdecimal() and int(word) < 200]
        assert f"Page {page} of 3" in Page(answer.text).text or page == 4
    assert len(lines(site, "?who=Eve")) == 2 * PAGE + 5 < whole
    assert {str(number) for number in range(2 * PAGE + 5)} <= set(shown)


def test_it_is_filtered_by_connection_action_and_person(site: Site) -> None:
    one, two = site.connect(), site.connect("hubspot", "77")
    for row in (one, two):
        site.services.repository.save_policy(row.id, "text", NAME)
    assert {line["which"] for line in lines(site, f"?target={one.id}")} == {one.id}
    page = Page(site.client.get(f"/trail?target={one.id}&action=policy+saved&who={NAME}").text)
    assert "Lines 1 to 1 of 1" in page.text
    assert "Salesforce org 00D000000000001EAA" in page.text
    nothing = Page(site.client.get("/trail?who=nobody").text)
    assert "Nothing in the trail fits this filter." in nothing.text


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999999999999", "9999999"])
def test_a_page_that_is_not_there_is_no_fault(site: Site, page: str) -> None:
    assert site.client.get(f"/trail?page={page}").status_code == 200
    assert site.client.get("/trail?who=%00").status_code == 200


def test_a_name_is_no_formula_in_a_spreadsheet(site: Site) -> None:
    site.services.accounts.record("=HYPERLINK(1)", "looked", "", "@sum")
    (line,) = lines(site, "?action=looked")
    assert (line["who"], line["detail"]) == ("'=HYPERLINK(1)", "'@sum")


def test_an_auditor_reads_it_and_a_stranger_does_not(site: Site) -> None:
    with site.services.database.writing() as session:
        session.connection().exec_driver_sql("UPDATE user_account SET role = 'auditor'")
    assert site.client.get("/trail").status_code == 200
    assert lines(site)
    stranger = site.app.test_client()
    assert [stranger.get(path).status_code for path in ("/trail", "/trail.csv")] == [303, 303]
