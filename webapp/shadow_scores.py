"""The shadow score of a connection after each pull: learned once, then compared and audited on new leads.

It stands beside the CRM's score and changes nothing: no flag, no audit of the CRM's own score, nothing in the
CRM. What is learned and what comes of it is sealed under the organisation's key and goes with it.
"""

from __future__ import annotations

import json
import logging
import zlib
from dataclasses import asdict, replace
from datetime import date
from typing import Any

import pyarrow as pa

from audit.intake import admit
from audit.rows.mitigation.drawing import drawn, scaled
from audit.rows.mitigation.model import Remedy, Request
from audit.rows.mitigation.valuing import with_value
from audit.rows.shadow import Learned, learn
from audit.schema import BadInput, Stream
from webapp.language import marked
from webapp.secrets_box import SecretsBox, Unreadable
from webapp.services import Services
from webapp.shadow_audits import as_text, audited
from webapp.store.rows import AuditRow, ConnectionRow
from webapp.store.shadows import ShadowRow

LOG = logging.getLogger(__name__)
SEALED = "shadow"
MOST_LEADS = 50_000
"""Of more leads so many are drawn by lot to learn from, as in the laboratory."""
DEFECT = marked("The shadow score could not be computed; the server's log says why.")
UNREADABLE = marked("What the shadow score had learned cannot be read any more. Stop it, and start it again.")


def after_audit(
    opened: Services, connection: ConnectionRow, held: tuple[pa.Table, Stream], of: AuditRow
) -> None:
    """Compute the shadow score that runs, where one does; a trouble of its own is noted, and goes no further.

    ``held`` are the leads that the audit was of, and its stream.
    """
    row = opened.shadows.running(connection.id)
    if row is None:
        return
    try:
        learned = _learned(opened, connection, row, held)
        text = as_text(audited(held, learned, row.asked))
        box = box_of(opened, connection)
        opened.shadows.add_audit(row.id, of.id, box.seal(zlib.compress(text.encode(), 6), row.id))
    except BadInput as problem:
        opened.shadows.note(row.id, _sentence(str(problem)))
    except Exception:
        # The audit of the CRM's score is in place, and stays so whatever happens here.
        LOG.exception("a shadow score could not be computed")
        opened.shadows.note(row.id, DEFECT)


def box_of(opened: Services, connection: ConnectionRow) -> SecretsBox:
    """What seals the shadow scores of an organisation. Raises KeyDestroyed where its key is gone."""
    return SecretsBox(master=opened.keyring(connection).key_for(SEALED), purpose=SEALED)


def opened_from(opened: Services, connection: ConnectionRow, row: ShadowRow) -> Learned | None:
    """What was learned, None where nothing is yet. Raises BadInput where it cannot be read."""
    if row.content is None:
        return None
    try:
        text = zlib.decompress(box_of(opened, connection).open(row.content, row.id))
    except Unreadable:
        raise BadInput(UNREADABLE) from None
    told: dict[str, Any] = json.loads(text)
    return Learned(**{**told, "until": date.fromisoformat(told["until"])})


def sealed(opened: Services, connection: ConnectionRow, shadow_id: str, learned: Learned) -> bytes:
    """What was learned, as `opened_from` reads it."""
    text = json.dumps({**asdict(learned), "until": learned.until.isoformat()})
    return box_of(opened, connection).seal(zlib.compress(text.encode(), 6), shadow_id)


def _learned(
    opened: Services, connection: ConnectionRow, row: ShadowRow, held: tuple[pa.Table, Stream]
) -> Learned:
    known = opened_from(opened, connection, row)
    if known is not None:
        return known
    made = _learn(held, row.asked)
    opened.shadows.learned(row.id, sealed(opened, connection, row.id, made))
    return made


def _learn(held: tuple[pa.Table, Stream], asked: Any) -> Learned:  # noqa: ANN401 - JSON of ours
    request, remedy = Request(**asked["request"]), Remedy(**asked["remedy"])
    stream = with_value(held[1], request.value)
    intake = admit(held[0], stream)
    table = drawn(intake.table, MOST_LEADS, request.seed)
    request = scaled(replace(request, legal=False), table.num_rows / intake.table.num_rows)
    return learn(table, stream, request, remedy)


def _sentence(words: str) -> str:
    """A sentence with its capital and its full stop."""
    return f"{words[:1].upper()}{words[1:]}" + ("" if words.endswith(".") else ".")
