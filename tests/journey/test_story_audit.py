"""The audit against a story whose truth is known: it finds what was planted, and nothing else."""

from __future__ import annotations

import pytest

from audit.intake import admit
from audit.run import AuditRequest, audit
from audit.schema import parse_stream
from connectors.policy.apply import Raw, apply_policy
from connectors.policy.parse import parse_policy
from connectors.pseudonym import Keyring
from connectors.sandbox.fill import contents_for_story
from connectors.sandbox.story import story

LEADS, SEEDS = 12_000, range(6)


def text(value) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else f"{value:g}"


def audited(contents):
    """One org's contents under its own policy and stream, as a pull would bring them."""
    policy, stream = parse_policy(contents.policy), parse_stream(contents.stream)
    keyring = Keyring(crm=policy.crm, organisation="story", master=bytes(range(32)))
    keys = [keyring.lead_key(str(number)) for number in range(len(contents.records))]
    columns = {name: [text(one.get(name)) for one in contents.records] for name in policy.fields}
    batch = apply_policy(policy, Raw(keys=keys, columns=columns), keyring)
    return audit(admit(batch.table, stream), stream, AuditRequest())


@pytest.fixture(scope="module")
def all_told():
    stories = [story(LEADS, seed) for seed in SEEDS]
    return [(one, audited(contents_for_story(one)[0])) for one in stories]


def gap(report, group: str, metric: str):
    (found,) = [
        one
        for one in report.disparities
        if (one.group, one.metric, one.kind) == ((group,), metric, "difference")
    ]
    return found


def test_the_planted_gap_always_fails_and_its_interval_mostly_holds_the_truth(all_told):
    covered = 0
    for told, report in all_told:
        found = gap(report, told.truth.group, "selection_rate")
        assert found.verdict == "fail"
        covered += found.low <= -abs(told.truth.selection_gap) <= found.high
    assert covered >= len(all_told) - 2


def test_the_planted_proxy_is_named_and_its_share_mostly_holds_the_truth(all_told):
    covered = 0
    for told, report in all_told:
        first = min((one for one in report.proxies if one.attribute == "region"), key=lambda one: one.rank)
        assert first.feature == "zip3"
        covered += first.share_low <= told.truth.share_through_proxy <= first.share_high
    assert covered >= len(all_told) - 2


def test_the_worst_finding_is_the_planted_one(all_told):
    for told, report in all_told:
        worst = report.findings[0]
        assert (worst.severity, worst.group) == ("critical", (told.truth.group,))
        assert "zip3" in worst.text


def test_the_unbiased_attributes_are_all_but_never_accused(all_told):
    accused = [
        finding
        for told, report in all_told
        for finding in report.findings
        if finding.verdict == "fail" and set(finding.attribute) <= set(told.truth.unbiased)
    ]
    assert len(accused) <= 1
