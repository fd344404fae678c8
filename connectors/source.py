"""What every source of leads can do, whichever CRM or file it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, Protocol

import pyarrow as pa

from connectors.policy.model import Policy
from connectors.pseudonym import LeadKey

if TYPE_CHECKING:
    from connectors.policy.look import Looked

FieldKind = Literal[
    "choice",
    "yes_no",
    "number",
    "moment",
    "short_text",
    "long_text",
    "formula_text",
    "contact",
    "other",
    "unknown",
]
FlagStatus = Literal["ok", "review", "insufficient_data"]


ASIDE = pa.schema(
    [
        pa.field("lead_key", pa.string()),
        pa.field("kind", pa.string()),
        pa.field("reason", pa.string()),
        pa.field("cohort_day", pa.date32()),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Some leads after the policy: no raw identifier is left in them.

    ``table`` has ``lead_key`` (string, 32 hexadecimal digits), ``cohort_day`` (date32, the day
    the lead was created) and one string column per policy rule that keeps something (null is
    missing). ``read = table.num_rows + rejected + excluded``, always. ``unmapped`` counts, by
    column, the values that a map or coarsen rule did not know (they are null in the table).
    ``withdrawn`` are the keys of excluded leads: what was held about them before must go. ``aside``
    names every lead that was turned away and has a key, with its ``kind`` ("rejected" or
    "excluded"), reason and day, so that the account still holds after later pulls.
    """

    table: pa.Table
    read: int
    rejected: Mapping[str, int]
    excluded: Mapping[str, int]
    unmapped: Mapping[str, int]
    withdrawn: tuple[LeadKey, ...] = ()
    aside: pa.Table = field(default_factory=ASIDE.empty_table)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldInfo:
    """One field of the CRM as its describe call shows it.

    ``type`` is the CRM's own word, for people. ``kind`` is what such a field holds: an entry of a
    list, a checkbox, a number, a date, a line of text, a text of any length, a text that a formula
    makes, something to reach or to find a person by (mail, phone, link, id), or no single plain
    value. It is "unknown" where nobody says, as in a file. ``security`` and ``compliance`` are how the
    org's admin classified the field, ``retiring`` says that the admin means to do without it. A
    ``formula`` is computed when it is read; ``predicted`` says that the CRM's own AI fills the field.
    ``special`` is the special category of personal data that its help text or the entries of its list say,
    such as "health"; "" where they say none. Neither the text nor the entries are kept.
    """

    name: str
    label: str
    type: str
    kind: FieldKind = "unknown"
    filterable: bool = True
    writable: bool = False
    security: str = ""
    compliance: tuple[str, ...] = ()
    retiring: bool = False
    formula: bool = False
    predicted: bool = False
    special: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagDetail:
    """What the panel says beyond the status; of it only ``calibrated`` is written back.

    ``direction`` is "may be too low" or "may be too high", ``shift`` the points that the score would
    have to move, from ``low`` to ``high``, and ``calibrated`` the score moved by it; all are None where
    that cannot be said, and always where only a special category is behind the flag. ``fields`` are
    names of CRM fields.
    """

    explanation: str
    advice: str
    direction: str | None = None
    shift: float | None = None
    low: float | None = None
    high: float | None = None
    calibrated: float | None = None
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """What is written back to one lead: never a protected attribute, never a group's name."""

    status: FlagStatus
    reason: str
    audit_id: str
    checked_at: datetime
    detail: FlagDetail | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What anybody in the CRM may read of one finding: never an attribute, never a group's name or number.

    ``key`` tells findings apart, the same from one audit to the next. It is never written as it is: it is
    made of names, so that somebody who guesses them could recognise them.
    """

    key: str
    severity: Literal["low", "medium", "high", "critical"]
    sentence: str
    audit_id: str
    checked_at: datetime


Shadow = Mapping[LeadKey, float]
"""The shadow score of each lead that has one, as it is to be written."""
NO_SHADOW: Shadow = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowReceipt:
    """What became of the shadow scores in their own field: written, taken away, or there already."""

    written: int
    cleared: int
    unchanged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeReceipt:
    """What became of the findings' records: ``listed = written + closed + unchanged + failed``.

    ``closed`` records tell of findings that the newest audit does not make any more. Those that were
    closed before are not counted. ``failed`` counts by the remote system's error code.
    """

    listed: int
    written: int
    closed: int
    unchanged: int
    failed: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of a write-back.

    ``listed = written + cleared + unchanged + unknown + converted + failed``. ``cleared`` leads held the
    flag of an earlier audit that the newest one does not cover (opted out meanwhile, rejected, too young):
    it was taken away. ``unknown`` leads have no flag and held none (they came after the audit).
    ``converted`` leads would have been written or cleared, but the CRM lets the connected user only read
    what was made into a customer. ``failed`` counts by the remote system's error code. ``findings`` is None
    where the CRM has no place for findings. ``notes`` are sentences for the admin: what was left out of the
    write-back, and why. ``shadow`` is None where no shadow score was to be written, and none had to go; a
    lead whose shadow score alone changed counts as written.
    """

    listed: int
    written: int
    cleared: int
    unchanged: int
    unknown: int
    failed: Mapping[str, int]
    findings: NoticeReceipt | None = None
    notes: tuple[str, ...] = ()
    converted: int = 0
    shadow: ShadowReceipt | None = None


class Source(Protocol):
    """A place that leads come from. The conformance suite in tests/connectors proves it."""

    @property
    def organisation(self) -> str:
        """The remote organisation's own id (15 or 18 characters, a portal number, a file name)."""
        ...

    def describe(self) -> tuple[FieldInfo, ...]:
        """The fields that could be asked for. Nothing personal is read."""
        ...

    def count(self) -> int:
        """How many leads a full pull would read (for a progress bar)."""
        ...

    def pull(self, policy: Policy, since: datetime | None = None) -> Iterator[Batch]:
        """Read leads under the policy; only fields that the policy names are requested.

        Raises
        ------
        Refused, Busy
            The pull is incomplete and must produce no verdict.
        """
        ...

    def sample(self, policy: Policy, leads: int) -> Batch:
        """A few leads under a policy that is not saved yet, for the admin's preview. Nothing is kept."""
        ...

    def look(self, policy: Policy, leads: int) -> Looked:
        """As `sample`, with the shapes of the values before the policy; nothing else is known of those."""
        ...

    def publish(
        self, flags: Mapping[LeadKey, Flag], notices: Sequence[Notice] = (), shadow: Shadow = NO_SHADOW
    ) -> Receipt:
        """Write flags back: list ids again, recompute keys, write what changed, clear what has no flag.

        ``notices`` are the findings of the same audit, ``shadow`` the shadow scores of leads that have a
        flag: whoever is not among them has none, and what the field held of one is taken away. A source
        that has no place for notices or shadow scores leaves them.
        """
        ...
