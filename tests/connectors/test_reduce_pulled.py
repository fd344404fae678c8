"""A free text in a CRM: through its API, the policy, the lake and an audit; no word of it is in any."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import date

import pytest

from audit.report import metrics_csv, to_html, to_json
from audit.run import AuditRequest, audit
from audit.schema import BadInput, parse_stream
from connectors.lake import Lake
from connectors.policy.parse import parse_policy
from connectors.sandbox.fields import FieldSpec, OrgContents
from connectors.sandbox.fill import contents_for_story
from connectors.sandbox.story import story
from tests.connectors.test_fill_pulled import sources, through_the_lake
from tests.journey.canaries import traces
from tests.seals import SEALS

CANARY = "Zebulon Quickfeather"
FIELDS = {"salesforce": "Story__c", "hubspot": "story_text"}
NUMBERS = ("length", "words", "readability", "sentiment", "tone")


def rules(field: str) -> str:
    language = {"sentiment": 'language = "en"\n', "tone": 'language = "en"\n'}
    return "".join(
        f'\n[[rule]]\nfield = "{field}"\noperator = "reduce"\ncolumn = "story.{to}"\nto = "{to}"\n'
        f"{language.get(to, '')}"
        for to in NUMBERS
    )


def told(contents: OrgContents, field: str) -> OrgContents:
    """The same leads, each with a text that names a person."""
    records = tuple(
        {**record, field: f"{CANARY} {number} is unhappy with the delay of the offer."}
        for number, record in enumerate(contents.records)
    )
    fields = (*contents.fields, FieldSpec(name=field, label="Story", type="text"))
    return replace(contents, fields=fields, records=records, policy=contents.policy + rules(field))


def test_a_reduced_text_is_nowhere_after_the_whole_way(tmp_path, caplog):
    both = contents_for_story(story(240, 3, date(2026, 6, 1)))
    both = (told(both[0], FIELDS["salesforce"]), told(both[1], FIELDS["hubspot"]))
    lake = tmp_path / "lake"
    with caplog.at_level(logging.DEBUG), sources(*both, tmp_path) as connected:
        for source, contents in zip(connected, both, strict=True):
            stream = parse_stream(contents.stream)
            stream = replace(stream, controls=(*stream.controls, "story.tone"), features=None)
            intake = through_the_lake(source, contents, Lake(lake, SEALS))
            table = Lake(lake, SEALS).read(parse_policy(contents.policy).crm, source.organisation)
            assert set(table["story.tone"].to_pylist()) == {"negative"}
            report = audit(intake, stream, AuditRequest())
            for made in (to_json(report), to_html(report), metrics_csv(report), repr(report), repr(source)):
                assert "Zebulon" not in made
            with pytest.raises(BadInput) as caught:
                through_the_lake(
                    source,
                    replace(contents, policy=contents.policy.replace('"tone"\n', '"tune"\n')),
                    Lake(lake, SEALS),
                )
            assert "Zebulon" not in str(caught.value)
    seals = [SEALS(crm, one.organisation) for crm, one in zip(FIELDS, connected, strict=True)]
    found = list(traces(lake, *seals))
    assert any(name.endswith(".parquet") for name, _ in found)
    assert not [name for name, content in found if b"Zebulon" in content or b"Quickfeather" in content]
    assert "Zebulon" not in caplog.text
