"""The part of ``monitor.json`` on performance before outcomes are known."""

from __future__ import annotations

from typing import Any

from audit.estimate import Estimate
from audit.expected import Expected, ExpectedGap, Forecast, Reconciled, Record

Part = dict[str, Any]


def to_record(made: Expected) -> Part:
    """The part as a record; all leads have null for attribute and group, all cohorts null for cohort."""
    taught = made.taught
    return {
        "as_of": made.as_of.isoformat(),
        "maturity_days": made.maturity_days,
        "confidence": made.confidence,
        "period": made.period,
        "seed": made.seed,
        "absent": made.absent,
        "taught": {
            "leads": taught.leads,
            "won": taught.won,
            "first_day": taught.first.isoformat() if taught.first else None,
            "last_day": taught.last.isoformat() if taught.last else None,
        },
        "open": made.open,
        "unworked": made.unworked,
        "overdue": made.overdue,
        "left_out": made.left_out,
        "unreconciled": made.unreconciled,
        "forecasts": [_forecast(one, made.special) for one in made.forecasts],
        "gaps": [_gap(one, made.special) for one in made.gaps],
        "reconciled": [_reconciled(one, made.special) for one in made.reconciled],
        "records": [_record(one, made.special) for one in made.records],
        "cautions": [{"code": one.code, "text": one.text} for one in made.cautions],
    }


def _whose(attribute: str, group: str, special: tuple[str, ...]) -> Part:
    return {
        "attribute": attribute or None,
        "group": group if attribute else None,
        "special_category": attribute in special,
    }


def _estimate(one: Estimate) -> Part:
    return {"value": one.value, "low": one.low, "high": one.high, "n": one.n, "undefined": one.undefined}


def _forecast(one: Forecast, special: tuple[str, ...]) -> Part:
    return {
        **_whose(one.attribute, one.group, special),
        "cohort": one.cohort or None,
        "metric": one.metric,
        **_estimate(one.estimate),
        "all_low": one.all_low,
        "all_high": one.all_high,
        "taught": one.taught,
        "won": one.won,
    }


def _gap(one: ExpectedGap, special: tuple[str, ...]) -> Part:
    return {
        **_whose(one.attribute, one.group, special),
        "reference": one.reference,
        "metric": one.metric,
        **_estimate(one.estimate),
        "all_low": one.all_low,
        "all_high": one.all_high,
        "verdict": one.verdict,
    }


def _reconciled(one: Reconciled, special: tuple[str, ...]) -> Part:
    estimate = one.estimate
    return {
        **_whose(one.attribute, one.group, special),
        "reference": one.reference or None,
        "cohort": one.cohort,
        "begins": one.begins.isoformat(),
        "taught_until": one.taught_until.isoformat(),
        "metric": one.metric,
        "value": estimate.value,
        "low": estimate.low,
        "high": estimate.high,
        "n": estimate.n,
        "truth": one.truth,
        "error": one.error,
        "held": one.held,
    }


def _record(one: Record, special: tuple[str, ...]) -> Part:
    return {
        **_whose(one.attribute, one.group, special),
        "metric": one.metric,
        "gaps": one.gaps,
        "compared": one.compared,
        "held": one.held,
        "mean_error": one.mean_error,
        "mean_absolute_error": one.mean_absolute_error,
        "factor": one.factor,
        "state": one.state,
    }
