"""All tables together: whoever compares or migrates the schema starts here."""

from __future__ import annotations

from webapp.store import (
    alert_tables,
    api_tables,
    benchmark_tables,
    clock_tables,
    decision_tables,
    drift_tables,
    erased_lead_tables,
    evidence_tables,
    expectation_tables,
    experiment_tables,
    explanation_tables,
    feedback_tables,
    gap_tables,
    job_tables,
    measure_tables,
    organisation_key_tables,
    outcome_tables,
    paper_tables,
    people_tables,
    policy_tables,
    privacy_tables,
    release_tables,
    remark_tables,
    shadow_tables,
    shared_note_tables,
    tables,
    triage_tables,
)
from webapp.store.columns import Base

# Naming the modules keeps them imported: a table that nobody imported would be no part of the schema.
MODULES = (
    *(tables, organisation_key_tables, policy_tables, decision_tables, privacy_tables, release_tables),
    *(feedback_tables, measure_tables, erased_lead_tables, clock_tables, evidence_tables),
    *(api_tables, job_tables, people_tables, triage_tables, experiment_tables, shadow_tables),
    *(remark_tables,),
    alert_tables,
    *(gap_tables, benchmark_tables),
    drift_tables,
    expectation_tables,
    outcome_tables,
    shared_note_tables,
    *(explanation_tables, paper_tables),
)
METADATA = Base.metadata
