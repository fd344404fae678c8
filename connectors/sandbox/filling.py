"""What both fillers share: leads in CRM-neutral columns, and an org put together from columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from audit.schema import Stream, stream_to_toml
from connectors.policy.model import Operator, Policy, Rule
from connectors.policy.parse import parse_policy
from connectors.policy.write import policy_to_toml
from connectors.sandbox.fields import FieldSpec, OrgContents, Value
from connectors.sandbox.story_people import People


@dataclass(frozen=True, slots=True, kw_only=True)
class Leads:
    """The standard part of every lead: who, and what happened. All columns are equally long."""

    people: People = field(repr=False)
    created: Sequence[date]
    outcome: Sequence[bool | None]
    worked: Sequence[bool | None]
    last_activity: Sequence[date | None]
    opted_out: Sequence[bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crm:
    """How one CRM names things.

    ``standard`` turns leads into the CRM's own fields; ``custom_name`` makes a field name of a
    column's name; ``outcome`` and ``worked`` are the fields that tell how a lead went, with the
    operators that read them; ``native`` are the neutral columns that have a field of their own;
    ``taken`` are names, in lower case, that a custom field may not have.
    """

    name: str
    object: str
    created: str
    opted_out: str
    outcome: tuple[str, Operator]
    worked: tuple[str, Operator]
    native: Mapping[str, str]
    standard: Callable[[Leads], Mapping[str, Sequence[Value]]]
    custom_name: Callable[[str], str]
    taken: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of the data as a field of the org; without ``rules`` it is there but never read."""

    spec: FieldSpec
    values: Sequence[Value] = field(repr=False)
    rules: tuple[Rule, ...] = ()
    native: bool = False


def put_together(
    crm: Crm, leads: Leads, columns: Sequence[Column], rules: Sequence[Rule], stream: Stream
) -> OrgContents:
    """An org with the leads, and the policy and stream that its admin would have written.

    ``rules`` read the standard fields; those of the columns come after them.

    Raises
    ------
    BadInput
        A column that the stream needs is named like an identifier, so the policy refuses it.
    """
    everything = {**crm.standard(leads), **{column.spec.name: column.values for column in columns}}
    policy = Policy(
        name=f"{stream.name} ({crm.name})",
        crm=crm.name,
        object=crm.object,
        created=crm.created,
        exclude_when=(crm.opted_out,),
        rules=(*rules, *(rule for column in columns for rule in column.rules)),
    )
    text = policy_to_toml(policy)
    parse_policy(text, f"the policy for {crm.name}")
    return OrgContents(
        fields=tuple(column.spec for column in columns if not column.native),
        records=_records(everything),
        policy=text,
        stream=stream_to_toml(stream),
    )


def _records(columns: Mapping[str, Sequence[Value]]) -> tuple[Mapping[str, Value], ...]:
    names = tuple(columns)
    rows = zip(*columns.values(), strict=True)
    return tuple({n: v for n, v in zip(names, row, strict=True) if v is not None} for row in rows)


def at_office_hours(days: Sequence[date | None]) -> list[str | None]:
    """Moments on the given days (UTC), spread over the day without randomness."""
    return [
        None if day is None else f"{day}T{8 + place * 7 % 11:02d}:{place * 13 % 60:02d}:00Z"
        for place, day in enumerate(days)
    ]
