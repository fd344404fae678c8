"""Decisions with several options, one against the rest, and with ordered levels."""

from __future__ import annotations

from audit.registry.model import Metric

_EMPTY = "no lead of this group has a decision"

OPTION: tuple[Metric, ...] = (
    Metric(
        id="option_rate",
        kind="option",
        chapter="decisions",
        definition=(
            "leads that were given one option over all leads with a decision, written option_rate@option "
            "(each option against the rest)"
        ),
        sign="positive: the group is given the option more often; whether that is good depends on the option",
        source="29 CFR 1607.4(D) and 6 RCNY 5-301(b)(4) for each option; one against the rest",
        aliases=(("holisticai", "multiclass_statistical_parity"),),
        empty=_EMPTY,
    ),
    Metric(
        id="level_at_least",
        kind="option",
        chapter="decisions",
        definition=(
            "leads at one level or above over all leads with a decision, written level_at_least@level; the "
            "lowest level is left out, because all leads reach it"
        ),
        sign="positive: more of the group reach the level",
        source="Agresti (2010), Analysis of Ordinal Categorical Data, ch. 3 (cumulative proportions)",
        empty=_EMPTY,
    ),
    Metric(
        id="level_superiority",
        kind="distance",
        chapter="decisions",
        definition=(
            "chance that a lead of the group has a higher level than one of the reference, ties counting "
            "half, minus one half"
        ),
        sign="positive: the group is placed on higher levels; 0 where neither is ahead, at most one half",
        source=(
            "Bross (1958), Biometrics 14, 18-38 (ridits); Brunner and Munzel (2000), Biometrical Journal 42, "
            "17-25; the larger p-value of their test and of Mann and Whitney (1947) with ties"
        ),
        aliases=(
            ("scipy", "brunnermunzel, mannwhitneyu"),
            ("literature", "half of Cliff's delta, Somers' d"),
        ),
        empty=_EMPTY,
    ),
    Metric(
        id="option_distance",
        kind="distance",
        chapter="decisions",
        definition=(
            "share of the group's decisions that would have to be other ones for the reference's mix of "
            "options (total variation distance)"
        ),
        sign="never negative: 0 where both groups are given all options alike",
        source=(
            "intervals of all options at once (Bonferroni 1936; Newcombe 1998); p-value of independence by "
            "Dawson (1954), Biometrika 41, 280, sound for rare options"
        ),
        aliases=(("clarify", "TVD (of decisions)"),),
        empty=_EMPTY,
        family="exploratory",
    ),
    Metric(
        id="option_conversion",
        kind="option",
        chapter="errors",
        definition=(
            "positive outcomes among leads with a known outcome that were given one option, written "
            "option_conversion@option"
        ),
        sign="positive: leads of the group that were given the option convert more often",
        source="Chouldechova (2017), Big Data 5, 153-163 (predictive parity, for each option)",
        empty="no lead of this group with a known outcome was given this option",
        family="exploratory",
        crossed=False,
    ),
)
