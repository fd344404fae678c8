"""The operator that makes a number of a free text."""

from __future__ import annotations

import pytest

from audit.schema import BadInput
from connectors.policy.apply import Raw, apply_policy
from connectors.policy.fitting import refuse_unfit
from connectors.policy.parse import parse_policy
from connectors.policy.reduce import Reduce
from connectors.policy.write import policy_to_toml
from connectors.pseudonym import Keyring
from connectors.source import FieldInfo

KEYRING = Keyring(crm="salesforce", organisation="00D1", master=bytes(range(32)))
POLICY = """
[policy]
name = "cases"
crm = "salesforce"
object = "Case"
created = "CreatedDate"
[[rule]]
field = "Description"
operator = "reduce"
column = "description.tone"
to = "tone"
language = "en"
[[rule]]
field = "Description"
operator = "reduce"
column = "description.words"
to = "words"
"""
CANARY = "Zebulon Quickfeather is unhappy with the delay."


def test_only_the_numbers_reach_the_batch_and_an_unread_text_is_counted():
    policy = parse_policy(POLICY)
    keys = [KEYRING.lead_key(one) for one in ("1", "2", "3")]
    columns = {
        "Description": [CANARY, "Storno sofort", None],
        "CreatedDate": ["2026-01-01", "2026-01-02", "2026-01-03"],
    }
    batch = apply_policy(policy, Raw(keys=keys, columns=columns), KEYRING)
    assert batch.table["description.tone"].to_pylist() == ["negative", None, None]
    assert batch.table["description.words"].to_pylist() == ["7", "2", None]
    assert batch.unmapped == {"description.tone": 1}
    assert "Zebulon" not in repr(batch) + str(batch.table.to_pydict())


def test_the_policy_reads_back():
    policy = parse_policy(POLICY)
    assert parse_policy(policy_to_toml(policy)) == policy


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"to": "gist"}, "to must be one of length"),
        ({"to": "tone"}, 'add language = "en"'),
        ({"to": "words", "language": "fr"}, "language must be en"),
    ],
)
def test_what_cannot_be_told_is_refused(parameters, words):
    with pytest.raises(BadInput, match=words):
        Reduce(**parameters)


def test_a_name_cannot_be_reduced_and_a_long_text_can():
    with pytest.raises(BadInput, match="'LastName' is a name and cannot be used with operator 'reduce'"):
        parse_policy(POLICY.replace("Description", "LastName"))
    kept = POLICY.partition("[[rule]]")[0] + '[[rule]]\nfield = "Description"\noperator = "keep"\n'
    with pytest.raises(BadInput, match=r"is a free text .* 'keep': use drop or reduce"):
        parse_policy(kept)
    fields = [
        FieldInfo(name="Description", label="Description", type="textarea", kind="long_text"),
        FieldInfo(name="CreatedDate", label="Created", type="datetime", kind="moment"),
    ]
    refuse_unfit(parse_policy(POLICY), fields)
