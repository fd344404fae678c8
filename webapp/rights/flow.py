"""The way of the data, from the policy in force: a picture, and a table field by field."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from itertools import pairwise

from connectors.policy.model import opt_out_field
from webapp.crms import NAMES, label
from webapp.rights import sentences
from webapp.rights.paper import Line, Paper, Section, Table
from webapp.rights.record import stamp
from webapp.rights.rules import InForce, in_force
from webapp.services import Services
from webapp.store.rows import ConnectionRow

SCHEMA = "fairlead.flow/1"
WIDTH, MARGIN, LINE, GAP, CHARACTERS = 350, 6, 18, 34, 42
FILES, DATABASE = "leads (files)", "flags (database)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One box of the picture, with its place; ``lines`` are at most as wide as it is."""

    x: int
    y: int
    width: int
    height: int
    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Boxes with arrows between them; ``steps`` say the same in words."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[tuple[int, int, int, int], ...]
    steps: tuple[str, ...]

    @property
    def told(self) -> str:
        """The steps with their numbers."""
        return "".join(f"Step {number}. {step} " for number, step in enumerate(self.steps, start=1))


def flow(opened: Services, connection: ConnectionRow) -> Paper:
    """The data flow of one connection. Raises BadInput where it has no policy."""
    rules = in_force(opened, connection)
    steps = [f"{title}: {text}" for title, text in _steps(opened, connection, rules)]
    return Paper(
        schema=SCHEMA,
        title=f"Data flow of {label(connection)}",
        stamp=stamp(opened, rules),
        sections=(
            Section(
                heading="The way in words",
                lines=tuple(
                    Line(term=f"Step {number}", text=text) for number, text in enumerate(steps, start=1)
                ),
            ),
            Section(heading="Field by field", table=_table(connection, rules)),
        ),
    )


def picture(opened: Services, connection: ConnectionRow) -> Picture:
    """The same as boxes, one under the other, so that a phone shows it too."""
    rules = in_force(opened, connection)
    steps, boxes, y = _steps(opened, connection, rules), list[Box](), MARGIN
    for title, text in steps:
        lines = tuple(textwrap.wrap(text, CHARACTERS))
        height = 30 + LINE * len(lines)
        boxes.append(Box(x=MARGIN, y=y, width=WIDTH - 2 * MARGIN, height=height, title=title, lines=lines))
        y += height + GAP
    middle = WIDTH // 2
    arrows = tuple((middle, upper.y + upper.height, middle, lower.y) for upper, lower in pairwise(boxes))
    return Picture(
        width=WIDTH,
        height=y - GAP + MARGIN,
        boxes=tuple(boxes),
        arrows=arrows,
        steps=tuple(f"{title}: {text}" for title, text in steps),
    )


def _steps(opened: Services, connection: ConnectionRow, rules: InForce) -> tuple[tuple[str, str], ...]:
    name, policy = NAMES[connection.crm], rules.policy
    asked, dropped = len(policy.fields), sum(rule.operator.name == "drop" for rule in policy.rules)
    fields = f"{asked:,} {'field is' if asked == 1 else 'fields are'}"
    never = f" Named as never to be read: {dropped}." if dropped else ""
    columns = f"{len(rules.kept):,} {'column is' if len(rules.kept) == 1 else 'columns are'}"
    written = len(sentences.filled_fields(opened, connection))
    return (
        (
            name,
            f"{fields} requested of {policy.object}; no other is.{never}",
        ),
        (
            "In the connector, before storage",
            f"Record ids become keyed codes. {_left_out(rules)} {columns} made by the policy's operators.",
        ),
        ("Leads, pseudonymised (files)", "One row for each lead, by the day on which it was created."),
        ("Audit", "Rows become counts of groups, findings, and a flag for each lead."),
        (
            "Reports and flags (database)",
            (
                "Administrators and auditors read reports: counts and rates, no single lead. They can also "
                "look at the scores in the decision log, each under a code."
            ),
        ),
        (
            f"Back in {name}",
            (
                f"A panel beside the lead, and {written} fields on it: whether the score can be trusted. "
                "No group of the person."
            ),
        ),
        _answered(connection),
    )


def _answered(connection: ConnectionRow) -> tuple[str, str]:
    way = "with each sync" if connection.crm == "salesforce" else "at once, signed by HubSpot"
    text = (
        f"What sales people answer to the check comes in {way}, as words of a list under codes for "
        "lead and person, and stays in the database (lead_answer). It goes with its lead."
    )
    return "Answers to the check", text


def _left_out(rules: InForce) -> str:
    names = [*map(opt_out_field, rules.policy.exclude_when), *rules.policy.exclude_unless]
    if not names:
        return "Nobody is left out: the policy names no opt-out field."
    return f"Who opted out ({', '.join(names)}) is left out and counted."


def _table(connection: ConnectionRow, rules: InForce) -> Table:
    score = rules.stream.score if rules.stream else None
    corrected = next(name for name in sentences.written_fields(connection.crm) if "alibrated" in name)
    rows = [
        (
            rule.field,
            f"{rule.operator.name}: {rule.operator.describe()}",
            rule.column,
            FILES,
            "auditors, as counts of groups"
            if rule.column in rules.roles
            else "nobody; it helps to explain gaps",
            f"moved by the audit, as {corrected}" if rule.column == score else "no",
        )
        for rule in rules.kept
    ]
    never = [
        (rule.field, "drop: never requested.", "none", "nowhere", "nobody", "no")
        for rule in rules.policy.rules
        if rule.operator.name == "drop"
    ]
    return Table(
        caption="From the CRM's field to who sees it",
        head=("Field in the CRM", "Operator", "Column", "Stored", "Who sees it", "Written back"),
        rows=(*_own_rows(rules), *rows, *never),
    )


def _own_rows(rules: InForce) -> tuple[tuple[str, ...], ...]:
    policy = rules.policy
    leaving = [*map(opt_out_field, policy.exclude_when), *policy.exclude_unless]
    return (
        ("record id", "always: a keyed code.", "lead_key", f"{FILES}, {DATABASE}", "nobody", "no"),
        (policy.created, "always: only the day.", "cohort_day", FILES, "nobody", "no"),
        *(
            (
                name,
                "leaves a lead out.",
                "none",
                "only the reason, for those left out",
                "auditors, counted",
                "no",
            )
            for name in leaving
        ),
    )
