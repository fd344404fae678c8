"""Leads that are probably in the table twice under different keys."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

from audit.finding import Caution, evidence
from audit.finding.words import count, percent
from audit.intake import Intake


def duplicate_rows(intake: Intake) -> Iterator[Caution]:
    """Rows with the same value in every column but the key, where chance does not explain them."""
    found = intake.repeated
    if found is None:
        return
    share, wider = found.rows / intake.kept, sqrt(found.design_effect) - 1
    agree = "agrees" if found.rows == 1 else "agree"
    chance = f"; by chance about {found.by_chance:,.0f} would" if round(found.by_chance) else ""
    yield Caution(
        code="duplicate_rows",
        text=(
            f"{count(found.rows)} ({percent(share)}) {agree} with an earlier one in every field but the key"
            f"{chance}. Probably the same lead is there twice, which makes intervals too narrow: they should"
            f" be {_wider(wider)} wider. Merge such leads in the CRM."
        ),
        evidence=evidence(
            leads=found.rows, share=share, by_chance=found.by_chance, design_effect=found.design_effect
        ),
    )


def _wider(share: float) -> str:
    return percent(share) if share >= 0.0005 else "less than 0.1 %"
