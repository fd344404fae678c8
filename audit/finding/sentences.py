"""The sentences of the findings. They say what goes with what, never what causes what."""

from __future__ import annotations

from audit.disparity import Disparity
from audit.finding.conversion import Conversion
from audit.finding.facts import Facts, Gap
from audit.finding.reading import Unit
from audit.finding.words import amount, briefly, count, listed, named, percent, points, sentence
from audit.rows.proxy import GapPair, Proxy

ALSO_NAMED = 3


def headline(gap: Gap, facts: Facts) -> str:
    """The gap with its numbers.

    "Leads with region 'small town' are selected 18 points less often than 'city' leads (12.1 %
    against 30.4 %; 95 % interval 16.0 to 20.1 points, 4,312 leads)."
    """
    return sentence(f"{statement(gap)} ({_numbers(gap, facts)})")


def statement(gap: Gap) -> str:
    """The gap as a clause, without its interval."""
    one = gap.disparity
    return gap.reading.phrase.format(
        group=named(one.attribute, one.group),
        how=_how(one, gap.reading.unit),
        reference=briefly(one.attribute, one.reference),
    )


def outcome_sentence(gap: Gap, found: Conversion) -> str:
    """What the outcomes known so far say about the gap."""
    who = "they" if gap.group_is_worse_off else briefly(gap.disparity.attribute, gap.worse_off)
    rates = f"({percent(found.worse_off.value or 0)} against {percent(found.better_off.value or 0)})"
    return sentence(
        {
            "better": f"{who} convert more often {rates}: the outcomes known so far run against the gap",
            "as well": f"{who} convert as often {rates}: the outcomes known so far do not explain the gap",
            "less": f"{who} also convert less often {rates}, in line with the direction of the gap",
            "unclear": f"whether {who} convert as often {rates} cannot be told yet",
        }[found.standing]
    )


def equal_chance_sentence(gap: Gap) -> str:
    """The gap among leads that converted, after another gap was told."""
    one = gap.disparity
    return sentence(
        gap.reading.phrase.format(
            group=briefly(one.attribute, one.group),
            how=_how(one, gap.reading.unit),
            reference=briefly(one.attribute, one.reference),
        )
    )


def proxy_sentence(proxy: Proxy, pair: GapPair) -> str:
    """The feature that carries the gap, and how much of it."""
    low, high = proxy.share_low or 0.0, proxy.share_high or 0.0
    gap = f"the score gap between '{pair.group}' and '{pair.reference}'"
    part = f"taken alone it carries {proxy.share or 0.0:.0%} ({low:.0%} to {high:.0%}) of {gap}"
    whole = f"taken alone it carries more than the whole of {gap}, which other features make smaller"
    carried = whole if (proxy.share or 0.0) > 1 else part.replace("%", " %")
    return f"The feature '{proxy.feature}' is associated with {proxy.attribute}; {carried}."


def insufficient_sentence(one: Disparity, n: int) -> str:
    """Not enough data, with the leads still needed."""
    more = one.n_needed - n if one.n_needed is not None else 0
    need = f": about {count(more, 'more lead')} of this group are needed" if more > 0 else ""
    return sentence(
        f"there is not enough data to judge {named(one.attribute, one.group)} against"
        f" {briefly(one.attribute, one.reference)} ({count(n)}){need}"
    )


def many_insufficient_sentence(attribute: str, groups: int) -> str:
    """Not enough data, for the groups that are not named one by one."""
    more = count(groups, "more group")
    return f"There is not enough data to judge {more} of {attribute}; metrics.csv lists them."


def pass_sentence(attribute: str, passed: tuple[Gap, ...], others: int) -> str:
    """No material gap, with the largest that was seen."""
    widest = max(passed, key=lambda gap: abs(gap.disparity.value or 0.0))
    rest = f" {count(others, 'other group')} did not pass or could not be judged." if others else ""
    groups = count(len(passed), "group")
    return (
        f"No material gap was found for {groups} of {attribute}: every interval lies within the"
        f" tolerance. The widest: {statement(widest)}.{rest}"
    )


def also(failing: tuple[Gap, ...]) -> str:
    """The names of further metrics that fail."""
    names = tuple(dict.fromkeys(gap.reading.label for gap in failing))
    shown = tuple(name[:1].lower() + name[1:] for name in names[:ALSO_NAMED])
    more = (f"{len(names) - ALSO_NAMED} more",) if len(names) > ALSO_NAMED else ()
    return f"Also outside the tolerance: {listed((*shown, *more))}." if names else ""


def _how(one: Disparity, unit: Unit) -> str:
    value = one.value or 0.0
    if one.kind == "ratio":
        return f"{value:.2f} times as {'often' if unit == 'share' else 'high'} as"
    if unit == "share":
        return f"{points(value)} {'less' if value < 0 else 'more'} often than"
    size = f"{amount(abs(value))} points" if unit == "score" else f"{abs(value):.3f}"
    return f"{size} {'lower' if value < 0 else 'higher'} than"


def _numbers(gap: Gap, facts: Facts) -> str:
    one = gap.disparity
    mine = facts.estimate(one.attribute, one.group, one.metric)
    theirs = facts.estimate(one.attribute, one.reference, one.metric)
    show = {"share": percent, "score": amount, "index": "{:.3f}".format}[gap.reading.unit]
    values = f"{show(mine.value or 0)} against {show(theirs.value or 0)}; " if mine and theirs else ""
    interval = f"{facts.stream.audit.confidence:.0%} interval ".replace("%", " %") + _interval(gap)
    return f"{values}{interval}, {count(mine.n if mine else one.n)}"


def _interval(gap: Gap) -> str:
    one = gap.disparity
    low, high = one.low or 0.0, one.high or 0.0
    if one.kind == "ratio":
        return f"{low:.2f} to {high:.2f}"
    if high < 0:
        low, high = -high, -low
    if gap.reading.unit == "share":
        return f"{low * 100:.1f} to {high * 100:.1f} points"
    return f"{amount(low)} to {amount(high)}" if gap.reading.unit == "score" else f"{low:.3f} to {high:.3f}"
