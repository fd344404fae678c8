"""``release.json``: the release as text, and back. Reading checks again what may leave."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from audit.release.facts import Fact
from audit.release.figures import bounds, disparities, estimates
from audit.release.model import SCHEMA, Group, Noise, Release, Terms, sealed
from audit.release.shape import Dimension
from audit.schema import BadInput

Record = dict[str, Any]
_DIGITS = 9
_NOT_A_RELEASE = f"This is not a release of the form {SCHEMA}; make one with fairlead release."


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


def read_release(text: str) -> Release:
    """The release that `to_json` wrote. What it says of rates and gaps is worked out anew, never believed.

    Raises
    ------
    BadInput
        It is no release, or one that must not leave.
    """
    try:
        record = json.loads(text)
        content = _content(record)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(_NOT_A_RELEASE) from error
    return sealed(**content)


def _content(record: Record) -> Record:
    if record["schema"] != SCHEMA:
        raise KeyError(record["schema"])
    return {
        "terms": Terms(**{name: record[name] for name in Terms.__slots__}),
        "k": int(record["k"]),
        "edges": tuple(float(edge) for edge in record["bands"]),
        "dimensions": tuple(
            Dimension(name=one["name"], levels=tuple(one["levels"]), reference=one["reference"])
            for one in record["attributes"]
        ),
        "facts": tuple(Fact(**one) for one in record["facts"]),
        "groups": tuple(
            Group(attribute=tuple(one["attribute"]), group=tuple(one["group"]), counts=_counts(one["counts"]))
            for one in record["groups"]
        ),
        "left_out": bool(record["left_out"]),
        "noise": Noise(**record["noise"]) if record["noise"] else None,
    }


def _counts(found: list[int | None]) -> tuple[int | None, ...]:
    if any(count is not None and type(count) is not int for count in found):
        raise TypeError
    return tuple(found)


def _names(one: Any) -> Record:  # noqa: ANN401 - three kinds of figures with these two names
    return {"attribute": list(one.attribute), "group": list(one.group)}


def _estimate(one: Any) -> Record:  # noqa: ANN401 - an Estimate, without what a release does not have
    ends = {name: _short(getattr(one, name)) for name in ("value", "low", "high")}
    return {**ends, "n": one.n, "undefined": one.undefined}


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.{_DIGITS}g}") + 0.0
