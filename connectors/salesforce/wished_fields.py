"""What of a flag is written where the org has a field for it, and left out where it has none.

All of it is what the panel shows of the lead anyway; where only a special category is behind a flag there is
nothing of it but an advice that is the same for all such leads (docs/adr/0007).
"""

from __future__ import annotations

from collections.abc import Mapping

from connectors.salesforce.described import FieldNeed, Fields
from connectors.source import FlagDetail

CALIBRATED, SHIFT, SHIFT_LOW, SHIFT_HIGH, FIELDS, NEXT_STEP = (
    "Fairness_Calibrated_Score__c",
    "Fairness_Shift__c",
    "Fairness_Shift_Low__c",
    "Fairness_Shift_High__c",
    "Fairness_Fields__c",
    "Fairness_Next_Step__c",
)
TEXTS = frozenset({"string", "textarea"})
NUMBERS = frozenset({"double", "int", "currency", "percent"})
WISHED = (
    *(FieldNeed(name=name, types=NUMBERS) for name in (CALIBRATED, SHIFT, SHIFT_LOW, SHIFT_HIGH)),
    *(FieldNeed(name=name, types=TEXTS, least=80) for name in (FIELDS, NEXT_STEP)),
)
LONGEST = 255
Value = str | float | None
Values = Mapping[str, Value]


def room_for(need: FieldNeed, name: str, fields: Fields) -> int:
    """How much of a value a field keeps: decimals of a number, characters of a text."""
    return fields.scale(name) if need.types is NUMBERS else min(LONGEST, fields.length(name) or LONGEST)


def wished_value(name: str, detail: FlagDetail | None, room: int) -> Value:
    """What one of the wished fields holds of a flag; None where there is nothing to say.

    A shift is told with both ends of its interval or not at all.
    """
    if detail is None:
        return None
    if name == FIELDS:
        return shortened("; ".join(detail.fields), room) or None
    if name == NEXT_STEP:
        return shortened(detail.advice, room) or None
    number = detail.calibrated if name == CALIBRATED else _shift(detail)[name]
    return None if number is None else round(number, room) + 0.0


def shortened(text: str, length: int) -> str:
    """A text on one line, as a text field keeps it: else it would differ for ever from what it holds."""
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1] + "…"


def _shift(detail: FlagDetail) -> Mapping[str, float | None]:
    if detail.shift is None or detail.low is None or detail.high is None:
        return dict.fromkeys((SHIFT, SHIFT_LOW, SHIFT_HIGH))
    return {SHIFT: detail.shift, SHIFT_LOW: detail.low, SHIFT_HIGH: detail.high}
