"""The form that asks for remedies: what may be chosen, and what was typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from math import isfinite
from types import MappingProxyType

from audit.finding import Finding
from audit.rows.mitigation.model import AIMS, FAMILIES, Aim, Family
from audit.schema import BadInput, Stream
from connectors.policy.keep import Keep
from connectors.policy.model import Policy
from webapp.experiments import ON_THE_SCORE, WITHOUT_CONSTRAINTS, Asked
from webapp.jobs import rules_in_force
from webapp.language import decimal, gettext, marked
from webapp.services import Services
from webapp.store.rows import ConnectionRow

AIM_WORDS: Mapping[Aim, str] = MappingProxyType(
    {
        "demographic_parity": marked("Each group is called as often as the other"),
        "equal_opportunity": marked("Good leads of each group are called as often"),
        "equalized_odds": marked("Good leads are called as often, and so are the others"),
    }
)
AIM_OF_METRIC: Mapping[str, Aim] = MappingProxyType(
    {
        **dict.fromkeys(("true_positive_rate", "false_negative_rate"), AIMS[1]),
        **dict.fromkeys(("false_positive_rate", "true_negative_rate", "balanced_accuracy"), AIMS[2]),
    }
)
EFFORTS: Mapping[str, str] = MappingProxyType(
    {
        "today": marked("As many leads as today"),
        "calls": marked("So many of all leads"),
        "daily": marked("So many of each day's new leads"),
    }
)
WHICH: Mapping[str, tuple[str, tuple[Family, ...]]] = MappingProxyType(
    {
        "all": (marked("All: takes about a minute for 10,000 leads"), FAMILIES),
        "some": (marked("All but training under a constraint: takes some seconds"), WITHOUT_CONSTRAINTS),
        "score": (marked("Only what works with the CRM's score as it is: takes seconds"), ON_THE_SCORE),
    }
)
MOST_MINUTES = 24 * 60
DIGITS = 7
Typed = Mapping[str, str]
EMPTY: Typed = MappingProxyType({"aim": AIMS[0], "effort": "today", "which": "all"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What there is to choose from; ``leads`` is how many the newest audit kept, None before the first.

    ``lacking`` says why nothing can be tried, or "".
    """

    attributes: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    leads: int | None = None
    lacking: str = ""


def choices(opened: Services, connection: ConnectionRow) -> Choices:
    """What the rules in force let one choose."""
    newest = opened.evidence.newest(connection.id, 1)
    try:
        rules = rules_in_force(opened, connection)
    except BadInput:
        return Choices(lacking=gettext("First connect the CRM, and save a policy, and the score and groups."))
    if not newest:
        return Choices(lacking=gettext("No lead has been pulled and audited yet. Pull first."))
    attributes = tuple(one.name for one in rules.stream.attributes)
    if not attributes:
        return Choices(lacking=gettext("No group is known for sure: estimated groups cannot be mended."))
    return Choices(
        attributes=attributes,
        values=_amounts(opened, connection, rules.policy, rules.stream),
        leads=newest[0].pulled.kept,
    )


def _amounts(opened: Services, connection: ConnectionRow, policy: Policy, stream: Stream) -> tuple[str, ...]:
    """Columns that may hold amounts: kept as they are, numbers by the CRM's word, and nothing else yet."""
    kinds = {one.info.name: one.info.kind for one in opened.crm_fields.of(connection.id)}
    taken = {stream.score, stream.outcome, stream.worked, stream.created, stream.account, stream.decision}
    taken |= {one.column for one in stream.attributes} | set(stream.treatment) | set(stream.controls)
    return tuple(
        rule.column
        for rule in policy.rules
        if isinstance(rule.operator, Keep) and rule.column not in taken and kinds.get(rule.field) == "number"
    )


