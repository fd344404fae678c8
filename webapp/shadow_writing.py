"""What a write-back writes of the shadow score that runs: for new leads, and only where an admin wants it.

What stands in the field is computed with this write-back, or nothing does: it is emptied where the shadow
score is stopped, is not to be written, or cannot be computed. Of single leads nothing is kept here.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

from audit.schema import BadInput, Stream, parse_stream
from connectors.pseudonym import LeadKey
from connectors.source import Flag, Receipt, Shadow
from webapp.held_leads import keyed, leads_of
from webapp.services import Services
from webapp.shadow_audits import written_scores
from webapp.shadow_scores import opened_from
from webapp.store.rows import AuditRow, ConnectionRow
from webapp.store.shadows import ShadowRow

LOG = logging.getLogger(__name__)
NOT_LEARNED = "it has not learned yet, and does with the next pull"
DEFECT = "the server's log says why"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToWrite:
    """The shadow scores by lead, and sentences for the admin where there are none."""

    scores: Shadow = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def to_write(
    opened: Services, connection: ConnectionRow, audit: AuditRow, flags: Mapping[LeadKey, Flag]
) -> ToWrite:
    """The shadow scores that go with the flags of an audit; a trouble of their own never stops the flags."""
    row = opened.shadows.running(connection.id)
    if row is None or row.writing_since is None:
        return ToWrite()
    try:
        scores = _scores(opened, connection, row, _stream_of(opened, audit))
    except BadInput as problem:
        return _none(str(problem).rstrip("."))
    except Exception:
        # Flags are due, whatever happens here.
        LOG.exception("the shadow scores could not be computed for the write-back")
        return _none(DEFECT)
    return ToWrite(scores={key: score for key, score in scores.items() if key in flags})


def of_shadow(receipt: Receipt) -> str:
    """What the trail says of shadow scores; "" where there were none."""
    found = receipt.shadow
    return f", shadow scores: {found.written} written, {found.cleared} cleared" if found else ""


def _none(why: str) -> ToWrite:
    return ToWrite(notes=(f"No shadow score was written, and its field was emptied: {why}.",))


def _scores(opened: Services, connection: ConnectionRow, row: ShadowRow, stream: Stream) -> Shadow:
    learned = opened_from(opened, connection, row)
    if learned is None:
        raise BadInput(NOT_LEARNED)
    told = written_scores((leads_of(opened, connection, stream), stream), learned)
    return {LeadKey(bytes.fromhex(key)): score for key, score in told.items()}


def _stream_of(opened: Services, audit: AuditRow) -> Stream:
    """The stream of the audit whose flags are written; another one may have been saved since."""
    versions = opened.repository.streams(audit.connection_id)
    text = next(one.text for one in versions if one.version == audit.stream_version)
    return keyed(parse_stream(text, "The stream"))
