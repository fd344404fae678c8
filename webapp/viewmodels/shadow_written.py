"""Whether the shadow score is written to the CRM, as its page shows it: where to, and how to read it."""

from __future__ import annotations

from dataclasses import dataclass

from audit.rows.shadow import Learned, is_chance, lower_is_better, written_cut
from audit.schema import BadInput, Stream, parse_stream
from webapp.language import decimal, gettext
from webapp.services import Services
from webapp.shadow_scores import opened_from
from webapp.store.key_rows import KeyDestroyed
from webapp.store.rows import ConnectionRow, Crm, ReceiptRow
from webapp.store.shadows import ShadowRow
from webapp.viewmodels.words import MINUS, moment
from webapp.viewmodels.writeback import shadow_sums


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """``on`` while it is written, ``left`` where it is not and scores may still stand in the CRM.

    ``field`` and ``label`` name the CRM's field. ``scale`` says how to read it, ``came`` what became of the
    newest write-back since; both are empty where that is not known yet.
    """

    on: bool
    left: bool
    since: str
    who: str
    field: str
    label: str
    scale: str
    came: str


def field_of(crm: Crm) -> tuple[str, str]:
    """The name of the CRM's field for shadow scores, and what people read in its place."""
    if crm == "salesforce":
        from connectors.salesforce.shadow_field import LABEL, SHADOW  # noqa: PLC0415 - loads the client library

        return SHADOW, LABEL
    from connectors.hubspot.shadow_property import DEFINITION  # noqa: PLC0415 - as above

    return str(DEFINITION["name"]), str(DEFINITION["label"])


def written(opened: Services, connection: ConnectionRow, rows: tuple[ShadowRow, ...]) -> Written:
    """As the newest receipt, and the shadow scores of the connection (the newest first), tell it."""
    runs = next((row for row in rows if row.stopped_at is None), None)
    receipt = opened.repository.latest_receipt(connection.id)
    since = runs.writing_since if runs else None
    name, label = field_of(connection.crm)
    return Written(
        on=since is not None,
        left=since is None and _left(rows, receipt),
        since=moment(since) if since else "",
        who=runs.writing_by if runs else "",
        field=name,
        label=label,
        scale=_scale(opened, connection, runs) if runs else "",
        came=shadow_sums(receipt.receipt) if receipt and since and receipt.made_at >= since else "",
    )


def _left(rows: tuple[ShadowRow, ...], receipt: ReceiptRow | None) -> bool:
    """Whether no write-back has emptied the field yet; one that ran meanwhile may still have written."""
    ended = max((row.writing_ended_at for row in rows if row.writing_ended_at), default=None)
    if ended is None:
        return False
    found = receipt.receipt.shadow if receipt else None
    return receipt is None or receipt.made_at < ended or bool(found and found.written + found.unchanged)


def _scale(opened: Services, connection: ConnectionRow, row: ShadowRow) -> str:
    try:
        learned, version = opened_from(opened, connection, row), opened.repository.stream(connection.id)
        stream = parse_stream(version.text, "The stream") if version else None
    except (BadInput, KeyDestroyed):
        return ""
    return _scale_in_words(stream, learned) if stream and learned else ""


def _scale_in_words(stream: Stream, learned: Learned) -> str:
    cut = decimal(written_cut(stream, learned), 4).replace("-", MINUS)
    if is_chance(learned):
        return gettext(
            "The chance of a good outcome, from 0 to 100. The shadow score calls from %(cut)s on.", cut=cut
        )
    if lower_is_better(stream, learned):
        return gettext(
            "On the scale of the CRM's score, lower is better. The shadow score calls up to %(cut)s.", cut=cut
        )
    return gettext("On the scale of the CRM's score. The shadow score calls from %(cut)s on.", cut=cut)
