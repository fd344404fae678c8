"""A policy saved before there was a lead: unmeasured is not better than measured."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from audit.schema import BadInput
from connectors.policy.parse import parse_policy
from connectors.sandbox.certificate import Certificate
from connectors.sandbox.fields import FieldSpec, OrgContents
from tests.webapp.markup import Page, faults
from webapp import jobs
from webapp.measuring import measured
from webapp.store.rows import ConnectionRow

POLICY = """[policy]
name = "leads"
crm = "salesforce"
object = "Lead"
created = "CreatedDate"

[[rule]]
field = "Score__c"
operator = "keep"
column = "score"

[[rule]]
field = "Sector__c"
operator = "keep"
column = "sector"

[[rule]]
field = "Status"
operator = "map"
column = "outcome"
vocabulary = { "Won" = "1", "Lost" = "0" }
"""
COARSER = POLICY.replace('"keep"\ncolumn = "sector"', '"coarsen"\nby = "presence"\ncolumn = "sector"')
STREAM = """[stream]
name = "leads"
score = "score"
threshold = 50
outcome = "outcome"
[[stream.attribute]]
name = "sector"
"""
REASON = "Agreed with the works council"
LEADS = 40


def unlike_leads(support: ModuleType, crm: str, leads: int) -> OrgContents:
    """An org of leads each of which has a sector of its own."""
    if crm != "salesforce":
        return support.contents(crm, 1)
    sectors = tuple(f"S{number}" for number in range(LEADS))
    fields = (
        FieldSpec(name="Score__c", label="Score", type="number"),
        FieldSpec(name="Sector__c", label="Sector", type="choice", options=sectors),
    )
    records = tuple(
        {
            "CreatedDate": "2026-01-02T10:00:00.000+0000",
            "Score__c": 30 + place,
            "Sector__c": sectors[place],
            "Status": "Won" if place % 2 else "Lost",
            "LastName": "Canary",
            "Company": "Canary",
        }
        for place in range(leads)
    )
    return OrgContents(fields=fields, records=records, policy=POLICY, stream=STREAM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """One org, its admin's browser, and the policy page."""

    world: Any
    browser: Any
    row: ConnectionRow

    @property
    def path(self) -> str:
        return f"/connections/{self.row.id}/policy"

    def save(self, text: str, reason: str = "") -> tuple[int, str]:
        form = {"action": "save", "text": text, "reason": reason}
        answer = self.browser.submit(self.path, form)
        return answer.status_code, Page(answer.text).text

    def save_unasked(self, text: str) -> None:
        """Save while the CRM does not answer, so that nothing can be measured."""
        self.world.salesforce.break_down()
        assert "could not be measured" in self.save(text)[1]
        assert self.save(text, REASON)[0] == 303
        self.world.salesforce.recover()

    def accept(self, version: int, reason: str) -> str:
        form = {"version": str(version), "reason": reason}
        self.browser.submit(self.path, form, to=f"{self.path}/risk")
        return self.page()

    def page(self) -> str:
        text = self.browser.get(self.path).text
        assert faults(text) == []
        return Page(text).text

    def publish(self) -> str:
        """Why nothing was written back; "" where it was."""
        try:
            jobs.publish(self.world.services, self.row)
        except BadInput as refused:
            return str(refused)
        return ""


@contextmanager
def opened(support: ModuleType, certificate: Certificate, folder: Path, leads: int) -> Iterator[Office]:
    with support.running(certificate, folder, held=partial(unlike_leads, support, leads=leads)) as world:
        browser = world.signed_in()
        row = world.connect("salesforce", browser)
        world.services.repository.save_stream(row.id, STREAM, "Ada")
        yield Office(world=world, browser=browser, row=row)


def test_without_a_lead_the_first_policy_needs_a_reason_and_is_called_unmeasured(
    support: ModuleType, certificate: Certificate, tmp_path: Path
) -> None:
    with opened(support, certificate, tmp_path, 0) as office:
        status, text = office.save(POLICY)
        assert status == 422
        assert "could not be measured, so nobody knows whether it is high" in text
        assert office.save(POLICY, REASON)[0] == 303
        assert office.world.services.notes.of(office.row.id)[1].level == ""
        assert "The first sync that brings a lead measures it." in office.page()
        assert "Some risk" not in office.page()


def test_a_first_pull_that_measures_red_stops_before_the_write_back(
    support: ModuleType, certificate: Certificate, tmp_path: Path
) -> None:
    with opened(support, certificate, tmp_path, LEADS) as office:
        services, row = office.world.services, office.row
        office.save_unasked(POLICY)
        jobs.sync(services, row)
        found = services.first_measures.of(row.id, 1)
        assert (found.level, found.leads, found.stops) == ("red", LEADS, True)
        # What the job measured is what the page measures of the same leads.
        assert measured(services, row, parse_policy(POLICY), ask=False).level.colour == "red"
        assert "measured a high risk" in services.repository.connection(row.id).note
        assert "measured a high risk: nothing is written back" in office.publish()
        assert office.world.salesforce.written_back() == ()
        assert "The risk is high, so nothing is written back" in office.page()

        assert "at least three words" in office.accept(1, "ok ok")
        assert "Nothing waits for this" in office.accept(2, REASON)
        assert office.publish()
        page = office.accept(1, REASON)
        assert "Accepted by Ada" in page
        assert REASON in page
        assert office.publish() == ""
        actions = [one.action for one in services.accounts.events()]
        assert {"policy measured", "policy risk accepted"} <= set(actions)
        assert "Nothing waits for this" in office.accept(1, REASON)


def test_a_coarser_policy_needs_nobody_to_accept_anything(
    support: ModuleType, certificate: Certificate, tmp_path: Path
) -> None:
    with opened(support, certificate, tmp_path, LEADS) as office:
        office.save_unasked(POLICY)
        jobs.sync(office.world.services, office.row)
        assert office.publish()
        assert office.save(COARSER)[0] == 303  # the held leads tell its risk
        assert office.publish()  # the audit is still one under the first version
        jobs.sync(office.world.services, office.row)
        assert office.world.services.notes.of(office.row.id)[2].level in {"green", "amber"}
        assert office.world.services.first_measures.of(office.row.id, 2) is None
        assert office.publish() == ""
