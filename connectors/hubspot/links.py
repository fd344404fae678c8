"""Which records are associated with which, for up to 1,000 at once, however many each has.

References
----------
HubSpot, "Associations API", batch read: 1,000 inputs; a record with more associations than fit has
``paging.next.after`` of its own, which is sent again with its id. ``toObjectId`` and ``typeId`` come as
numbers in the guide and as texts in the specification.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from connectors.errors import Busy
from connectors.hubspot.answers import Document, errors_of, following, number_of, objects, part, parts
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.records import MISSING

AT_ONCE = 1_000
# HubSpot's word for a record that is associated with nothing.
NONE = "NO_ASSOCIATIONS_FOUND"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One record that another is associated with, and the kinds of association (``typeId``)."""

    id: str = field(repr=False)
    kinds: frozenset[str]


def links(client: HubSpotClient, start: str, end: str, ids: Sequence[str]) -> Mapping[str, Sequence[Link]]:
    """The links of some records of ``start`` to records of ``end``, by id; who has none is left out.

    Raises
    ------
    Refused, Busy
        As the gate does; Busy also where the pages of a record do not end, or where HubSpot could not say
        of every record what it is associated with, or names one without an id.
    """
    found: defaultdict[str, list[Link]] = defaultdict(list)
    for first in range(0, len(ids), AT_ONCE):
        inputs: list[dict[str, str]] = [{"id": one} for one in ids[first : first + AT_ONCE]]
        asked = set[tuple[str, str]]()
        while inputs:
            document = client.associations(start, end, inputs)
            _refuse_partial(document)
            inputs = []
            for entry in objects(document, "results"):
                source = _known(part(entry, "from").get("id"))
                found[source] += _links(entry)
                inputs += _rest(entry, source, asked)
    return found


def _refuse_partial(document: Document) -> None:
    """Stop where an answer (HTTP 207) has an error that is not "there is none": silence is no answer.

    Raises
    ------
    Busy
        To go on would take the deals of a contact for none.
    """
    if all(error.get("category") == MISSING or NONE in _kinds(error) for error in errors_of(document)):
        return
    msg = "HubSpot could not say of every record what it is associated with: pull again"
    raise Busy(msg, retry_after=60.0)


def _kinds(error: Document) -> str:
    return f"{error.get('category')} {error.get('subCategory')}"


def _links(entry: Document) -> Iterator[Link]:
    for one in objects(entry, "to"):
        kinds = frozenset(number_of(kind.get("typeId")) for kind in parts(one, "associationTypes"))
        yield Link(id=_known(one.get("toObjectId")), kinds=kinds)


def _known(name: object) -> str:
    """The id of a record. Raises Busy where it is none: without it a deal would be lost unnoticed."""
    if number := number_of(name):
        return number
    msg = "HubSpot's list of associations names a record without an id"
    raise Busy(msg, retry_after=60.0)


def _rest(entry: Document, source: str, asked: set[tuple[str, str]]) -> list[dict[str, str]]:
    after = following(entry)
    if after is None:
        return []
    if (source, after) in asked:
        msg = "HubSpot's list of associations does not advance"
        raise Busy(msg, retry_after=60.0)
    asked.add((source, after))
    return [{"id": source, "after": after}]
