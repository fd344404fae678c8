"""Reps read the names that their CRM shows, not the columns of a policy."""

import json

import pytest

from connectors.policy.parse import parse_policy
from connectors.sandbox.salesforce.faults import Fault
from webapp import jobs
from webapp.columns_in_crm import names_in_crm
from webapp.crms import source_for


@pytest.mark.parametrize("crm", ["salesforce", "hubspot"])
def test_a_column_is_called_by_the_label_of_its_field(crms, crm):
    row = crms.ready(crm)
    fields = {field.name: field.label for field in source_for(crms.services, row).describe()}
    policy = parse_policy(crms.services.repository.policy(row.id).text)
    told = names_in_crm(crms.services, row, policy)
    assert told == {rule.column: fields[rule.field] for rule in policy.rules}
    assert len(told) == 3
    assert all(told.values())


def test_without_an_answer_the_fields_own_name_stands_and_the_audit_goes_on(crms):
    row = crms.ready("salesforce")
    policy = parse_policy(crms.services.repository.policy(row.id).text)
    crms.salesforce.faults.plan(Fault(kind="api_disabled", times=None, path="/describe"))
    assert names_in_crm(crms.services, row, policy) == {
        "score": "Score__c",
        "region": "Region__c",
        "converted": "Won__c",
    }
    crms.salesforce.faults.clear()
    audit = jobs.sync(crms.services, row)
    assert json.loads(audit.report)["kept"] == audit.pulled.kept == 236
