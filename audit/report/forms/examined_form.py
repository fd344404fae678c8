"""The examination of the features in ``audit.json``, and back; a report from before it has none."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from audit.rows.examine import Examination
from audit.rows.gap_shares.decompose import Decomposition, Part
from audit.rows.imitating.neutral import NeutralGap
from audit.rows.imitating.usage import Imitation, Use
from audit.rows.separating.joint import JointProxy

Record = dict[str, Any]


def examined_record(examined: Examination) -> Record:
    """The keys ``joint_proxies``, ``decompositions``, ``surrogate`` and ``neutralised``."""
    return {
        "joint_proxies": [asdict(one) for one in examined.joint_proxies],
        "decompositions": [asdict(one) for one in examined.decompositions],
        "surrogate": asdict(examined.imitation) if examined.imitation else None,
        "neutralised": [asdict(one) for one in examined.neutral_gaps],
    }


def read_examined(record: Record) -> Examination:
    """What `examined_record` wrote into this report; raises KeyError or TypeError for something else."""
    made = record.get("surrogate")
    return Examination(
        joint_proxies=tuple(
            JointProxy(**_tuples(one, "features", "carried_by")) for one in record.get("joint_proxies", ())
        ),
        decompositions=tuple(_decomposition(one) for one in record.get("decompositions", ())),
        imitation=_imitation(made) if made else None,
        neutral_gaps=tuple(NeutralGap(**one) for one in record.get("neutralised", ())),
    )


def _tuples(record: Record, *names: str) -> Record:
    return {**record, **{name: tuple(record[name]) for name in names}}


def _decomposition(record: Record) -> Decomposition:
    return Decomposition(**{**record, "parts": tuple(Part(**one) for one in record["parts"])})


def _imitation(record: Record) -> Imitation:
    return Imitation(**{**record, "uses": tuple(Use(**_tuples(one, "goes_with")) for one in record["uses"])})
