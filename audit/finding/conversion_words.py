"""What the outcomes known so far say about a gap, in words."""

from __future__ import annotations

from audit.finding.conversion import Conversion
from audit.finding.facts import Gap
from audit.finding.words import briefly, percent, sentence

EQUAL_CHANCE_TIER = 1
BEHIND = {
    "selection_rate": "is selected less often",
    "contact_rate": "is contacted less often",
    "mean_score": "has the worse mean score",
}


def although(gap: Gap, found: Conversion | None) -> str:
    """The end of a headline where the side that is behind converts as well; else empty.

    Left out of a gap among leads that converted: there it would speak of other leads than the gap.
    """
    if found is None or found.standing not in ("better", "as well") or not _of_all_leads(gap):
        return ""
    return f", although {_converting(gap, found)}"


def outcome_sentence(gap: Gap, found: Conversion) -> str:
    """What the outcomes known so far say about the gap, after its headline."""
    who, rates = _who(gap), _rates(found)
    unexplained = f"{_unexplained(gap, found)}, so conversion does not explain the gap"
    return sentence(
        {
            "better": unexplained,
            "as well": unexplained,
            "less": f"{who} also convert less often {rates}, in line with the direction of the gap",
            "unclear": f"whether {who} convert as often {rates} cannot be told yet",
        }[found.standing]
    )


def _unexplained(gap: Gap, found: Conversion) -> str:
    """Who is behind and converts as well all the same; among leads that converted, of all leads."""
    if not _of_all_leads(gap):
        return f"of all leads, {_converting(gap, found)}"
    behind = BEHIND.get(gap.disparity.metric, "is behind")
    return f"the group that {behind} converts {_how_often(found)}"


def _converting(gap: Gap, found: Conversion) -> str:
    return f"{_who(gap)} convert {_how_often(found)} {_rates(found)}"


def _how_often(found: Conversion) -> str:
    if found.standing == "better":
        return "more often"
    higher = (found.worse_off.value or 0.0) > (found.better_off.value or 0.0)
    return "about as often or more often" if higher else "about as often"


def _of_all_leads(gap: Gap) -> bool:
    return gap.reading.tier != EQUAL_CHANCE_TIER


def _who(gap: Gap) -> str:
    return "they" if gap.group_is_worse_off else briefly(gap.disparity.attribute, gap.worse_off)


def _rates(found: Conversion) -> str:
    return f"({percent(found.worse_off.value or 0)} against {percent(found.better_off.value or 0)})"
