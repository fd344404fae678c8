"""The feedback loop: a low score, less contact, fewer conversions, a low score."""

from audit.rows.feedback.loop import feedback
from audit.rows.feedback.model import Channel, Effect, Experiment, Feedback, LoopVerdict, ScoreBand

__all__ = ["Channel", "Effect", "Experiment", "Feedback", "LoopVerdict", "ScoreBand", "feedback"]
