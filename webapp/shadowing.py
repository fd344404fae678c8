"""Shadow scores as people have them: which remedies can run as one, start, stop, and what came of it."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from audit.rows.mitigation.model import Remedy
from audit.rows.shadow import why_not
from audit.schema import BadInput
from webapp.experiments import Found
from webapp.jobs import ENDED, rules_in_force
from webapp.language import gettext, marked
from webapp.secrets_box import Unreadable
from webapp.services import Services
from webapp.shadow_audits import ShadowAudit, from_text
from webapp.shadow_scores import box_of
from webapp.store.key_rows import KeyDestroyed
from webapp.store.rows import ConnectionRow
from webapp.store.shadows import NewShadow, ShadowAuditRow, ShadowRow

LONGEST_REASON = 500
NO_REASON = marked("Reason: write why, in a sentence; it stands in the trail.")
TOO_LONG = marked("Reason: at most 500 characters.")
NO_REMEDY = marked("Remedy: choose one from the list.")
RUNS = marked("A shadow score runs at this connection already. Stop it before you start another one.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What came of a shadow score with one pull."""

    id: str
    audit_id: str
    made_at: datetime
    audit: ShadowAudit


def possible(found: Found) -> tuple[tuple[Remedy, str | None], ...]:
    """Every remedy of an experiment that was tried, with why it cannot run as a shadow score."""
    made = found.report.experiment
    return tuple((one.remedy, why_not(one.remedy)) for one in made.trials if one.undefined is None)


def start(opened: Services, connection: ConnectionRow, found: Found, typed: tuple[str, str, str]) -> str:
    """Start a remedy as a shadow score; its id. ``typed`` is the remedy's id, the reason, and who.

    Raises
    ------
    BadInput
        The remedy cannot run as one, there is no reason, another one runs, or the connection has ended.
    """
    remedy_id, reason, who = typed
    if connection.state == "disconnected":
        raise BadInput(gettext(ENDED))
    remedy = next((one for one, why in possible(found) if one.id == remedy_id and why is None), None)
    if remedy is None:
        raise BadInput(gettext(NO_REMEDY))
    if not reason or len(reason) > LONGEST_REASON:
        raise BadInput(gettext(TOO_LONG if reason else NO_REASON))
    rules_in_force(opened, connection)
    new = NewShadow(experiment_id=found.id, asked=_asked(found, remedy), who=who, reason=reason)
    started = opened.shadows.start(connection.id, new)
    if started is None:
        raise BadInput(gettext(RUNS))
    return started


def came_of(opened: Services, connection: ConnectionRow, row: ShadowRow) -> tuple[Came, ...]:
    """What came of it with each pull, the newest first."""
    return tuple(_opened(opened, connection, row.id, opened.shadows.audits(row.id)))


def _opened(
    opened: Services, connection: ConnectionRow, shadow_id: str, rows: tuple[ShadowAuditRow, ...]
) -> Iterator[Came]:
    for row in rows:
        try:
            text = zlib.decompress(box_of(opened, connection).open(row.content, shadow_id)).decode()
            yield Came(id=row.id, audit_id=row.audit_id, made_at=row.made_at, audit=from_text(text))
        except (KeyDestroyed, Unreadable, BadInput):
            continue


def _asked(found: Found, remedy: Remedy) -> dict[str, object]:
    """What is kept of what was asked, so that it is learned as it was tried."""
    made = found.report.experiment
    request = replace(found.asked.request(), attribute=made.attribute)
    return {
        "remedy": asdict(remedy),
        "request": asdict(request),
        "attribute": made.attribute,
        "group": made.group,
    }
