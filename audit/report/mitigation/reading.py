"""``mitigation.json`` read back, so that what was found can be shown without trying it again."""

from __future__ import annotations

import json
from typing import Any

from audit.estimate import Estimate
from audit.report.brought import BroughtModel
from audit.report.mitigation.model import SCHEMA, MitigationReport
from audit.report.turned_away import turned_away
from audit.rows.mitigation import Experiment, Request, Trial
from audit.rows.mitigation.model import AIMS, Advice, Change, Reading, Remedy, Row
from audit.schema import BadInput

Record = dict[str, Any]


def read_json(text: str) -> MitigationReport:
    """The report of a ``mitigation.json``; how many rows were turned away comes back as one sum of each kind.

    Raises
    ------
    BadInput
        It is no such file, or one of another version.
    """
    try:
        record = json.loads(text)
        if record["schema"] == SCHEMA:
            return _report(record)
    except (ValueError, KeyError, TypeError, AttributeError):
        pass
    msg = f"this is no report of the laboratory in the form {SCHEMA}; try the remedies again"
    raise BadInput(msg)


def _report(record: Record) -> MitigationReport:
    return MitigationReport(
        experiment=_experiment(record),
        version=record["version"],
        rows=record["rows"],
        kept=record["kept"],
        rejected=turned_away(record, "rejected"),
        excluded=turned_away(record, "excluded"),
        stream_digest=record["digests"]["stream"],
        data_digest=record["digests"]["data"],
        pipeline=_pipeline(record.get("pipeline")),
    )


def _pipeline(told: Record | None) -> BroughtModel | None:
    if told is None:
        return None
    return BroughtModel(digest=told["digest"], steps=tuple(told["steps"]), notes=tuple(told["notes"]))


def _experiment(record: Record) -> Experiment:
    settings, validated = dict(record["settings"]), record["validation"]
    confidence, folds = settings.pop("confidence"), settings.pop("folds")
    today, advice = record["today"], record["advice"]
    return Experiment(
        **{name: record[name] for name in ("stream", "attribute", "group", "reference", "leads")},
        **{name: record[name] for name in ("by_account", "undefined")},
        request=Request(**{**settings, "families": tuple(settings["families"])}),
        unjudged=record.get("unjudged"),
        confidence=confidence,
        folds=folds,
        known=record["known_outcomes"],
        unworked=record["unknown_outcomes"],
        today=_reading(today) if today else None,
        trials=tuple(_trial(one) for one in record["trials"]),
        hidden=record["hidden_by_legal_mode"],
        advice=Advice(**{**advice, "reasons": tuple(advice["reasons"])}) if advice else None,
        validation=tuple(_row(one) for one in validated["rows"]),
        validated=validated["remedy"],
    )


def _reading(one: Record) -> Reading:
    return Reading(
        gaps=tuple((aim, Estimate(**one["gaps"][aim])) for aim in AIMS),
        widest=Estimate(**one["widest"]),
        accuracy=Estimate(**one["accuracy"]),
        won=Estimate(**one["won_per_call"]),
        worth=Estimate(**one["worth_per_call"]) if one["worth_per_call"] else None,
        calls=one["calls"],
        coverage=one["coverage"],
    )


def _trial(one: Record) -> Trial:
    def change(name: str) -> Change | None:
        return Change(**one[name]) if one[name] else None

    return Trial(
        remedy=Remedy(**{**one["remedy"], "steps": tuple(one["remedy"]["steps"])}),
        undefined=one["undefined"],
        after=_reading(one["after"]) if one["after"] else None,
        reduction=change("reduction"),
        accuracy=change("accuracy_change"),
        against_plain=change("accuracy_against_plain"),
        won=change("won_per_call_change"),
        worth=change("worth_per_call_change"),
        moved=one["moved"],
        fidelity=one["fidelity"],
        warnings=tuple(one["warnings"]),
        best=one["unbeaten_accuracy"],
        best_won=one["unbeaten_won"],
        # A report of an earlier version does not tell it.
        best_worth=one.get("unbeaten_worth", False),
    )


def _row(one: Record) -> Row:
    return Row(**{**one, "before": Estimate(**one["before"]), "after": Estimate(**one["after"])})
