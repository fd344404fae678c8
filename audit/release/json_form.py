"""``release.json``: the release as text; `audit.release.reading` reads it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from audit.release.figures import bounds, disparities, estimates
from audit.release.model import SCHEMA, Release

Record = dict[str, Any]
_DIGITS = 9


def to_json(release: Release) -> str:
    """The contract ``fairlead.release/1`` (`release.schema.json`): the same release gives the same bytes."""
    record = {
        "schema": SCHEMA,
        **asdict(release.terms),
        "k": release.k,
        "noise": asdict(release.noise) if release.noise else None,
        "left_out": release.left_out,
        "bands": list(release.edges),
        "attributes": [asdict(one) for one in release.dimensions],
        "facts": [asdict(one) for one in release.facts],
        "groups": [asdict(one) for one in release.groups],
        "estimates": [
            {**_names(one), "metric": one.metric, **_estimate(one.estimate)} for one in estimates(release)
        ],
        "disparities": [
            {
                **_names(one),
                "reference": list(one.reference),
                "metric": one.metric,
                "kind": one.kind,
                "verdict": one.verdict,
                **_estimate(one.estimate),
            }
            for one in disparities(release)
        ],
        "bounds": [
            {**_names(one), "metric": one.metric, "low": _short(one.low), "high": _short(one.high)}
            for one in bounds(release)
        ],
    }
    return json.dumps(record, sort_keys=True, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _names(one: Any) -> Record:  # noqa: ANN401 - three kinds of figures with these two names
    return {"attribute": list(one.attribute), "group": list(one.group)}


def _estimate(one: Any) -> Record:  # noqa: ANN401 - an Estimate, without what a release does not have
    ends = {name: _short(getattr(one, name)) for name in ("value", "low", "high")}
    return {**ends, "n": one.n, "undefined": one.undefined}


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.{_DIGITS}g}") + 0.0
