"""What comes of a shadow score with one pull: a comparison with the CRM's score, and an audit of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from audit.estimate import Estimate
from audit.finding import Severity
from audit.finding.overview import by_severity
from audit.intake import Intake, admit
from audit.report.json_form import read_json, to_json
from audit.report.model import Report
from audit.rows.levels import Reals
from audit.rows.mitigation.model import Row
from audit.rows.shadow import Compared, Differing, Learned, as_written, compared, scores
from audit.run import AuditRequest, audit
from audit.schema import BadInput, Stream

NAME = "shadow score"
Asked = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowAudit:
    """Both scores on the leads that came after what was learned from.

    ``report`` is the audit of the shadow score, a stream of its own, ``text`` its JSON. ``usual`` counts the
    findings of the same audit of the CRM's score on the same leads, by severity.
    """

    leads: int
    until: date
    compared: Compared
    report: Report
    text: str
    usual: Mapping[Severity, int]


def audited(held: tuple[pa.Table, Stream], learned: Learned, asked: Asked) -> ShadowAudit:
    """Score, compare and audit the leads that were created after the last one that was learned from.

    Raises
    ------
    BadInput
        There are too few of them yet, or what the score goes by is gone.
    """
    table, stream = held
    _refuse_gone(stream, asked["attribute"])
    whole = admit(table, stream).table
    new = _new_keys(whole, learned)
    least = stream.audit.minimum_group
    if len(new) < least:
        msg = (
            f"{len(new):,} leads were created after {learned.until.isoformat()}, the last day that the "
            f"shadow score learned from; it takes {least:,} to compare."
        )
        raise BadInput(msg)
    stream = _deciding(stream, learned)
    intake = admit(table.filter(pc.is_in(table.column(str(stream.key)).cast(pa.string()), new)), stream)
    told = scores(whole, stream, learned)[pc.index_in(intake.table.column("key"), whole["key"]).to_numpy()]
    report = _audit(*_as_stream(intake, stream, told, learned.cut))
    return ShadowAudit(
        leads=intake.kept,
        until=learned.until,
        compared=compared(intake.table, stream, (told, learned.cut), (asked["attribute"], asked["group"])),
        report=report,
        text=to_json(report),
        usual=by_severity(_audit(intake, stream).findings),
    )


def written_scores(held: tuple[pa.Table, Stream], learned: Learned) -> Mapping[str, float]:
    """What the CRM's field holds of each new lead, by its key (`audit.rows.shadow.writing`).

    Raises
    ------
    BadInput
        What the score goes by is gone.
    """
    table, stream = held
    whole = admit(table, stream).table
    told = as_written(scores(whole, stream, learned), stream, learned)
    new = pc.is_in(whole.column("key"), _new_keys(whole, learned)).to_numpy(zero_copy_only=False)
    chosen = new & np.isfinite(told)
    keys = whole.column("key").filter(pa.array(chosen)).cast(pa.string()).to_pylist()
    return dict(zip(keys, told[chosen].tolist(), strict=True))


def as_text(one: ShadowAudit) -> str:
    """As it is kept."""
    return json.dumps(
        {
            "leads": one.leads,
            "until": one.until.isoformat(),
            "compared": asdict(one.compared),
            "report": one.text,
            "usual": dict(one.usual),
        }
    )


def from_text(text: str) -> ShadowAudit:
    """As it was kept. Raises BadInput where its report is of a form that is no longer read."""
    told = json.loads(text)
    return ShadowAudit(
        leads=told["leads"],
        until=date.fromisoformat(told["until"]),
        compared=_compared(told["compared"]),
        report=read_json(told["report"]),
        text=told["report"],
        usual=told["usual"],
    )


def _new_keys(whole: pa.Table, learned: Learned) -> pa.Array:
    later = pc.greater(whole.column("created"), pa.scalar(learned.until, pa.date32()))
    return whole.column("key").filter(pc.fill_null(later, False)).combine_chunks()


def _refuse_gone(stream: Stream, attribute: str) -> None:
    if attribute not in {one.name for one in stream.attributes}:
        msg = (
            f"the stream has no attribute {attribute!r} any more, by whose groups both scores are compared: "
            "bring it back, or stop the shadow score and start one anew"
        )
        raise BadInput(msg)


def _deciding(stream: Stream, learned: Learned) -> Stream:
    """The stream of the CRM's score, by the cut that goes with the calls that somebody asked for."""
    if learned.today_cut is None:
        return stream
    cut = learned.today_cut if stream.higher_is_better else -learned.today_cut
    return replace(stream, threshold=cut, decision=None, decision_kind="yes_no")


def _as_stream(intake: Intake, stream: Stream, told: Reals, cut: float) -> tuple[Intake, Stream]:
    """The same leads under the shadow score: a stream of its own."""
    known = np.isfinite(told)
    columns = {
        **{name: intake.table.column(name) for name in intake.table.column_names if name != "option"},
        "score": pa.array(told),
        "selected": pa.array(known & (told >= cut)),
    }
    table = pa.table(columns).filter(pa.array(known))
    named = replace(
        stream,
        name=f"{stream.name}: {NAME}",
        score=NAME,
        higher_is_better=True,
        threshold=cut,
        decision=None,
        decision_kind="yes_no",
        decision_levels=(),
        favourable=(),
        score_range=None,
    )
    return replace(intake, table=table, score_range=None), named


def _audit(intake: Intake, stream: Stream) -> Report:
    return audit(intake, stream, AuditRequest())


def _compared(told: Mapping[str, Any]) -> Compared:
    return Compared(
        attribute=told["attribute"],
        everybody=_differing(told["everybody"]),
        groups=tuple(_differing(one) for one in told["groups"]),
        correlation=Estimate(**told["correlation"]),
        rows=tuple(
            Row(**{**one, "before": Estimate(**one["before"]), "after": Estimate(**one["after"])})
            for one in told["rows"]
        ),
    )


def _differing(told: Mapping[str, Any]) -> Differing:
    shares = {name: Estimate(**told[name]) for name in ("before", "after", "differ")}
    return Differing(**{**told, **shares})
