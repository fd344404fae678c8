"""The ``[[stream.attribute]]`` sections of a stream file."""

from __future__ import annotations

from itertools import pairwise

from audit.schema.bands import band_labels
from audit.schema.membership_section import parse_membership
from audit.schema.section import Section
from audit.schema.values import Attribute, Membership

_KEYS = ("name", "column", "reference", "special_category", "bands")
_MEND = 'add [[stream.attribute]] with name = "column" for each group to compare'


def parse_attributes(stream: Section) -> tuple[Attribute | Membership, ...]:
    """Every attribute of the stream, in order; BadInput where there is none or two share a name."""
    entries = stream.values.get("attribute", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        stream.fail("attribute must be written with double brackets: [[stream.attribute]]")
    if not entries:
        stream.fail(f"has no attribute, so there is nothing to compare; {_MEND}")
    origin = stream.title.removesuffix("[stream]")
    found: list[Attribute | Membership] = []
    for number, entry in enumerate(entries, start=1):
        section = Section(title=f"{origin}[[stream.attribute]] number {number}", values=entry)
        attribute = _attribute(section)
        if any(other.name == attribute.name for other in found):
            section.fail(
                f"has the name {attribute.name!r} of an earlier one; give each attribute its own name"
            )
        found.append(attribute)
    return tuple(found)


def _attribute(section: Section) -> Attribute | Membership:
    name = section.text("name")
    if "probabilities" in section.values and name is not None:
        return parse_membership(section, name)
    section.only((*_KEYS, "probabilities"))
    if name is None:
        section.fail('has no name; add a line like name = "region"')
    attribute = Attribute(
        name=name,
        column=section.text("column") or name,
        reference=section.text("reference"),
        special_category=section.flag("special_category", default=False),
        bands=_bands(section),
    )
    _check_reference(section, attribute)
    return attribute


def _bands(section: Section) -> tuple[float, ...]:
    bands = section.numbers("bands")
    if bands is None:
        return ()
    if not bands:
        section.fail("bands is empty; give the edges, like [25, 35, 50, 65], or leave the line out")
    if any(low >= high for low, high in pairwise(bands)):
        section.fail("bands must increase from left to right, like [25, 35, 50, 65]")
    return bands


def _check_reference(section: Section, attribute: Attribute) -> None:
    if not attribute.bands or attribute.reference is None:
        return
    labels = (*band_labels(attribute.bands), "unknown")
    if attribute.reference not in labels:
        section.fail(
            f"has the reference {attribute.reference!r}, which is none of its bands: {', '.join(labels)}"
        )
