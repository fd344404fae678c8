"""``explanation.json`` read back, so that what was found can be shown without explaining it again."""

from __future__ import annotations

import json
from typing import Any, cast

from audit.estimate import Estimate
from audit.report.brought import BroughtModel
from audit.report.explanation.model import SCHEMA, ExplanationReport
from audit.report.turned_away import turned_away
from audit.rows.explaining.model import (
    Agreement,
    Change,
    Counterfactual,
    Driver,
    Explained,
    Explainer,
    GapPart,
    GapStory,
    GroupEstimate,
    GroupRecourse,
    LeadPart,
    LeadStory,
    Locked,
    Request,
    Searched,
)
from audit.schema import BadInput

Record = dict[str, Any]


def read_json(text: str) -> ExplanationReport:
    """The report of an ``explanation.json``; rows that were turned away come back as one sum of each kind.

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
    msg = f"this is no explanation in the form {SCHEMA}; explain the score again"
    raise BadInput(msg)


def _report(record: Record) -> ExplanationReport:
    brought = record["pipeline"]
    return ExplanationReport(
        explained=_explained(record),
        version=record["version"],
        rows=record["rows"],
        kept=record["kept"],
        rejected=turned_away(record, "rejected"),
        excluded=turned_away(record, "excluded"),
        stream_digest=record["digests"]["stream"],
        data_digest=record["digests"]["data"],
        pipeline=BroughtModel(**_tuples(brought)) if brought else None,
    )


def _explained(record: Record) -> Explained:
    settings, stories = record["settings"], tuple(_story(one) for one in record["single_leads"])
    plain = ("stream", "leads", "looked_at", "by_account", "unit", "threshold")
    untold = ("undefined", "no_shapley", "no_recourse")
    return Explained(
        **{name: record[name] for name in (*plain, *untold)},
        request=Request(
            seed=settings["seed"],
            leads=tuple(one.key for one in stories),
            fixed=tuple(settings["fixed"]),
        ),
        confidence=settings["confidence"],
        explainer=_explainer(record["model"]),
        drivers=tuple(_driver(one) for one in record["drivers"]),
        agreements=tuple(Agreement(**one) for one in record["agreements"]),
        gaps=tuple(_gap(one) for one in record["gaps"]),
        recourse=tuple(GroupRecourse(**_estimates(one)) for one in record["recourse"]),
        locked=tuple(Locked(**one) for one in record["locked"]),
        searched=tuple(Searched(**_tuples(one)) for one in record["searched"]),
        stories=stories,
    )


def _explainer(one: Record | None) -> Explainer | None:
    # A file of before has no share of pairs in order.
    return None if one is None else Explainer(**_estimates(one))


def _driver(one: Record) -> Driver:
    groups = tuple(GroupEstimate(**_estimates(each)) for each in one["groups"])
    return Driver(**{**_estimates(one), "fields": tuple(one["fields"]), "groups": groups})


def _gap(one: Record) -> GapStory:
    parts = tuple(GapPart(**_tuples(_estimates(each))) for each in one["parts"])
    return GapStory(**{**_estimates(one), "parts": parts, "agreement": _agreement(one["agreement"])})


def _story(one: Record) -> LeadStory:
    found = one["counterfactual"]
    changes = tuple(Change(**each) for each in found["changes"])
    told: Record = {
        "parts": tuple(LeadPart(**each) for each in one["parts"]),
        "agreement": _agreement(one["agreement"]),
        "counterfactual": Counterfactual(**{**found, "changes": changes}),
    }
    return LeadStory(**{**one, **told})


def _agreement(one: Record | None) -> Agreement | None:
    return None if one is None else Agreement(**one)


def _estimates(one: Record) -> Record:
    """What is written as an estimate is one again."""
    return {name: _estimate(value) for name, value in one.items()}


def _estimate(value: object) -> object:
    if isinstance(value, dict) and "undefined" in value:
        return Estimate(**cast("Record", value))
    return value


def _tuples(one: Record) -> Record:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in one.items()}
