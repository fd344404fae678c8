"""What reps' answers tell beside an audit: their own words become those that the audit goes by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from audit.rows.answers import Answer, answered, answered_record
from audit.schema import Stream
from connectors.feedback import Feedback


def as_answers(given: Iterable[Feedback]) -> tuple[Answer, ...]:
    """Answers as the audit takes them: leads and people by their pseudonyms."""
    return tuple(
        Answer(lead=one.lead.hex, who=one.who, verdict=one.verdict, reason=one.reason or "", at=one.given_at)
        for one in given
    )


def told_beside(table: pa.Table, stream: Stream, given: Sequence[Feedback]) -> Mapping[str, Any] | None:
    """What the answers tell about the leads of an audit, to be kept beside it; None where there are none."""
    return answered_record(answered(table, stream, as_answers(given))) if given else None
