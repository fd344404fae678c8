"""One score that was seen: as a value, as the text that is committed to, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

APART, ABSENT, ESCAPE = "\x1f", "\x1e", "\x1b"
_ESCAPED = {ESCAPE: ESCAPE + "0", ABSENT: ESCAPE + "1", APART: ESCAPE + "2"}
Way = Literal["pull", "earlier"]
_WAYS: Mapping[str, Way] = {"p": "pull", "e": "earlier"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One entry of the log.

    ``score`` is as the policy left it (None: the lead had a score before, and has none now). ``scored_at``
    is since when it stood, as far as the CRM or the pulls tell ("" where nobody knows), ``seen_at`` the
    time of the sync that logged it; both ISO 8601, UTC. ``way`` is "pull" for a score that the sync saw,
    with the lead's features at that time, and "earlier" for one from before, whose features are not known
    (None). ``model_version`` is empty where the CRM does not tell it. ``source`` is the CRM, ``score_column``
    the column of the pulled leads that the score is in.
    """

    number: int
    score: str | None
    scored_at: str
    seen_at: str
    model_version: str
    source: str
    score_column: str
    way: Way
    policy_version: int
    policy_digest: str
    features: Mapping[str, str | None] | None


def escaped(text: str | None) -> str:
    """A value without the signs that keep fields apart."""
    if text is None:
        return ABSENT
    if ESCAPE in text or ABSENT in text or APART in text:
        for sign, instead in _ESCAPED.items():
            text = text.replace(sign, instead)
    return text


def unescaped(text: str) -> str | None:
    """What `escaped` was given."""
    if text == ABSENT:
        return None
    if ESCAPE in text:
        for sign, instead in reversed(_ESCAPED.items()):
            text = text.replace(instead, sign)
    return text


def joined(columns: Sequence[pa.ChunkedArray]) -> list[str]:
    """`escaped` values of each row, joined, a column at a time: rows are many."""
    safe = [_safe(column.cast(pa.string())) for column in columns]
    made: list[str] = pc.binary_join_element_wise(*safe, APART).to_pylist()
    return made


def _safe(column: pa.ChunkedArray) -> pa.ChunkedArray:
    # Nearly no value has such a sign: the bytes of a whole column tell.
    texts = b"".join(part.buffers()[2] or b"" for part in column.chunks)
    if any(sign.encode() in texts for sign in _ESCAPED):
        for sign, instead in _ESCAPED.items():
            column = pc.replace_substring(column, sign, instead)
    return pc.fill_null(column, ABSENT)


def decision_in(text: str, number: int, facts: Mapping[str, Any]) -> Decision:
    """The entry out of its text and its segment's facts.

    Raises
    ------
    ValueError, KeyError
        The text is none of an entry.
    """
    kind, score, scored_at, version, *rest = map(unescaped, text.split(APART))
    way, policy = _WAYS[str(kind)], facts["policy"]
    features = dict(zip(facts["columns"], rest, strict=True)) if way == "pull" else None
    return Decision(
        number=number,
        score=score,
        scored_at=scored_at or "",
        seen_at=facts["seen_at"],
        model_version=version or facts["model"],
        source=facts["source"],
        score_column=facts["score"],
        way=way,
        policy_version=policy["version"],
        policy_digest=policy["digest"],
        features=features,
    )
