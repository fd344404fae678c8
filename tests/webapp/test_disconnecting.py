"""Disconnecting is final, and what was pulled goes: under a running job too, or after a killed one."""

import logging
from pathlib import Path

import pytest

from audit.schema import BadInput
from connectors.errors import Refused
from webapp import jobs
from webapp.app import create_app
from webapp.erasure import left_over
from webapp.rights import proofs
from webapp.rights.parting import CAUSE

CRMS = ("salesforce", "hubspot")


def disconnect(browser, row) -> str:
    """Press the button; what the next page says."""
    answer = browser.submit("/connections", {}, to=f"/connections/{row.id}/disconnect")
    return " ".join(browser.get(answer.headers["Location"]).text.split())


def parquet(crms) -> list[Path]:
    return list(crms.services.settings.data_dir.rglob("*.parquet"))


def assert_gone(crms, row) -> None:
    assert crms.services.repository.connection(row.id).state == "disconnected"
    assert crms.services.repository.flags(row.id) == {}
    assert not parquet(crms)
    assert left_over(crms.services) == ()


class Leaving:
    """Disconnects in the midst of a job: when the step has got so far."""

    def __init__(self, browser, row, step: str, after: int) -> None:
        self.browser, self.row, self.step, self.after = browser, row, step, after
        self.told = ""

    def __call__(self, step: str, done: int, _total: int | None) -> None:
        if step == self.step and done >= self.after and not self.told:
            self.told = disconnect(self.browser, self.row)


@pytest.mark.parametrize("crm", CRMS)
@pytest.mark.parametrize(
    ("job", "step", "after"),
    [
        (jobs.sync, "Pulling leads", 0),
        (jobs.sync, "Pulling leads", 1),
        (jobs.publish, "Writing flags back", 0),
    ],
    ids=["before the first lead", "after the first leads", "before the first flag"],
)
def test_disconnecting_in_the_midst_of_a_job_is_final_and_erases(crms, crm, job, step, after):
    browser = crms.signed_in()
    row = crms.ready(crm)
    before = jobs.sync(crms.services, row)
    assert parquet(crms)
    leaving = Leaving(browser, row, step, after)
    with pytest.raises(Refused) as refusal:
        job(crms.services, row, leaving)
    assert refusal.value.code == "not_connected"
    assert "Its leads will be erased here when the running job ends; the audits stay." in leaving.told
    assert "Its leads are not all erased here yet." in leaving.told
    assert_gone(crms, row)
    assert crms.services.repository.audits(row.id) == (before,)
    assert crms.services.repository.latest_receipt(row.id) is None


@pytest.mark.parametrize("crm", CRMS)
def test_a_lost_consent_is_noted_as_long_as_nobody_disconnects(crms, crm):
    row = crms.ready(crm)
    crms.services.grants(row.id).delete()
    with pytest.raises(Refused):
        jobs.sync(crms.services, row)
    assert crms.services.repository.connection(row.id).state == "consent_needed"
    crms.services.repository.set_state(row.id, "disconnected")
    with pytest.raises(Refused):
        jobs.sync(crms.services, row)
    assert crms.services.repository.connection(row.id).state == "disconnected"


def test_a_finished_job_leaves_nothing_to_erase_and_the_page_says_so(crms):
    browser = crms.signed_in()
    row = crms.ready("hubspot")
    jobs.sync(crms.services, row)
    told = disconnect(browser, row)
    assert "Its leads are erased here; the audits stay." in told
    assert "not all erased" not in told
    assert_gone(crms, row)
    (checked,) = proofs.check(crms.services, proofs.privacy(crms.services).proofs(row.id))
    said = proofs.told_in(checked.proof)
    assert (checked.trouble, checked.proof.finished_at is not None) == ("", True)
    assert (said["cause"], said["held"]) == (CAUSE, {"leads": 236, "flags": 236})
    assert (said["leads"], checked.proof.marks) == (0, b"")
    page = browser.get(f"/connections/{row.id}/privacy").text
    assert "Disconnected, and its key destroyed" in page
    assert "236" in page
    # Nothing was held the second time, so there is nothing to certify.
    disconnect(browser, row)
    assert len(proofs.privacy(crms.services).proofs(row.id)) == 1


