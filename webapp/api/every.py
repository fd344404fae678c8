"""All operations of the API, in the order of the reference page."""

from __future__ import annotations

from webapp.api import (
    alerts,
    answers,
    audits,
    connections,
    decisions,
    drift,
    evidence,
    expected,
    experiments,
    explanations,
    gaps_after,
    leads,
    monitoring,
    outcome_audits,
    papers,
    people,
    releases,
    remarks,
    rules,
    scorecards,
    shadows,
)
from webapp.api.operation import Operation

OPERATIONS: tuple[Operation, ...] = (
    *connections.OPERATIONS,
    *audits.OPERATIONS,
    *papers.OPERATIONS,
    *evidence.OPERATIONS,
    *alerts.OPERATIONS,
    *answers.OPERATIONS,
    *remarks.OPERATIONS,
    *experiments.OPERATIONS,
    *shadows.OPERATIONS,
    *monitoring.OPERATIONS,
    *drift.OPERATIONS,
    *expected.OPERATIONS,
    *scorecards.OPERATIONS,
    *outcome_audits.OPERATIONS,
    *gaps_after.OPERATIONS,
    *explanations.OPERATIONS,
    *rules.OPERATIONS,
    *decisions.OPERATIONS,
    *releases.OPERATIONS,
    *leads.OPERATIONS,
    *people.OPERATIONS,
)
