"""The shadow score of each lead, from what was learned once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from audit.rows.levels import Reals
from audit.rows.shadow import fields
from audit.rows.shadow.model import Learned
from audit.rows.shadow.trees import chances
from audit.schema import BadInput, Stream

TIE = 1e-6
"""What the CRM's score adds to a chance, so that leads of one level of the curve keep their order."""


class ScoreGone(BadInput):
    """The shadow score goes by the CRM's score, and there is none any more."""


class AnotherStream(BadInput):
    """The stream speaks of another score, or of another outcome, than the shadow score learned."""


def scores(table: pa.Table, stream: Stream, learned: Learned) -> Reals:
    """The shadow score of every lead of an admitted table, higher is better; NaN where it has none.

    Raises
    ------
    FieldGone, ScoreGone
        What it goes by is no longer there.
    AnotherStream
        It would be told of something that it did not learn.
    """
    _refuse_another(stream, learned)
    if learned.way == "model":
        return chances(learned.given["model"], fields.values(table, learned.given["fields"]))
    if "score" not in table.column_names:
        msg = "the stream has no score any more, and the shadow score is made of it"
        raise ScoreGone(msg)
    score = np.asarray(table.column("score").to_numpy(), dtype=np.float64)
    score = score if stream.higher_is_better else -score
    if learned.way == "curve":
        return drawn_by_curve(learned.given, score)
    return _less(table, learned.given, score) if learned.way == "less" else score


def _refuse_another(stream: Stream, learned: Learned) -> None:
    """Of the score and the outcome only what the way goes by must be the same."""
    by_score, by_outcome = learned.way != "model", learned.way in {"curve", "model"}
    better = (_better(learned.higher_is_better), _better(stream.higher_is_better))
    same = {
        "score": (by_score, learned.score, stream.score),
        "better score": (by_score, *better),
        "outcome": (by_outcome, learned.outcome, stream.outcome),
    }
    for what, (counts, then, now) in same.items():
        if counts and then is not None and then != now:
            msg = (
                f"the stream's {what} was {then} when the shadow score learned, and is {now or 'none'} now: "
                "stop the shadow score, and start it anew"
            )
            raise AnotherStream(msg)


def _better(higher: bool | None) -> str | None:
    return None if higher is None else "the higher one" if higher else "the lower one"


def drawn_by_curve(given: Mapping[str, Any], score: Reals) -> Reals:
    """The chance of a good outcome by the learned curve."""
    place = np.clip((score - given["least"]) / given["spread"], 0, 1)
    return np.asarray(np.interp(score, given["at"], given["chance"]) + TIE * place, dtype=np.float64)


def _less(table: pa.Table, given: Mapping[str, Any], score: Reals) -> Reals:
    here = fields.names(table, given["field"]) == given["value"]
    return np.asarray(np.where(here, score - given["less"], score), dtype=np.float64)
