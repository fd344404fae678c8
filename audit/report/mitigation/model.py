"""An experiment with the account of its rows and what it was made from."""

from __future__ import annotations

from dataclasses import dataclass

from audit.intake import Refusal
from audit.report.brought import BroughtModel
from audit.rows.mitigation import Experiment

SCHEMA = "fairlead.mitigation/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class MitigationReport:
    """Everything that ``mitigation.json`` says; digests are SHA-256 in hexadecimal.

    ``pipeline`` is the model that the customer brought, None where ours was trained.
    """

    experiment: Experiment
    version: str
    rows: int
    kept: int
    rejected: tuple[Refusal, ...]
    excluded: tuple[Refusal, ...]
    stream_digest: str
    data_digest: str
    pipeline: BroughtModel | None = None
