"""How the metrics of a decision with several options read."""

from __future__ import annotations

from audit.finding.reading_model import Reading
from audit.finding.words import quoted

OPTION_METRICS = ("option_rate@", "level_at_least@")
"""Metrics that are about one option each and belong together."""

_WORTH = "Whether that is good or bad for them depends on what the option is worth to them."
_CONVERSION = "Where leads with an option convert more often, the bar to be given it was higher."


def option_reading(metric: str) -> Reading:
    """The reading of ``option_rate@Premium`` and its like."""
    name, _, option = metric.partition("@")
    shown = quoted(option)
    # The phrase is filled in with format: a brace of the data must stay a brace.
    safe = shown.replace("{", "{{").replace("}", "}}")
    if name == "option_rate":
        return Reading(
            label=f"Given {shown}",
            phrase=f"{{group}} are given {safe} {{how}} {{reference}}",
            worse="lower",
            tier=0,
            meaning=_WORTH,
            neutral=True,
        )
    if name == "level_at_least":
        return Reading(
            label=f"{shown} or above",
            phrase=f"{{group}} are placed at {safe} or above {{how}} {{reference}}",
            worse="lower",
            tier=0,
        )
    return Reading(
        label=f"Conversion where given {shown}",
        phrase=f"among leads given {safe}, {{group}} convert {{how}} {{reference}}",
        worse="higher",
        meaning=_CONVERSION,
    )


def family(metric: str) -> str:
    """The metric that it is judged together with: all options are one question."""
    name = metric.partition("@")[0]
    return name if metric.startswith(OPTION_METRICS) else metric
