"""``mitigation.json``: the experiment for programs; the same experiment gives the same bytes."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from audit.estimate import Estimate
from audit.report.mitigation.model import SCHEMA, MitigationReport
from audit.report.rounding import rounded
from audit.rows.mitigation.model import Reading, Trial

Record = dict[str, Any]


def to_json(report: MitigationReport) -> str:
    """The report as JSON text; `mitigation.schema.json` in this folder describes it."""
    made = report.experiment
    record = {
        "schema": SCHEMA,
        "version": report.version,
        "stream": made.stream,
        "rows": report.rows,
        "kept": report.kept,
        "rejected": sum(one.count for one in report.rejected),
        "excluded": sum(one.count for one in report.excluded),
        "digests": {"stream": report.stream_digest, "data": report.data_digest},
        "pipeline": asdict(report.pipeline) if report.pipeline else None,
        "settings": {**asdict(made.request), "confidence": made.confidence, "folds": made.folds},
        "attribute": made.attribute,
        "group": made.group,
        "reference": made.reference,
        "leads": made.leads,
        "known_outcomes": made.known,
        "unknown_outcomes": made.unworked,
        "by_account": made.by_account,
        "undefined": made.undefined,
        "unjudged": made.unjudged,
        "today": _reading(made.today),
        "trials": [_trial(one) for one in made.trials],
        "hidden_by_legal_mode": made.hidden,
        "advice": asdict(made.advice) if made.advice else None,
        "validation": {
            "remedy": made.validated,
            "rows": [
                {**asdict(one), "before": _estimate(one.before), "after": _estimate(one.after)}
                for one in made.validation
            ],
        },
    }
    return json.dumps(rounded(record), sort_keys=True, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _estimate(one: Estimate) -> Record:
    return {name: getattr(one, name) for name in ("value", "low", "high", "n", "undefined")}


def _reading(one: Reading | None) -> Record | None:
    if one is None:
        return None
    return {
        "gaps": {aim: _estimate(gap) for aim, gap in one.gaps},
        "widest": _estimate(one.widest),
        "accuracy": _estimate(one.accuracy),
        "won_per_call": _estimate(one.won),
        "worth_per_call": _estimate(one.worth) if one.worth else None,
        "calls": one.calls,
        "coverage": one.coverage,
    }


def _trial(one: Trial) -> Record:
    return {
        "remedy": asdict(one.remedy),
        "undefined": one.undefined,
        "after": _reading(one.after),
        "reduction": asdict(one.reduction) if one.reduction else None,
        "accuracy_change": asdict(one.accuracy) if one.accuracy else None,
        "accuracy_against_plain": asdict(one.against_plain) if one.against_plain else None,
        "won_per_call_change": asdict(one.won) if one.won else None,
        "worth_per_call_change": asdict(one.worth) if one.worth else None,
        "moved": one.moved,
        "fidelity": one.fidelity,
        "warnings": one.warnings,
        "unbeaten_accuracy": one.best,
        "unbeaten_won": one.best_won,
        "unbeaten_worth": one.best_worth,
    }
