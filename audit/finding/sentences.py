"""The sentences of the findings. They say what goes with what, never what causes what."""

from __future__ import annotations

from audit.disparity import Disparity
from audit.finding.conversion import Conversion
from audit.finding.conversion_words import although
from audit.finding.facts import Facts, Gap
from audit.finding.reading import BAND
from audit.finding.reading_model import Unit
from audit.finding.words import (
    amount,
    briefly,
    count,
    listed,
    named,
    percent,
    plain,
    points,
    quoted,
    sentence,
)
from audit.rows.proxy import GapPair, Proxy

ALSO_NAMED = 3
# Below these a difference rounds to nothing: 0.05 points of a share.
_SMALLEST: dict[Unit, float] = {"share": 0.0005, "score": 1e-9, "index": 0.0005}


def headline(gap: Gap, found: Conversion | None, facts: Facts) -> str:
    """The gap with its numbers, and where it holds that the outcomes do not match it, in one sentence.

    "Leads with region 'small town' are selected 18 points less often than 'city' leads (12.1 %
    against 30.4 %), although they convert about as often (8.9 % against 8.5 %)."
    """
    return sentence(f"{statement(gap)}{_values(gap, facts)}{although(gap, found)}")


def certainty_sentence(gap: Gap, facts: Facts) -> str:
    """How sure the gap is."""
    mine = facts.estimate(gap.disparity.attribute, gap.disparity.group, gap.disparity.metric)
    n = mine.n if mine else gap.disparity.n
    level = f"{facts.stream.audit.confidence * 100:.3g} %"
    what = "ratio" if gap.disparity.kind == "ratio" else "gap"
    counted = f"{count(n)} of the group {'was' if n == 1 else 'were'} counted"
    return f"The {level} interval of the {what} is {_interval(gap)}; {counted}."


def statement(gap: Gap) -> str:
    """The gap as a clause, without its interval."""
    one = gap.disparity
    return gap.reading.phrase.format(
        group=named(one.attribute, one.group),
        how=_how(one, gap.reading.unit),
        reference=briefly(one.attribute, one.reference),
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
    gap = f"the score gap between {quoted(pair.group)} and {quoted(pair.reference)}"
    share = f"{_whole(proxy.share or 0.0)} ({_whole(low)} to {_whole(high)})"
    part = f"taken alone it carries {share} of {gap}"
    whole = f"taken alone it carries more than the whole of {gap}, which other fields make smaller"
    carried = whole if (proxy.share or 0.0) > 1 else part
    return f"The field {quoted(proxy.feature)} is associated with {plain(proxy.attribute)}; {carried}."


def _whole(share: float) -> str:
    return f"{share * 100:.0f} %".replace("-0 %", "0 %")


def also(lead: Gap, failing: tuple[Gap, ...]) -> str:
    """The names of further metrics that fail."""
    names = tuple(dict.fromkeys(_also_named(gap, lead) for gap in failing))
    shown = tuple(
        f"\N{LEFT DOUBLE QUOTATION MARK}{name}\N{RIGHT DOUBLE QUOTATION MARK}" for name in names[:ALSO_NAMED]
    )
    more = (f"{len(names) - ALSO_NAMED} more",) if len(names) > ALSO_NAMED else ()
    return f"Also outside the tolerance: {listed((*shown, *more))}." if names else ""


def _also_named(gap: Gap, lead: Gap) -> str:
    bands = gap.disparity.metric.startswith(BAND) and lead.disparity.metric.startswith(BAND)
    return f"{gap.reading.label} in other bands" if bands else gap.reading.label


def _how(one: Disparity, unit: Unit) -> str:
    value = one.value or 0.0
    often = "often" if unit == "share" else "high"
    if one.kind == "ratio":
        return f"{value:.2f} times as {often} as"
    if abs(value) < _SMALLEST[unit]:
        return f"as {often} as"
    if unit == "share":
        return f"{points(value)} {'less' if value < 0 else 'more'} often than"
    size = f"{amount(abs(value))} points" if unit == "score" else f"{abs(value):.3f}"
    return f"{size} {'lower' if value < 0 else 'higher'} than"


def _values(gap: Gap, facts: Facts) -> str:
    one = gap.disparity
    mine = facts.estimate(one.attribute, one.group, one.metric)
    theirs = facts.estimate(one.attribute, one.reference, one.metric)
    show = {"share": percent, "score": amount, "index": "{:.3f}".format}[gap.reading.unit]
    return f" ({show(mine.value or 0)} against {show(theirs.value or 0)})" if mine and theirs else ""


def _interval(gap: Gap) -> str:
    one = gap.disparity
    low, high = one.low or 0.0, one.high or 0.0
    if one.kind == "ratio":
        return f"{low:.2f} to {high:.2f}"
    if high < 0:  # the headline says in words which way the gap goes
        low, high = -high, -low
    if gap.reading.unit == "share":
        return f"{low * 100:.1f} to {high * 100:.1f} points"
    return f"{amount(low)} to {amount(high)}" if gap.reading.unit == "score" else f"{low:.3f} to {high:.3f}"
