"""``federated.json``: a joint audit for programs; the same releases give the same bytes, in any order."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import Any

from audit.federation import SCHEMA, Joint, Party
from audit.federation.caution import hidden_counts
from audit.federation.model import Figure, JointGap
from audit.finding import Finding
from audit.report.model import VERSION
from audit.report.rounding import rounded
from audit.schema import Stream

Record = dict[str, Any]


def to_json(made: Joint) -> str:
    """The joint audit as JSON text; `federated.schema.json` in this folder describes it."""
    record = {
        "schema": SCHEMA,
        "version": VERSION,
        **_terms(made.stream),
        "organisations": [_party(one) for one in made.parties],
        "bands": list(made.edges),
        "estimates": [{**_place(one), "metric": one.metric, **_figure(one.figure)} for one in made.rates],
        "disparities": [_gap(one) for one in made.gaps],
        "counts": [
            {
                **_place(one),
                **asdict(one.fact),
                "value": one.value,
                "least": one.least,
                "most": one.most,
                "noisy": one.noisy,
            }
            for one in made.counts
        ],
        "by_organisation": [
            {
                "organisation": one.organisation,
                **_place(one),
                "metric": one.metric,
                "rate": _figure(one.rate),
                "gap": None if one.gap is None else _figure(one.gap),
            }
            for one in made.own
        ],
        "disagreements": [asdict(one) for one in made.disagreements],
        "warnings": [
            {"code": one.code, "text": one.text, "evidence": dict(one.evidence)} for one in made.cautions
        ],
        "findings": [_finding(one) for one in made.findings],
    }
    return json.dumps(rounded(record), sort_keys=True, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _terms(stream: Stream) -> Record:
    return {
        "stream": stream.name,
        "attributes": [
            {"name": one.name, "reference": one.reference, "special_category": one.special_category}
            for one in stream.attributes
        ],
        "threshold": stream.threshold,
        "higher_is_better": stream.higher_is_better,
        "settings": {
            "confidence": stream.audit.confidence,
            "tolerance_difference": stream.audit.tolerance_difference,
            "tolerance_ratio": stream.audit.tolerance_ratio,
            "minimum_group": stream.audit.minimum_group,
        },
    }


def _party(one: Party) -> Record:
    release = one.release
    hidden, counts = hidden_counts(one)
    return {
        "name": one.name,
        "public_key": one.key,
        "sha256": one.digest,
        "stream": release.terms.stream,
        "leads": release.groups[0].counts[0],
        "k": release.k,
        "noise": asdict(release.noise) if release.noise else None,
        "hidden": hidden,
        "counts": counts,
        "left_out": release.left_out,
    }


def _place(one: Any) -> Record:  # noqa: ANN401 - four kinds of figures with these two names
    return {"attribute": list(one.attribute), "group": list(one.group)}


def _gap(one: JointGap) -> Record:
    return {
        **_place(one),
        "reference": list(one.reference),
        "metric": one.metric,
        "kind": one.kind,
        **_figure(one.figure),
        "p_adjusted": one.p_adjusted,
        "verdict": one.verdict,
        "why": one.why,
    }


def _figure(one: Figure) -> Record:
    return {
        **{name: _finite(getattr(one, name)) for name in ("value", "least", "most", "low", "high")},
        "n": one.n,
        "noisy": one.noisy,
        "undefined": one.undefined,
    }


def _finite(value: float | None) -> float | None:
    """A number as JSON has it; a ratio without an upper end has none."""
    return value if value is not None and math.isfinite(value) else None


def _finding(one: Finding) -> Record:
    return {**asdict(one), "evidence": dict(one.evidence)}
