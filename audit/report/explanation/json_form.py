"""``explanation.json``: the explanation for programs; the same input and seed give the same bytes."""

from __future__ import annotations

import json
from dataclasses import asdict, fields, is_dataclass
from typing import Any

from audit.estimate import Estimate
from audit.report.explanation.model import SCHEMA, ExplanationReport
from audit.report.rounding import rounded

ESTIMATE = ("value", "low", "high", "n", "undefined")


def to_json(report: ExplanationReport) -> str:
    """The report as JSON text; `explanation.schema.json` in this folder describes it."""
    made = report.explained
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
        "settings": {
            "seed": made.request.seed,
            "fixed": made.request.fixed,
            "leads": len(made.stories),
            "confidence": made.confidence,
        },
        "leads": made.leads,
        "looked_at": made.looked_at,
        "by_account": made.by_account,
        "unit": made.unit,
        "threshold": made.threshold,
        "undefined": made.undefined,
        "model": plain(made.explainer),
        "drivers": plain(made.drivers),
        "agreements": plain(made.agreements),
        "no_shapley": made.no_shapley,
        "gaps": plain(made.gaps),
        "recourse": plain(made.recourse),
        "no_recourse": made.no_recourse,
        "locked": plain(made.locked),
        "searched": plain(made.searched),
        "single_leads": plain(made.stories),
    }
    return json.dumps(rounded(record), sort_keys=True, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def plain(value: Any) -> Any:  # noqa: ANN401 - walks the values of an explanation
    """Dataclasses as objects, tuples as lists; an estimate without what it never has here."""
    if isinstance(value, Estimate):
        return {name: getattr(value, name) for name in ESTIMATE}
    if is_dataclass(value):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    return [plain(one) for one in value] if isinstance(value, tuple) else value
