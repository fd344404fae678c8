"""What a card hears of an answer that it sent, in words for who gave it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

from connectors.feedback import Verdict
from webapp.store.card_answers import Taken

SCHEMA = "fairlead.answer/1"
Said = Taken | Literal["busy", "not_connected"]
_NOT = "Your answer was not saved:"
WORDS: Mapping[Said, str] = MappingProxyType(
    {
        "kept": "Thank you. Auditors see your answer in Fairlead, without your name.",
        "no_check": f"{_NOT} there is no check of this lead any more. Reload this page.",
        "checked_again": f"{_NOT} the score was checked again meanwhile. Reload this page and answer anew.",
        "overtaken": f"{_NOT} you gave another answer after it. Reload this page to see which one stands.",
        "too_many": f"{_NOT} you answered very many checks in a short time. Try again in a minute.",
        "busy": f"{_NOT} Fairlead is busy just now. Try again in a minute.",
        "not_connected": f"{_NOT} Fairlead is not connected. Ask your CRM admin to connect it.",
    }
)


def reply(said: Said, verdict: Verdict | None = None) -> dict[str, Any]:
    """What became of an answer (schema ``fairlead.answer/1``); ``verdict`` is the one that was kept."""
    return {"schema": SCHEMA, "state": said, "message": WORDS[said], "answer": verdict}
