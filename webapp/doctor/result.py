"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["wrong", "warning", "fine"]
LEVELS: tuple[Level, ...] = ("wrong", "warning", "fine")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One thing that was looked at: what it is, how it is, a sentence, and what to do ("" for nothing).

    ``where`` is the name of the connection that it is about, "" for the whole installation.
    """

    about: str
    level: Level
    says: str
    mend: str = ""
    where: str = ""


def sentence(text: object) -> str:
    """Words of elsewhere as one sentence, with one full stop."""
    told = str(text).strip().rstrip(".")
    return f"{told[:1].upper()}{told[1:]}."


def fine(about: str, says: str) -> Result:
    """It is as it should be."""
    return Result(about=about, level="fine", says=says)


def warning(about: str, says: str, mend: str) -> Result:
    """It works, and will not for long, or not as somebody meant."""
    return Result(about=about, level="warning", says=says, mend=mend)


def wrong(about: str, says: str, mend: str) -> Result:
    """It does not work."""
    return Result(about=about, level="wrong", says=says, mend=mend)
