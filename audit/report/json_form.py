"""``audit.json``: the report as text, and back."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import Any

from audit.compat import Compat
from audit.disparity import Disparity
from audit.disparity.association import Association
from audit.estimate import Estimate
from audit.finding import Caution, Evidence, Finding
from audit.intake import Refusal
from audit.membership import MembershipEstimate
from audit.metrics import GroupEstimate
from audit.registry import option_of
from audit.regulation.read import read_regulation
from audit.report.forms.examined_form import examined_record, read_examined
from audit.report.forms.feedback_form import feedback_record, read_feedback
from audit.report.model import SCHEMA, Digests, Report, Settings
from audit.report.rounding import rounded
from audit.rows.proxy import Proxy
from audit.schema import BadInput
from audit.subgroups.model import Search, Subgroup
from audit.unseen import Bound

Record = dict[str, Any]


def to_json(report: Report) -> str:
    """The contract ``fairlead.audit/1``: keys sorted, 12 significant digits, no NaN or Infinity.

    The same report gives the same bytes. `audit.schema.json` in this folder describes it.
    """
    record = {
        "schema": SCHEMA,
        **_plain(report, "stream", "rows", "kept", "seed", "engine", "version"),
        "rejected": sum(one.count for one in report.rejected),
        "excluded": sum(one.count for one in report.excluded),
        "rejections": [_turned_away(one) for one in report.rejected],
        "exclusions": [_turned_away(one) for one in report.excluded],
        "digests": _plain(report.digests, *Digests.__slots__),
        "settings": _plain(report.settings, *Settings.__slots__),
        "estimates": [_estimate(one) for one in report.estimates],
        "disparities": [_with_option(_plain(one, *Disparity.__slots__)) for one in report.disparities],
        "proxies": [_plain(one, *Proxy.__slots__) for one in report.proxies],
        **examined_record(report.examined),
        "subgroups": [_with_option(_plain(one, *Subgroup.__slots__)) for one in report.subgroups],
        "search": _plain(report.search, *Search.__slots__) if report.search else None,
        "bounds": [_plain(one, *Bound.__slots__) for one in report.bounds],
        "membership": [_plain(one, *MembershipEstimate.__slots__) for one in report.membership],
        "warnings": [_worded(one, *Caution.__slots__) for one in report.warnings],
        "findings": [_with_option(_worded(one, *Finding.__slots__)) for one in report.findings],
        "regulation": asdict(report.regulation),
        "decisions": [_plain(one, *Association.__slots__) for one in report.decisions],
        "compat": [_compat(one) for one in report.compat],
        "feedback": feedback_record(report.feedback),
    }
    return json.dumps(rounded(record), sort_keys=True, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def read_json(text: str) -> Report:
    """The report that `to_json` wrote; BadInput where the text is something else."""
    try:
        record = json.loads(text)
        return _report(record)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        message = f"This is not an audit report of the form {SCHEMA}; run the audit again to make one."
        raise BadInput(message) from error


def _plain(value: object, *names: str) -> Record:
    return {name: getattr(value, name) for name in names}


def _turned_away(one: Refusal) -> Record:
    """People count rows from 1."""
    return _plain(one, "code", "text", "count") | {"rows": [row + 1 for row in one.rows]}


def _estimate(one: GroupEstimate) -> Record:
    return _with_option(
        _plain(one, "attribute", "group", "metric") | _plain(one.estimate, *Estimate.__slots__)
    )


def _with_option(record: Record) -> Record:
    """The option that a metric is about, for programs that would not take its name apart."""
    return record | {"option": option_of(record["metric"])}


def _worded(one: Caution | Finding, *names: str) -> Record:
    return _plain(one, *names) | {"evidence": dict(one.evidence)}


def _compat(one: Compat) -> Record:
    """JSON has no infinity; Clarify writes the word."""
    theirs = one.compat_value
    word = None if theirs is None or math.isfinite(theirs) else "Infinity" if theirs > 0 else "-Infinity"
    return _plain(one, *Compat.__slots__) | ({"compat_value": word} if word else {})


def _read_compat(record: Record) -> Compat:
    theirs, other = record["compat_value"], record["reference"]
    return Compat(
        **_with(
            record,
            attribute=tuple(record["attribute"]),
            group=tuple(record["group"]),
            reference=None if other is None else tuple(other),
            compat_value=float(theirs) if isinstance(theirs, str) else theirs,
        )
    )


def _report(record: Record) -> Report:
    if record["schema"] != SCHEMA:
        raise KeyError(record["schema"])
    return Report(
        **{name: record[name] for name in ("stream", "rows", "kept", "seed", "engine", "version")},
        rejected=tuple(_refusal(one) for one in record["rejections"]),
        excluded=tuple(_refusal(one) for one in record["exclusions"]),
        digests=Digests(**record["digests"]),
        settings=_settings(record["settings"]),
        estimates=tuple(_read_estimate(one) for one in record["estimates"]),
        disparities=tuple(Disparity(**_names(one)) for one in record["disparities"]),
        proxies=tuple(Proxy(**one) for one in record["proxies"]),
        examined=read_examined(record),
        subgroups=tuple(Subgroup(**_names(one)) for one in record["subgroups"]),
        search=_search(record.get("search")),
        warnings=tuple(Caution(**_with(one, evidence=_evidence(one))) for one in record["warnings"]),
        compat=tuple(_read_compat(one) for one in record.get("compat", ())),
        bounds=tuple(Bound(**_names(one)) for one in record.get("bounds", ())),
        membership=tuple(MembershipEstimate(**one) for one in record.get("membership", ())),
        findings=tuple(Finding(**_with(_names(one), evidence=_evidence(one))) for one in record["findings"]),
        regulation=read_regulation(record.get("regulation")),
        decisions=tuple(
            Association(**_with(one, options=tuple(one["options"]))) for one in record.get("decisions", ())
        ),
        feedback=read_feedback(record.get("feedback")),
    )


def _with(record: Record, **changes: Any) -> Record:  # noqa: ANN401 - whatever JSON may hold
    return {**record, **changes}


def _names(record: Record) -> Record:
    lists = ("attribute", "group", "reference")
    named = {name: value for name, value in record.items() if name != "option"}
    return _with(named, **{name: tuple(record[name]) for name in lists if record.get(name) is not None})


def _refusal(record: Record) -> Refusal:
    return Refusal(**_with(record, rows=tuple(row - 1 for row in record["rows"])))


def _settings(record: Record) -> Settings:
    scale, special = record["score_range"], tuple(record["special_categories"])
    return Settings(**_with(record, score_range=tuple(scale) if scale else None, special_categories=special))


def _search(record: Record | None) -> Search | None:
    if record is None:
        return None
    return Search(**_with(record, fields=tuple(record["fields"]), left_out=tuple(record["left_out"])))


def _read_estimate(record: Record) -> GroupEstimate:
    named = _names({name: record[name] for name in ("attribute", "group", "metric")})
    return GroupEstimate(**named, estimate=Estimate(**_known(record)))


def _known(record: Record) -> Record:
    """The numbers of an estimate; reports of older versions have no shrunk ones."""
    return {name: record[name] for name in Estimate.__slots__ if name in record}


def _evidence(record: Record) -> Evidence:
    return tuple(sorted(record["evidence"].items()))
