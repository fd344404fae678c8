"""Shadow scores by the dice, as a write-back that is killed writes them beside the flags.

They stand in for what a learned model gives: the office decides them, as it decides the flags, and the
process that writes back reads them from a file. How they are written, and taken away, is the product's own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from random import Random
from typing import Any

from connectors.pseudonym import LeadKey
from webapp.shadow_writing import ToWrite


def shadow_scores(flagged: Iterable[str], audit: int) -> dict[str, float]:
    """By record id: for most of the flagged, or for none, as after somebody stopped it."""
    # Dice of its own: those of the kills fall as they do without shadow scores.
    dice = Random(audit)  # noqa: S311 - no secret
    share = 0.8 if dice.random() < 0.75 else 0.0
    return {one: dice.randrange(400) / 4 for one in flagged if dice.random() < share}


def keep(environ: Mapping[str, str], scores: Mapping[LeadKey, float]) -> None:
    """For the process that writes back next."""
    _file(environ).write_text(json.dumps({key.hex: score for key, score in scores.items()}))


def kept(environ: Mapping[str, str], *_: Any) -> ToWrite:
    """What `webapp.shadow_writing.to_write` would give."""
    scores = json.loads(_file(environ).read_text())
    return ToWrite(scores={LeadKey(bytes.fromhex(key)): score for key, score in scores.items()})


def _file(environ: Mapping[str, str]) -> Path:
    return Path(environ["FAIRLEAD_DATA_DIR"]).with_name("shadow.json")
