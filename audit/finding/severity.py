"""How serious a failed comparison is: one rule, written down.

Start from the end of the interval that is nearest to equality, in tolerances. Below 2 tolerances
the step is medium, from 2 on it is high. Then:

- one step up when the attribute is a special category;
- one step up when the gap is in decisions or scores (tiers 0 to 2) and the group that is worse off
  converts at least as well: the outcomes known so far do not explain it;
- one step down when that group surely converts less often and, among leads that converted, both
  groups fare alike: the outcomes known so far go with the gap;
- one step down when the gap lies within the tolerance among leads alike in the declared controls;
- one step down when only error rates or accuracy differ (tier 5): these differ between groups with
  different conversion rates even under a score that treats equal leads alike.

The result stays between medium and critical; for tier 5 between low and critical.
"""

from __future__ import annotations

from dataclasses import dataclass

from audit.finding.conversion import Conversion
from audit.finding.facts import Gap
from audit.finding.value import SEVERITIES, Severity

LARGE = 2.0
INDIRECT = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What makes a failed comparison weigh more or less.

    ``special``: the attribute is a special category. ``equal_chance``: among leads that converted,
    the comparison passed. ``explained``: it passed among leads alike in the controls.
    """

    special: bool
    equal_chance: bool
    explained: bool = False


def severity(gap: Gap, conversion: Conversion | None, found: Circumstances) -> Severity:
    """Severity of a failed comparison."""
    indirect = gap.reading.tier >= INDIRECT
    step = SEVERITIES.index("high" if gap.size >= LARGE else "medium")
    step += found.special - indirect - found.explained
    if conversion is not None and not indirect:
        step += conversion.standing in ("better", "as well")
        step -= conversion.standing == "less" and found.equal_chance
    floor = SEVERITIES.index("low" if indirect else "medium")
    return SEVERITIES[min(max(step, floor), len(SEVERITIES) - 1)]
