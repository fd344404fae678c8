"""The whole way of a lead: into a stand-in, out through its API and the policy, into the lake."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from audit.intake import Intake, admit
from audit.schema import Stream, parse_stream
from connectors.files.reading import read_table
from connectors.lake import Lake
from connectors.policy.parse import parse_policy
from connectors.sandbox.certificate import make_certificate
from connectors.sandbox.fields import OrgContents
from connectors.sandbox.file_columns import with_score
from connectors.sandbox.fill import contents_for_file, contents_for_story, halves
from connectors.sandbox.hubspot import HubSpotStandIn
from connectors.sandbox.salesforce import SalesforceStandIn
from connectors.sandbox.story import story
from connectors.source import Source
from tests.connectors import subject_hubspot, subject_salesforce
from tests.seals import SEALS

BANK = """
[stream]
name = "bank"
outcome = "y"
features = ["job", "education", "balance", "housing", "loan", "poutcome"]
controls = ["campaign"]
[[stream.attribute]]
name = "age"
bands = [25, 60]
[[stream.attribute]]
name = "marital"
"""


@contextmanager
def sources(salesforce: OrgContents, hubspot: OrgContents, folder: Path) -> Iterator[tuple[Source, Source]]:
    """Both stand-ins with their contents, connected through their consent flows."""
    with ExitStack() as stack:
        org = stack.enter_context(SalesforceStandIn(salesforce, make_certificate(folder), seed=1))
        portal = stack.enter_context(HubSpotStandIn(hubspot, seed=1))
        grants = subject_salesforce.connect(org)
        yield subject_salesforce.source_of(org, grants), subject_hubspot.connect(portal).source


def through_the_lake(source: Source, contents: OrgContents, lake: Lake) -> Intake:
    policy = parse_policy(contents.policy)
    lake.write(policy.crm, source.organisation, source.pull(policy))
    return admit(lake.read(policy.crm, source.organisation), parse_stream(contents.stream))


def groups(intake: Intake) -> Counter[tuple[object, ...]]:
    """Every row but its key, whatever the order."""
    table = intake.table
    names = sorted(name for name in table.column_names if name != "key")
    return Counter(zip(*(table[name].to_pylist() for name in names), strict=True))


def expected(table: pa.Table, stream: Stream) -> Iterator[Intake]:
    scored, fitted = with_score(table, stream, 1)
    for half in halves(scored):
        yield admit(half, fitted)


@pytest.mark.data
def test_real_leads_audit_the_same_after_the_whole_way(data_dir, tmp_path):
    table = read_table(data_dir / "bank_marketing" / "bank-full.csv.gz").table
    table = table.take(pa.array(range(0, table.num_rows, 11)))
    stream = parse_stream(BANK, score_required=False)
    both = contents_for_file(table, stream, 1)
    with sources(*both, tmp_path) as connected:
        for source, contents, from_file in zip(connected, both, expected(table, stream), strict=True):
            from_crm = through_the_lake(source, contents, Lake(tmp_path / "lake", SEALS))
            assert from_crm.kept == from_file.kept > 2000
            assert groups(from_crm) == groups(from_file)


def test_the_story_arrives_as_it_was_told(tmp_path):
    whole = story(400, 3, date(2026, 6, 1))
    both = contents_for_story(whole)
    with sources(*both, tmp_path) as connected:
        for source, contents, half in zip(connected, both, halves(whole.table), strict=True):
            intake = through_the_lake(source, contents, Lake(tmp_path / "lake", SEALS))
            stays = half.filter(pa.array([not out for out in half["opted_out"].to_pylist()]))
            assert intake.kept == stays.num_rows
            regions = Counter(intake.table["attribute:region"].to_pylist())
            assert regions == Counter(stays["region"].to_pylist())
            assert Counter(intake.table["score"].to_pylist()) == Counter(stays["score"].to_pylist())
            assert Counter(intake.table["worked"].to_pylist()) == Counter(stays["worked"].to_pylist())
            assert Counter(intake.table["created"].to_pylist()) == Counter(stays["created"].to_pylist())


ODD = (
    "Email opt in",
    "status",
    "Created",
    "年齢",
    "性別",
    "a.b",
    "A B",
    "order by",
    "Age",
    "age",
    "IsConverted",
    'x"y',
)


def test_groups_of_columns_with_odd_names_survive_the_whole_way(tmp_path):
    groups_of = {
        name: [f"{'gh'[row % 2]}{row % (2 + place)}" for row in range(600)] for place, name in enumerate(ODD)
    }
    more = {
        "won": ["yes", "no", "no"] * 200,
        "score": [str(row % 90) for row in range(600)],
        "empty": [None] * 600,
    }
    table = pa.table({**groups_of, **more, "many": [f"level {row}" for row in range(600)]})
    attributes = "".join(f"[[stream.attribute]]\nname = '{name}'\n" for name in (*ODD, "empty", "many"))
    head = '[stream]\nname = "odd"\nscore = "score"\nthreshold = 50\noutcome = "won"\n'
    stream = parse_stream(head + attributes)
    both = contents_for_file(table, stream, 1)
    with sources(*both, tmp_path) as connected:
        for source, contents, from_file in zip(connected, both, expected(table, stream), strict=True):
            from_crm = through_the_lake(source, contents, Lake(tmp_path / "lake", SEALS))
            assert groups(from_crm) == groups(from_file)
