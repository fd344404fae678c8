"""What the CRM is asked for on the way: its fields, and the entries of one list. No lead is read."""

from __future__ import annotations

from dataclasses import dataclass

from audit.schema import BadInput
from connectors.entries import MOST, Entry
from connectors.errors import Busy, ConnectorError, Refused
from connectors.policy.starter import TABLES
from connectors.policy.starter.roles import Choices, choices_of
from connectors.policy.starter.standard import Table
from connectors.source import FieldInfo
from webapp.crms import syncing_source
from webapp.language import gettext
from webapp.outcomes import state_after
from webapp.services import Services
from webapp.start.standing import CUT_OFF
from webapp.store.rows import ConnectionRow
from webapp.views.errors import wait_words


class Away(Exception):
    """The CRM did not tell; the message is a sentence.

    ``cut_off`` says that only a new consent helps; ``again`` when to try again, "" where that is not known.
    """

    def __init__(self, message: str, *, cut_off: bool, again: str = "") -> None:
        super().__init__(message)
        self.cut_off = cut_off
        self.again = again


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The fields of one CRM, what each could be, and what is known of the platform."""

    table: Table
    fields: tuple[FieldInfo, ...]
    choices: Choices


def offer_of(opened: Services, connection: ConnectionRow) -> Offer:
    """What the CRM has now. Raises Away where it does not tell."""
    table = TABLES[connection.crm]
    try:
        fields = tuple(syncing_source(opened, connection).suggestible())
    except (ConnectorError, BadInput) as problem:
        raise _away(problem) from None
    return Offer(table=table, fields=fields, choices=choices_of(table, fields))


def entries_of(opened: Services, connection: ConnectionRow, field: FieldInfo | None) -> tuple[Entry, ...]:
    """The entries of a list; nothing of any other field. Raises Away where the CRM does not tell."""
    if field is None or field.kind != "choice":
        return ()
    try:
        return syncing_source(opened, connection).entries(field.name)[:MOST]
    except (ConnectorError, BadInput) as problem:
        raise _away(problem) from None


def _away(problem: ConnectorError | BadInput) -> Away:
    cut_off = isinstance(problem, Refused) and state_after(problem) in CUT_OFF
    sentence = str(problem) if isinstance(problem, Busy) else str(problem).rstrip(".") + "."
    return Away(f"{sentence[:1].upper()}{sentence[1:]}", cut_off=cut_off, again=_again(problem))


def _again(problem: ConnectorError | BadInput) -> str:
    if not isinstance(problem, Busy):
        return ""
    return gettext("Try again in about %(wait)s.", wait=wait_words(problem.retry_after))
