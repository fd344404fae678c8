"""What stands beside a contact: its deals and its leads, under names such as ``deal.closedate``.

A contact has several deals: the one that decides is the one that was won first; where none was won and
all are closed, the one that was closed last. While a deal is open nothing is decided: ``hs_is_closed_won``
and ``closedate`` are then missing. Of the leads only those count whose primary contact it is, of several
the newest.

References
----------
HubSpot, "Associations" type ids: lead to primary contact 578. "Deals": ``hs_is_closed`` and
``hs_is_closed_won`` follow from the stage; ``closedate`` of an open deal is only expected.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from connectors.hubspot.answers import Document, part, record_number
from connectors.hubspot.client import OBJECT, HubSpotClient
from connectors.hubspot.found import found
from connectors.hubspot.links import links
from connectors.hubspot.records import check_asked, text_of

DEALS, LEADS = "deals", "leads"
KINDS: Mapping[str, str] = MappingProxyType({"deal": DEALS, "lead": LEADS})
PRIMARY_CONTACT = "578"
WON, CLOSED, DATE = "hs_is_closed_won", "hs_is_closed", "closedate"
Values = Mapping[str, str | None]


def kind_of(name: str) -> str:
    """The object that a field of a policy lies on: ``deals`` or ``leads``; empty for the contact itself."""
    start, dot, _ = name.partition(".")
    return KINDS.get(start.lower(), "") if dot else ""


def property_of(name: str) -> str:
    """The property of a field of a policy on its own object."""
    return name.partition(".")[2] if kind_of(name) else name


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """Reads beside contacts what a policy names of deals and leads; ``left_out`` may not be read."""

    client: HubSpotClient = field(repr=False)
    fields: tuple[str, ...] = ()
    left_out: frozenset[str] = frozenset()

    @property
    def kinds(self) -> tuple[str, ...]:
        """The objects that are read."""
        return tuple(dict.fromkeys(kind_of(name) for name in self.fields if self._asked(name)))

    def beside(self, ids: Sequence[str]) -> Mapping[str, Values]:
        """Every related field of some contacts, by the contact's id; missing where there is none.

        Raises
        ------
        Refused, Busy
            As the gate does, and where a property is in no answer any more.
        """
        made: dict[str, dict[str, str | None]] = {one: dict.fromkeys(self.fields) for one in ids if one}
        for kind in self.kinds:
            known = self._deals(list(made)) if kind == DEALS else self._leads(list(made))
            names = {name: property_of(name) for name in self.fields if kind_of(name) == kind}
            for one, values in known.items():
                made[one] |= {name: values.get(short) for name, short in names.items()}
        return made

    def _asked(self, name: str) -> bool:
        return bool(kind_of(name)) and kind_of(name) not in self.left_out

    def _names(self, kind: str, more: Iterable[str] = ()) -> tuple[str, ...]:
        wanted = (property_of(name) for name in self.fields if kind_of(name) == kind)
        return tuple(dict.fromkeys((*wanted, *more)))

    def _deals(self, ids: Sequence[str]) -> Mapping[str, Values]:
        """The deal that decides, by contact."""
        near = {one: [link.id for link in to] for one, to in links(self.client, OBJECT, DEALS, ids).items()}
        names = self._names(DEALS, (WON, CLOSED, DATE))
        deals = self._read(DEALS, {deal for to in near.values() for deal in to}, names)
        mine = {one: [deals[deal] for deal in to if deal in deals] for one, to in near.items() if one in ids}
        return {one: deciding(to) for one, to in mine.items() if to}

    def _leads(self, ids: Sequence[str]) -> Mapping[str, Values]:
        """The newest lead whose primary contact it is, by contact."""
        near = links(self.client, OBJECT, LEADS, ids)
        leads = {link.id for to in near.values() for link in to}
        newest: defaultdict[str, int] = defaultdict(int)
        for lead, to in links(self.client, LEADS, OBJECT, sorted(leads)).items():
            for contact in (link.id for link in to if PRIMARY_CONTACT in link.kinds):
                newest[contact] = max(newest[contact], int(lead))
        mine = {one: str(newest[one]) for one in ids if newest.get(one)}
        read = self._read(LEADS, set(mine.values()), self._names(LEADS))
        return {one: read[lead] for one, lead in mine.items() if lead in read}

    def _read(self, kind: str, ids: Collection[str], names: Sequence[str]) -> Mapping[str, Values]:
        documents: list[Document] = found(self.client, sorted(ids), names, kind)
        check_asked(documents, names, kind.removesuffix("s"))
        return {
            record_number(one): {name: text_of(part(one, "properties").get(name)) for name in names}
            for one in documents
        }


def deciding(deals: Sequence[Values]) -> Values:
    """The deal of one contact that says what came of it, as far as anything did."""
    won = [deal for deal in deals if deal.get(WON) == "true"]
    if won:
        return min(won, key=_expected_late)
    if all(deal.get(CLOSED) == "true" for deal in deals):
        last = max(deals, key=_closed)
        return {**last, WON: "false"}
    still_open = [deal for deal in deals if deal.get(CLOSED) != "true"]
    return {**still_open[-1], WON: None, DATE: None}


def _expected_late(deal: Values) -> str:
    """When a deal was closed; one without a date comes last."""
    return deal.get(DATE) or "9"


def _closed(deal: Values) -> str:
    return deal.get(DATE) or ""
