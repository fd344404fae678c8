"""Nobody gets a dossier of another's lead: wrong people, connections, objects, and leads that went."""

from __future__ import annotations

import json

import pytest

from audit.schema import BadInput
from connectors.sandbox.salesforce import org_deeds
from webapp import jobs
from webapp.rights import dossier, erasing


def told(crms, row, record_id, **asked):
    lead = erasing.lead_typed(crms.services, row, record_id, **asked)
    return dossier.dossier(crms.services, row, lead, "Ada")


def assert_empty(found):
    assert (found.columns, found.scores, found.check, found.decisions) == ((), (), None, ())
    assert found.created_day is None


def test_who_has_only_a_panel_or_no_sign_in_gets_none(crms):
    row = crms.ready("salesforce")
    crms.signed_in()
    path, fields = f"/connections/{row.id}/privacy", {"record_id": crms.salesforce.record_ids()[1]}
    for headers in ({}, {"Authorization": "Bearer anything"}, {"Origin": crms.salesforce.login_url}):
        client = crms.app.test_client()
        answer = client.post(f"{path}/dossier", data=fields, headers=headers)
        assert answer.status_code in {303, 400}
        assert fields["record_id"] not in answer.text
        assert client.get(path, headers=headers).status_code == 303
    assert not [one for one in crms.services.accounts.events() if one.action == "dossier made"]


def test_an_id_of_another_connection_opens_nothing(crms):
    row, other = crms.ready("salesforce"), crms.ready("hubspot")
    jobs.sync(crms.services, row)
    jobs.sync(crms.services, other)
    with pytest.raises(BadInput, match="15 or 18"):
        told(crms, row, crms.hubspot.record_ids()[1])
    with pytest.raises(BadInput, match="whole number"):
        told(crms, other, crms.salesforce.record_ids()[1])
    # Another org's lead of the same id: the key of each organisation makes another pseudonym.
    lead = erasing.lead_typed(crms.services, row, crms.salesforce.record_ids()[1])
    assert_empty(dossier.dossier(crms.services, other, lead, "Ada"))
    # The contact's number as a lead of the Leads object is another record.
    assert told(crms, other, crms.hubspot.record_ids()[1]).columns
    assert_empty(told(crms, other, crms.hubspot.record_ids()[1], kind="lead"))


def test_a_converted_a_merged_and_an_erased_lead(crms):
    row, org = crms.ready("salesforce"), crms.salesforce.org
    converted, master, loser, erased = crms.salesforce.record_ids()[1:5]
    jobs.sync(crms.services, row)
    org.clock.advance(3_600)
    org_deeds.convert(org, converted)
    org_deeds.merge(org, master, [loser])
    jobs.sync(crms.services, row)
    # A converted lead stays a lead that is held and scored.
    assert told(crms, row, converted).columns
    # Of a merge the master is held. The loser is no record any more, so nothing is held under its id.
    assert told(crms, row, master).columns
    lost = told(crms, row, loser)
    assert_empty(lost)
    assert "Nothing is held of this record" in lost.standing[0]
    done = erasing.erase_typed(crms.services, row, erased, "Ada")
    assert done.before.any
    gone = told(crms, row, erased)
    assert_empty(gone)
    assert "erased here" in gone.standing[0]
    # No dossier of one of them says a key of another.
    keys = {
        one: erasing.lead_typed(crms.services, row, one).hex for one in (converted, master, loser, erased)
    }
    for one in keys:
        text = dossier.to_json(told(crms, row, one))
        assert json.loads(text)["schema"] == "fairlead.dossier/1"
        assert not [key for other, key in keys.items() if other != one and key in text]
