"""Where definitions come from, and why a group has no value, in words that several metrics share."""

from __future__ import annotations

from types import MappingProxyType

CONFUSION = "Fawcett (2006), Pattern Recognition Letters 27, 861-874"
HARDT = "Hardt, Price and Srebro (2016), NeurIPS 29 (equalized odds)"
CHOULDECHOVA = "Chouldechova (2017), Big Data 5, 153-163 (predictive parity)"
DELTA = "delta-method interval over the four cells (Agresti 2013, Categorical Data Analysis, 16.1)"

NO_POSITIVE = "no lead of this group has a positive outcome"
NO_NEGATIVE = "no lead of this group has a negative outcome"
NONE_SELECTED = "no lead of this group with a known outcome is selected"
ALL_SELECTED = "every lead of this group with a known outcome is selected"

LACKING: MappingProxyType[str, str] = MappingProxyType(
    {
        "positive": NO_POSITIVE,
        "negative": NO_NEGATIVE,
        "selected": NONE_SELECTED,
        "rejected": ALL_SELECTED,
        "false_positive": "no lead of this group with a negative outcome is selected",
        "false_negative": "no lead of this group with a positive outcome is passed over",
    }
)
"""Why a group that lacks a margin of decision by outcome has no value."""
