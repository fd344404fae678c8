"""The risk of a draft: on the leads that were pulled where they tell it, else on a sample."""

from __future__ import annotations

import csv
import json
import re

import pyarrow as pa
import pytest
from click.testing import CliRunner

from audit.schema import BadInput
from connectors.policy.exposure import exposure
from connectors.policy.parse import parse_policy
from connectors.some_leads import some_leads
from webapp import jobs
from webapp.app import app_over
from webapp.cli import main
from webapp.cli.policy_words import exposure_json
from webapp.crms import source_for
from webapp.measuring import NOT_HELD, held_leads, held_policy, measured
from webapp.viewmodels.risk_meter import risk_meter

BY_HAND = """
[policy]
name = "p"
crm = "file"
object = "o"
[[rule]]
field = "zip"
operator = "keep"
[[rule]]
field = "kind"
operator = "keep"
"""


@pytest.fixture(scope="module")
def world(support, certificate, tmp_path_factory):
    with support.running(certificate, tmp_path_factory.mktemp("measured")) as running:
        yield running


@pytest.fixture(scope="module")
def pulled(world, support):
    row = world.ready("salesforce")
    jobs.sync(world.services, row)
    return world.services, row, support.policy_text("salesforce")


@pytest.fixture
def org(world):
    return world.salesforce


def test_the_policy_in_force_is_measured_on_every_pulled_lead(pulled):
    opened, row, text = pulled
    found = measured(opened, row, parse_policy(text), ask=False)
    assert found.ground == "Measured on all 236 leads that were pulled."
    assert found.exposure.risk.leads == held_leads(opened, row) == 236


def raw_file(org, policy, path):
    """The org's own leads as a CSV file of the fields that a policy names."""
    leads = list(org.org.leads.values())
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(policy.fields)
        for one in leads:
            values = [one.get(name) for name in policy.fields]
            writer.writerow(["" if value is None else value for value in values])
    return path


def settled(figures):
    """Figures without the one draw of the attack, which the order of the rows decides."""
    return {**figures, "attack": {**figures["attack"], "found": None}}


def test_the_page_and_the_command_measure_the_same_to_the_digit(org, pulled, tmp_path):
    opened, row, text = pulled
    # Of what an outsider could know: some leads that look like no other, and a way to groups of five.
    for place, one in enumerate(org.record_ids()):
        org.org.leads[one] = {**org.org.leads[one], "NumberOfEmployees": (place * place) % 151}
    text += '\n[[rule]]\nfield = "NumberOfEmployees"\noperator = "keep"\ncolumn = "employees"\n'
    policy = parse_policy(text)
    on_page = measured(opened, row, policy, ("region",))
    assert on_page.ground.startswith("Measured on a sample of n = 236")
    (tmp_path / "policy.toml").write_text(text)
    quasi = [part for name in on_page.known for part in ("--quasi-identifier", name)]
    data = raw_file(org, policy, tmp_path / "leads.csv")
    command = ["policy", "preview", str(tmp_path / "policy.toml"), "--data", str(data), *quasi]
    command += ["--sensitive", "region"]
    found = json.loads(CliRunner().invoke(main, [*command, "--json"]).stdout)
    assert on_page.exposure.risk.alone > 0
    assert on_page.exposure.path.steps
    assert found["kept"] == on_page.exposure.risk.leads == 236
    assert settled(found["risk"]) == settled(json.loads(json.dumps(exposure_json(on_page.exposure))))
    assert (found["level"], found["reasons"]) == (on_page.level.colour, list(on_page.level.sentences))
    # The same words, too, where a page and a terminal say the same.
    said, meter = CliRunner().invoke(main, command).stdout, risk_meter(on_page, on_page.known)
    for _, words in meter.figures[1:]:
        for number in re.findall(r"[\d.,]+%?", words):
            assert number in said, (number, said)
    # A sample that holds every lead gives what the whole gives.
    narrow = parse_policy(pulled[2])
    whole, table = measured(opened, row, narrow, ("region",), ask=False), source_for(opened, row)
    sample = exposure(table.look(narrow, 1_000).batch.table, narrow, whole.known, ("region",))
    assert settled(exposure_json(sample)) == settled(exposure_json(whole.exposure))


def test_k_l_and_t_of_a_table_that_is_counted_by_hand():
    table = pa.table(
        {
            "zip": ["0", "0", "0", "1", "1", "2"],
            "kind": ["a", "a", "b", "a", "b", "b"],
        }
    )
    policy = parse_policy(BY_HAND)
    found = exposure(table, policy, ("zip",), ("kind",))
    # Groups of 3, 2 and 1: k is 1, one lead is alone, all six are in groups under five.
    assert (found.risk.groups, found.risk.smallest, found.risk.alone, found.risk.few) == (3, 1, 1, 6)
    told, _ = found.learned[0]
    # The group of one has one value: l is 1, worth 1; half of all leads are "b", it has only those: t is 1/2.
    assert (told.distinct, told.effective, told.closeness) == (1, 1.0, 0.5)
    # One of the three, one of the two and one of the one: on average 3 people of 6, by chance 1.
    assert (found.attack.listed, found.attack.expected, found.attack.by_chance) == (6, 3.0, 1.0)
    # Six leads make no two groups of five, so the way ends where none of its values is left.
    assert found.path is not None
    assert [step.column for step in found.path.steps][-1:] == ["zip"]
    assert found.path.risk.smallest == 6


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
