"""A ``[[stream.attribute]]`` whose groups are only known as probabilities (``probabilities = {..}``)."""

from __future__ import annotations

from audit.schema.nearest import nearest
from audit.schema.section import Section
from audit.schema.values import Membership

_KEYS = ("name", "probabilities", "reference", "special_category")
_EXAMPLE = 'probabilities = {white = "p_white", black = "p_black"}'


def parse_membership(section: Section, name: str) -> Membership:
    """The attribute with its groups and the columns of their probabilities; BadInput names the mend."""
    section.only(_KEYS)
    found = section.values["probabilities"]
    if not isinstance(found, dict) or not all(
        isinstance(column, str) and column.strip() and group.strip() for group, column in found.items()
    ):
        section.fail(f"probabilities must name the column of each group, like {_EXAMPLE}")
    if len(found) < 2:
        section.fail(f"probabilities needs two groups or more, like {_EXAMPLE}")
    columns = list(found.values())
    twice = next((column for column in columns if columns.count(column) > 1), None)
    if twice is not None:
        section.fail(f"probabilities names the column {twice!r} for two groups; give each group its own")
    reference = section.text("reference")
    if reference is not None and reference not in found:
        near = nearest(reference, tuple(found))
        hint = f"did you mean {near!r}?" if near else f"they are {', '.join(list(found)[:8])}"
        section.fail(f"has the reference {reference!r}, which is none of the groups of probabilities; {hint}")
    return Membership(
        name=name,
        probabilities=tuple(found.items()),
        reference=reference,
        special_category=section.flag("special_category", default=False),
    )
