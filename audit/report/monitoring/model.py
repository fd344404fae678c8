"""What was watched, with the account of its rows and what it was made from."""

from __future__ import annotations

from dataclasses import dataclass

from audit.drift import DriftReport
from audit.expected import Expected
from audit.intake import Refusal
from audit.watch import Survey

SCHEMA = "fairlead.monitor/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorReport:
    """Everything that ``monitor.json`` says; digests are SHA-256 in hexadecimal.

    ``expected`` is performance before outcomes are known; None where it was not asked for.
    """

    survey: Survey
    version: str
    rows: int
    kept: int
    rejected: tuple[Refusal, ...]
    excluded: tuple[Refusal, ...]
    stream_digest: str
    data_digest: str
    expected: Expected | None = None
    drift: DriftReport | None = None
