"""What ``fairlead audit`` prints: the account of the rows, the findings, and where the files are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from audit.finding import SEVERITIES, Finding, Severity
from audit.finding.overview import by_severity, worst
from audit.intake import Refusal
from audit.report.model import Report
from audit.report.printable import printable
from connectors.files.table import FileTable

# The account names these rows by their lines already.
_IN_ACCOUNT = {"rejected_rows", "excluded_rows"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A finished audit of a file."""

    report: Report
    file: FileTable
    name: str
    out: Path
    written: tuple[str, ...]


def failing(report: Report, severity: Severity) -> bool:
    """Whether a finding of this severity or above says fail."""
    counted = SEVERITIES[SEVERITIES.index(severity) :]
    return any(finding.verdict == "fail" and finding.severity in counted for finding in report.findings)


def summary_text(summary: Summary) -> str:
    """The summary for people."""
    return printable("\n".join([*_account(summary), *_findings(summary.report), *_files(summary)]))


def summary_json(summary: Summary) -> str:
    """The summary for programs, as one JSON object."""
    report, found = summary.report, worst(summary.report.findings)
    record = {
        "stream": report.stream,
        "file": summary.name,
        "rows": report.rows,
        "kept": report.kept,
        "rejected": [_refusal(refusal, summary.file) for refusal in report.rejected],
        "excluded": [_refusal(refusal, summary.file) for refusal in report.excluded],
        "findings": by_severity(report.findings),
        "worst": found and _finding(found),
        "warnings": [{"code": warning.code, "text": warning.text} for warning in report.warnings],
        "seed": report.seed,
        "engine": report.engine,
        "out": str(summary.out),
        "files": list(summary.written),
    }
    return json.dumps(record, indent=2, ensure_ascii=False)


def _account(summary: Summary) -> Iterator[str]:
    report = summary.report
    rejected, excluded = _total(report.rejected), _total(report.excluded)
    yield f"{report.stream}: {summary.name}"
    yield f"{report.rows:,} rows = {report.kept:,} kept + {rejected:,} rejected + {excluded:,} excluded"
    yield from _turned_away("rejected", report.rejected, summary.file)
    yield from _turned_away("excluded", report.excluded, summary.file)


def _turned_away(fate: str, refusals: tuple[Refusal, ...], file: FileTable) -> Iterator[str]:
    for refusal in refusals:
        yield f"  {fate} {refusal.count:,} ({refusal.code}; {_places(refusal, file)}): {refusal.text}"


def _findings(report: Report) -> Iterator[str]:
    counts = ", ".join(
        f"{count} {severity}" for severity, count in by_severity(report.findings).items() if count
    )
    yield f"Findings: {counts or 'none'}"
    leading = worst(report.findings)
    if leading is not None:
        yield f"{'Worst' if leading.verdict == 'fail' else 'Result'}: {leading.headline}"
    for warning in report.warnings:
        if warning.code not in _IN_ACCOUNT:
            yield f"Warning: {warning.text}"


def _files(summary: Summary) -> Iterator[str]:
    yield f"Written to {summary.out}: {', '.join(summary.written)}"


def _finding(finding: Finding) -> dict[str, str]:
    return {
        "id": finding.id,
        "severity": finding.severity,
        "verdict": finding.verdict,
        "headline": finding.headline,
        "text": finding.text,
    }


def _total(refusals: tuple[Refusal, ...]) -> int:
    return sum(refusal.count for refusal in refusals)


def _places(refusal: Refusal, file: FileTable) -> str:
    places = file.place(refusal.rows)
    listed = ", ".join(f"{place:,}" for place in places)
    more = ", ..." if refusal.count > len(places) else ""
    return f"{file.unit}{'s' if refusal.count > 1 else ''} {listed}{more}"


def _refusal(refusal: Refusal, file: FileTable) -> dict[str, object]:
    return {
        "code": refusal.code,
        "count": refusal.count,
        "text": refusal.text,
        f"{file.unit}s": list(file.place(refusal.rows)),
    }
