"""``monitor.json``: every watched gap on every day, for programs; the same leads give the same bytes."""

from __future__ import annotations

import json
from typing import Any

from audit.report.monitoring.drift_json import drift_record
from audit.report.monitoring.expected_json import to_record
from audit.report.monitoring.model import SCHEMA, MonitorReport
from audit.report.rounding import rounded
from audit.watch import Survey, Unwatched, Watched, more_days

Record = dict[str, Any]


def to_json(report: MonitorReport) -> str:
    """The report as JSON text; `monitor.schema.json` in this folder describes it."""
    made = report.survey
    record = {
        "schema": SCHEMA,
        "version": report.version,
        "stream": made.stream,
        "rows": report.rows,
        "kept": report.kept,
        "rejected": sum(one.count for one in report.rejected),
        "excluded": sum(one.count for one in report.excluded),
        "digests": {"stream": report.stream_digest, "data": report.data_digest},
        "settings": {"tolerance": made.tolerance, "confidence": made.confidence},
        "metrics": made.metrics,
        "absent_metrics": made.absent,
        "first_day": made.first.isoformat(),
        "last_day": made.last.isoformat(),
        "by_account": made.by_account,
        "watched": [_watched(one, made, sure) for one, sure in zip(made.watched, made.sure, strict=True)],
        "unwatched": [_unwatched(one, made) for one in made.unwatched],
        **({} if report.drift is None else {"drift": drift_record(report.drift)}),
    }
    if report.expected is not None:
        record["expected"] = to_record(report.expected)
    return json.dumps(rounded(record), sort_keys=True, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _unwatched(one: Unwatched, made: Survey) -> Record:
    return {
        "metric": one.metric,
        "attribute": one.attribute,
        "group": one.group,
        "special_category": one.attribute in made.special,
        "leads": one.leads,
        "why": one.why,
    }


def _watched(one: Watched, made: Survey, sure: bool) -> Record:
    return {
        "metric": one.metric,
        "attribute": one.attribute,
        "group": one.group,
        "reference": one.reference,
        "special_category": one.attribute in made.special,
        "verdict": one.looks[-1].verdict,
        "alarm": one.alarm.isoformat() if one.alarm else None,
        "stands_with_all": sure,
        "changed": [day.isoformat() for day in one.changed],
        "more_days": more_days(one),
        "looks": {
            "day": [look.day.isoformat() for look in one.looks],
            **{
                name: [getattr(look, name) for look in one.looks]
                for name in ("leads", "gap", "low", "high", "evidence", "verdict")
            },
        },
    }