def typed_for(finding: Finding | None, audit_id: str, offered: Choices) -> Typed:
    """What stands in the form at first: what belongs to a finding."""
    if finding is None:
        return EMPTY
    known = [name for name in finding.attribute if name in offered.attributes]
    aim = AIM_OF_METRIC.get(finding.metric or "", AIMS[0])
    about = {"audit_id": audit_id, "finding_id": finding.id}
    return {**EMPTY, **about, "attribute": known[0] if known else "", "aim": aim}


def read(typed: Typed, offered: Choices) -> tuple[Asked | None, dict[str, str]]:
    """What is asked for, or None and a sentence for each field that cannot be, by its name."""
    wrong: dict[str, str] = {}

    def read_one(name: str, reader: Callable[[Typed, Choices, Asked], Asked], asked: Asked) -> Asked:
        try:
            return reader(typed, offered, asked)
        except BadInput as problem:
            wrong[name] = str(problem)
            return asked

    asked = Asked(legal=typed.get("legal") == "yes", audit_id=_short(typed, "audit_id"))
    asked = replace(asked, finding_id=_short(typed, "finding_id"))
    for name, reader in READERS.items():
        asked = read_one(name, reader, asked)
    return (None if wrong else asked), wrong


def _short(typed: Typed, name: str) -> str:
    return typed.get(name, "")[:32]


def _attribute(typed: Typed, offered: Choices, asked: Asked) -> Asked:
    name = typed.get("attribute", "")
    if name and name not in offered.attributes:
        raise BadInput(gettext("Attribute: choose one from the list; this one is no longer there."))
    return replace(asked, attribute=name or None)


def _aim(typed: Typed, _: Choices, asked: Asked) -> Asked:
    for aim in AIMS:
        if typed.get("aim", AIMS[0]) == aim:
            return replace(asked, aim=aim)
    raise BadInput(gettext("What should be equal: choose one of the three."))


def _calls(typed: Typed, offered: Choices, asked: Asked) -> Asked:
    effort = typed.get("effort", "today")
    if effort not in EFFORTS:
        raise BadInput(gettext("Calls: choose one of the three."))
    if effort == "today":
        return asked
    text, most = typed.get("calls", "").strip(), (offered.leads or 2) - 1
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= DIGITS else 0
    if not 0 < number <= most:
        msg = gettext(
            "Calls: write a whole number from 1 to %(most)s, fewer than there are leads.", most=decimal(most)
        )
        raise BadInput(msg)
    return replace(asked, calls=number) if effort == "calls" else replace(asked, calls_per_day=number)


def _which(typed: Typed, _: Choices, asked: Asked) -> Asked:
    which = typed.get("which", "all")
    if which not in WHICH:
        raise BadInput(gettext("Which remedies: choose one of the three."))
    return replace(asked, families=WHICH[which][1])


def _value(typed: Typed, offered: Choices, asked: Asked) -> Asked:
    name = typed.get("value", "")
    if name and name not in offered.values:
        raise BadInput(gettext("Value: choose a column from the list; this one is no longer there."))
    return replace(asked, value=name or None)


def _minutes(typed: Typed, _: Choices, asked: Asked) -> Asked:
    text = typed.get("minutes", "").strip().replace(",", ".")
    if not text:
        return asked
    minutes = -1.0
    with suppress(ValueError):
        minutes = float(text[:DIGITS])
    if not (isfinite(minutes) and 0 < minutes <= MOST_MINUTES):
        raise BadInput(gettext("Minutes: write how long a call takes, for example 6, or leave it empty."))
    if asked.value is None:
        raise BadInput(gettext("Minutes: they count only with a value; choose one, or leave this empty."))
    return replace(asked, minutes=minutes)


READERS: Mapping[str, Callable[[Typed, Choices, Asked], Asked]] = MappingProxyType(
    {
        "attribute": _attribute,
        "aim": _aim,
        "calls": _calls,
        "which": _which,
        "value": _value,
        "minutes": _minutes,
    }
)
