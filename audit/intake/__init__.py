"""Admission of rows: what is kept, what is rejected and why. Pure; nothing is guessed or lost."""

from audit.intake.admit import admit
from audit.intake.model import Intake, Refusal

__all__ = ["Intake", "Refusal", "admit"]
