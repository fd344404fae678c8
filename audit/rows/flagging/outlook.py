"""What a flag says beyond its status, per attribute: how far off, which way, and through which fields.

For a special category it says neither: how far and which way would differ between its groups, and the
fields that carry its gap would tell what the finding is about (a salutation, a first name).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from audit.inference import holm
from audit.report.model import Report
from audit.rows.flagging.calibrated import Shift, shifts
from audit.rows.flagging.standing import Standing, alike, standings
from audit.rows.proxy import informative
from audit.schema import Attribute, Stream

FIELDS = 3
MATERIAL_SHARE = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """One attribute: the standing of its groups, their shifts where they are sure, and the fields."""

    attribute: str
    standing: Mapping[str, Standing]
    shift: Mapping[str, Shift]
    fields: tuple[str, ...]
    same: Standing | None = field(default=None)

    def of(self, group: str) -> Standing:
        """How a group stands; for a special category, how every group does."""
        return self.same or self.standing.get(group, Standing())

    def too_low(self, group: str) -> Shift | None:
        """The shift of a group whose score is surely too low."""
        one = self.shift.get(group)
        return one if one is not None and one.low > 0 else None

    def too_high(self, group: str) -> Shift | None:
        """The shift of a group whose score is surely too high and that no decision gap puts behind."""
        one = self.shift.get(group)
        return one if one is not None and one.high < 0 and not self.of(group).losing else None


def outlooks(table: pa.Table, stream: Stream, report: Report) -> tuple[Outlook, ...]:
    """Every attribute of the stream.

    A shift is kept where it is surely not 0, after Holm's correction over the groups of all attributes:
    where all scores are as good for each group, any is kept in at most ``1 - confidence`` of audits.
    """
    plain = [one for one in stream.attributes if not one.special_category]
    found = {one.name: shifts(table, one, stream) for one in plain}
    every = [(name, group, shift) for name, each in found.items() for group, shift in each.items()]
    adjusted = holm(np.array([shift.p for _, _, shift in every], dtype=np.float64))
    level = 1 - report.settings.confidence
    sure = {(name, group) for (name, group, _), p in zip(every, adjusted, strict=True) if p < level}
    return tuple(
        _outlook(
            one,
            {group: shift for group, shift in found.get(one.name, {}).items() if (one.name, group) in sure},
            stream,
            report,
        )
        for one in stream.attributes
    )


def _outlook(one: Attribute, sure: Mapping[str, Shift], stream: Stream, report: Report) -> Outlook:
    standing = standings(one.name, stream, report)
    same = alike(list(standing.values()) or [Standing()])[0] if one.special_category else None
    fields = () if one.special_category else _fields(one.name, _special(stream), report)
    return Outlook(attribute=one.name, standing=standing, shift=sure, fields=fields, same=same)


def _special(stream: Stream) -> frozenset[str]:
    """What the special categories and their columns are called."""
    special = [one for one in stream.attributes if one.special_category]
    return frozenset(name for one in special for name in (one.name, one.column))


def _fields(attribute: str, unsaid: frozenset[str], report: Report) -> tuple[str, ...]:
    """The fields that surely carry a part of the gap worth telling, the largest part first."""
    carrying = (
        one.feature
        for one in report.proxies
        if one.attribute == attribute and (one.share_low or 0) > 0 and (one.share or 0) >= MATERIAL_SHARE
        if one.feature not in unsaid and informative(one, report.settings.confidence)
    )
    return tuple(carrying)[:FIELDS]
