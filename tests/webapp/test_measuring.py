"""The risk of a draft: on the leads that were pulled where they tell it, else on a sample."""

from __future__ import annotations

import pyarrow as pa
import pytest

from audit.schema import BadInput
from connectors.policy.parse import parse_policy
from connectors.some_leads import some_leads
from webapp import jobs
from webapp.app import app_over
from webapp.measuring import NOT_HELD, held_leads, held_policy, measured


@pytest.fixture(scope="module")
def pulled(support, certificate, tmp_path_factory):
    with support.running(certificate, tmp_path_factory.mktemp("measured")) as world:
        row = world.ready("salesforce")
        jobs.sync(world.services, row)
        yield world.services, row, support.policy_text("salesforce")


def test_the_policy_in_force_is_measured_on_every_pulled_lead(pulled):
    opened, row, text = pulled
    found = measured(opened, row, parse_policy(text), ask=False)
    assert found.ground == "Measured on all 236 leads that were pulled."
    assert found.exposure.risk.leads == held_leads(opened, row) == 236


def test_a_coarser_draft_needs_no_call_and_a_finer_one_a_sample(pulled):
    opened, row, text = pulled
    kept = 'operator = "keep"\ncolumn = "score"'
    banded = text.replace(kept, 'operator = "band"\ncolumn = "score"\nbands = [50]')
    assert "pulled" in measured(opened, row, parse_policy(banded), ask=False).ground
    finer = f'{text}\n[[rule]]\nfield = "Company"\noperator = "coarsen"\nby = "presence"\n'
    with pytest.raises(BadInput, match="do not tell the risk of this draft"):
        measured(opened, row, parse_policy(finer), ask=False)
    sampled = measured(opened, row, parse_policy(finer))
    assert sampled.ground.startswith("Measured on a sample of n = 236: the first leads that Salesforce gave")
    assert NOT_HELD


def test_another_version_in_force_does_not_change_what_was_pulled(pulled):
    opened, row, text = pulled
    opened.repository.save_policy(row.id, text.replace('"region"', '"area"'), "Ada")
    held = held_policy(opened, row)
    assert held == parse_policy(text)
    opened.repository.save_policy(row.id, text, "Ada")


def test_some_leads_are_drawn_with_the_same_chance(pulled):
    opened, row, _ = pulled
    owner = (row.crm, row.organisation)
    whole = opened.lake.read(*owner)
    every = some_leads(opened.lake, owner, 1.0)
    assert every.select(whole.column_names).equals(whole)
    drawn = [some_leads(opened.lake, owner, 0.5, seed) for seed in range(40)]
    assert 100 < sum(table.num_rows for table in drawn) / 40 < 136
    counts = pa.concat_tables(drawn)["lead_key"].value_counts()
    assert len(counts) == 236


def test_the_page_opens_where_the_key_was_destroyed(pulled, support):
    opened, row, text = pulled
    browser = support.Browser(app_over(opened).test_client())
    browser.sign_in()
    path = f"/connections/{row.id}/policy"
    assert "236" in browser.get(path).text
    opened.keys.destroy(row.id, "Ada")
    assert held_policy(opened, row) is None
    answer = browser.get(path)
    assert answer.status_code == 200
    assert "No lead is held here yet." in answer.text
    tried = browser.submit(path, {"action": "measure", "text": text})
    assert tried.status_code == 200
    assert "destroyed" in tried.text