def test_what_a_killed_job_left_is_erased_when_fairlead_starts(crms):
    browser = crms.signed_in()
    row = crms.ready("hubspot")
    jobs.sync(crms.services, row)
    with crms.services.one_job(row):
        told = disconnect(browser, row)
    assert "will be erased here when the running job ends" in told
    assert left_over(crms.services) == (crms.services.repository.connection(row.id),)
    (begun,) = proofs.privacy(crms.services).proofs(row.id)
    assert begun.finished_at is None
    app = create_app(crms.services.settings)
    assert_gone(crms, row)
    (ended,) = proofs.privacy(crms.services).proofs(row.id)
    assert ended.id == begun.id
    assert ended.finished_at is not None
    app.extensions["fairlead"].close()


def test_a_start_leaves_a_running_job_alone(crms):
    row = crms.ready("hubspot")
    jobs.sync(crms.services, row)
    with crms.services.one_job(row):
        crms.services.repository.set_state(row.id, "disconnected")
        create_app(crms.services.settings).extensions["fairlead"].close()
        assert parquet(crms)


def test_connecting_again_keeps_what_is_pulled(crms):
    row = crms.ready("hubspot")
    jobs.sync(crms.services, row)
    with crms.services.one_job(row):
        crms.services.repository.set_state(row.id, "disconnected")
    crms.connect("hubspot")
    create_app(crms.services.settings).extensions["fairlead"].close()
    assert parquet(crms)


def test_a_disk_that_refuses_is_told_and_tried_again(crms, tmp_path, caplog):
    browser = crms.signed_in()
    row = crms.ready("hubspot")
    jobs.sync(crms.services, row)
    place = crms.services.lake.folder / "hubspot" / row.organisation
    place.rename(tmp_path / "elsewhere")
    place.symlink_to(tmp_path / "elsewhere")  # a link is what even root may not remove as a folder
    told = disconnect(browser, row)
    assert f"The leads of HubSpot {row.organisation} could not be erased here (" in told
    assert "are erased here;" not in told
    assert crms.services.repository.connection(row.id).state == "disconnected"
    assert crms.services.repository.flags(row.id) == {}
    assert "Its leads are not all erased here yet." in browser.get("/connections").text
    with caplog.at_level(logging.WARNING):
        create_app(crms.services.settings).extensions["fairlead"].close()
    assert [r.getMessage() for r in caplog.records if "could not be erased" in r.getMessage()]
    place.unlink()
    (tmp_path / "elsewhere").rename(place)
    create_app(crms.services.settings).extensions["fairlead"].close()
    assert_gone(crms, row)
    assert "not all erased" not in browser.get("/connections").text


def test_a_job_says_that_its_leads_could_not_be_erased(crms, tmp_path):
    browser = crms.signed_in()
    row = crms.ready("hubspot")
    jobs.sync(crms.services, row)
    place = crms.services.lake.folder / "hubspot" / row.organisation
    place.rename(tmp_path / "elsewhere")
    place.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BadInput, match="could not be erased here"):
        jobs.publish(crms.services, row, Leaving(browser, row, "Writing flags back", 0))


@pytest.mark.parametrize("crm", CRMS)
def test_a_new_consent_clears_no_flag_in_the_crm_before_the_next_audit(crms, crm):
    browser = crms.signed_in()
    row = crms.ready(crm)
    jobs.sync(crms.services, row)
    written = jobs.publish(crms.services, row).written
    assert written > 100
    disconnect(browser, row)
    again = crms.connect(crm, browser)
    with pytest.raises(BadInput, match="was connected anew and not audited since; run fairlead sync first"):
        jobs.publish(crms.services, again)
    jobs.sync(crms.services, again)
    receipt = jobs.publish(crms.services, again)
    assert (receipt.cleared, receipt.unchanged + receipt.written) == (0, written)
