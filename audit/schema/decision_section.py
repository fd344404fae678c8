"""The keys of ``[stream]`` about a decision that is more than yes or no."""

from __future__ import annotations

from typing import TypedDict

from audit.schema.section import Section
from audit.schema.values import DECISION_KINDS, LEVELS, OPTIONS, YES_NO

MOST_OPTIONS = 50


class Decision(TypedDict):
    """The fields of a stream that these keys fill."""

    decision_kind: str
    decision_levels: tuple[str, ...]
    favourable: tuple[str, ...]


def parse_decision(section: Section) -> Decision:
    """Kind, levels and favourable options of the decision; BadInput where they contradict each other."""
    levels = section.texts("decision_levels") or ()
    favourable = section.texts("favourable") or ()
    kind = section.text("decision_kind") or (LEVELS if levels else YES_NO)
    if kind not in DECISION_KINDS:
        section.fail(f"decision_kind is {kind!r}; it must be one of {', '.join(DECISION_KINDS)}")
    if kind != YES_NO and section.values.get("decision") is None:
        section.fail('has several options but no decision; add decision = "column"')
    _check_levels(section, kind, levels)
    _check_favourable(section, kind, levels, favourable)
    return Decision(decision_kind=kind, decision_levels=levels, favourable=favourable)


def _check_levels(section: Section, kind: str, levels: tuple[str, ...]) -> None:
    if kind == LEVELS and len(levels) < 2:
        section.fail('needs two levels or more, the lowest first: decision_levels = ["low", "high"]')
    if kind != LEVELS and levels:
        section.fail(f'has decision_levels, so decision_kind must be "{LEVELS}"; take one of the lines out')
    if len(levels) > MOST_OPTIONS:
        section.fail(f"decision_levels has {len(levels)} levels, more than {MOST_OPTIONS}; put some together")
    for level in levels:
        if level != level.strip():
            section.fail(f"decision_levels: {level!r} has spaces around it; take them out")


def _check_favourable(
    section: Section, kind: str, levels: tuple[str, ...], favourable: tuple[str, ...]
) -> None:
    if favourable and kind == YES_NO:
        section.fail(f'has favourable options, so add decision_kind = "{OPTIONS}" or decision_levels')
    unknown = [one for one in favourable if levels and one not in levels]
    if unknown:
        section.fail(f"favourable names {unknown[0]!r}, which is none of decision_levels; correct one")
