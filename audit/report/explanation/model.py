"""An explanation with the account of its rows and what it was made from."""

from __future__ import annotations

from dataclasses import dataclass

from audit.intake import Refusal
from audit.report.brought import BroughtModel
from audit.rows.explaining.model import Explained

SCHEMA = "fairlead.explanation/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationReport:
    """Everything that ``explanation.json`` says; digests are SHA-256 in hexadecimal.

    ``pipeline`` is the model that the customer brought, whether or not it is the one that is explained.
    """

    explained: Explained
    version: str
    rows: int
    kept: int
    rejected: tuple[Refusal, ...]
    excluded: tuple[Refusal, ...]
    stream_digest: str
    data_digest: str
    pipeline: BroughtModel | None = None
