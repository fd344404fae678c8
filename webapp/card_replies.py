"""What a card hears of an answer that it sent, in words for who gave it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

from connectors.feedback import Verdict
from webapp.language import gettext, marked
from webapp.store.card_answers import Taken

SCHEMA = "fairlead.answer/1"
Said = Taken | Literal["busy", "not_connected"]
WORDS: Mapping[Said, str] = MappingProxyType(
    {
        "kept": marked("Thank you. Auditors see your answer in Fairlead, without your name."),
        "no_check": marked(
            "Your answer was not saved: there is no check of this lead any more. Reload this page."
        ),
        "checked_again": marked(
            "Your answer was not saved: the score was checked again meanwhile. Reload this page and answer "
            "anew."
        ),
        "overtaken": marked(
            "Your answer was not saved: you gave another answer after it. Reload this page to see which one "
            "stands."
        ),
        "too_many": marked(
            "Your answer was not saved: you answered very many checks in a short time. Try again in a minute."
        ),
        "busy": marked("Your answer was not saved: Fairlead is busy just now. Try again in a minute."),
        "not_connected": marked(
            "Your answer was not saved: Fairlead is not connected. Ask your CRM admin to connect it."
        ),
    }
)


def reply(said: Said, verdict: Verdict | None = None) -> dict[str, Any]:
    """What became of an answer (schema ``fairlead.answer/1``); ``verdict`` is the one that was kept."""
    return {"schema": SCHEMA, "state": said, "message": gettext(WORDS[said]), "answer": verdict}
