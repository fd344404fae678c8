"""What people do with leads: how soon, how often, and the same at equal score."""

from __future__ import annotations

from audit.registry.model import Metric

WEEK = 168.0
"""Hours up to which waiting is counted where it is averaged: a lead that waits longer counts as a week."""

_KAPLAN = "Kaplan and Meier (1958), JASA 53, 457-481; Greenwood (1926); interval on the log-log scale"
_ALIKE = "within each band of the score (and combination of the controls), and pooled over them"
_SHARED = "no band of the score holds both this group and the reference group"
_NO_WAIT = "of no lead of this group is it known how long it waited"
_MANTEL = "Mantel and Haenszel (1959), JNCI 22, 719-748; Sato (1989), Biometrics 45, 1323-1324"


def _within(hours: str, words: str) -> Metric:
    return Metric(
        id=f"contacted_within_{hours}",
        kind="treatment",
        chapter="treatment",
        definition=(
            f"share of leads contacted within {words} of their creation; a lead without a contact yet counts"
            " as waiting up to the newest date of the data (right-censored)"
        ),
        sign="positive: leads of the group are contacted in time more often",
        source=_KAPLAN,
        aliases=(("lifelines", "KaplanMeierFitter"), ("statsmodels", "SurvfuncRight")),
        empty=f"no lead of this group could be watched for {words}",
        family="exploratory",
        crossed=False,
    )


def _equal_within(hours: str, words: str) -> Metric:
    return Metric(
        id=f"equal_score_within_{hours}",
        kind="equal_score",
        chapter="treatment",
        definition=f"share of leads contacted within {words}, among leads watched for that long, {_ALIKE}",
        sign="positive: at equal score, leads of the group are contacted in time more often",
        source=_MANTEL,
        aliases=(("R", "mantelhaen.test"),),
        empty=_SHARED,
        family="exploratory",
    )


TREATMENT: tuple[Metric, ...] = (
    _within("1h", "1 hour"),
    _within("24h", "24 hours"),
    Metric(
        id="hours_to_contact",
        kind="treatment",
        range="positive",
        chapter="treatment",
        definition="median hours from the creation of a lead to its first contact (speed to lead)",
        sign="not compared: its pace is, at equal score",
        source=f"{_KAPLAN}; Brookmeyer and Crowley (1982), Biometrics 38, 29-41 (interval)",
        aliases=(("lifelines", "median_survival_time_"), ("literature", "speed to lead")),
        empty=_NO_WAIT,
        family=None,
        crossed=False,
    ),
    Metric(
        id="mean_touches",
        kind="treatment",
        range="positive",
        chapter="treatment",
        definition="activities (calls, mails, meetings) for each lead of which the number is known",
        sign="above 1: more is done for each lead of the group",
        source="Student's interval; ratio with the dispersion of the data (quasi-Poisson, Wedderburn 1974)",
        aliases=(("literature", "touches per lead"),),
        empty="of no lead of this group is the number of touches known",
        family="exploratory",
        ratio_only=True,
        crossed=False,
    ),
    Metric(
        id="reassignment_rate",
        kind="treatment",
        chapter="treatment",
        definition="leads that changed their owner at least once over leads of which this is known",
        sign="positive: leads of the group are handed on more often",
        source="counted; Wilson (1927), JASA 22, 209-212 (interval)",
        aliases=(("literature", "reassignment"),),
        empty="of no lead of this group is it known whether it changed its owner",
        family="exploratory",
        crossed=False,
    ),
    Metric(
        id="equal_score_contact_rate",
        kind="equal_score",
        chapter="treatment",
        definition=f"contact rate compared {_ALIKE}",
        sign="positive: at equal score, somebody gets in touch with leads of the group more often",
        source=_MANTEL,
        aliases=(("R", "mantelhaen.test"), ("literature", "treatment parity")),
        empty=_SHARED,
        family="exploratory",
    ),
    _equal_within("1h", "1 hour"),
    _equal_within("24h", "24 hours"),
    Metric(
        id="equal_score_hours_to_contact",
        kind="equal_score",
        range="positive",
        chapter="treatment",
        definition=(
            "mean hours to the first contact, of which at most the first week counts, among leads watched for"
            f" a week, {_ALIKE}"
        ),
        sign="positive: at equal score, leads of the group wait longer",
        source="Royston and Parmar (2013), BMC Med. Res. Methodol. 13:152 (restricted mean); Cochran (1954)",
        aliases=(("lifelines", "restricted_mean_survival_time"),),
        empty=f"{_SHARED} with leads that could be watched for a week",
        family="exploratory",
    ),
    Metric(
        id="equal_score_contact_pace",
        kind="equal_score",
        range="positive",
        chapter="treatment",
        definition=(
            "chance of a first contact at each moment among leads that still wait, relative to the reference,"
            f" {_ALIKE} (stratified log-rank test)"
        ),
        sign="above 1: at equal score, leads of the group are contacted sooner",
        source="Mantel (1966), Cancer Chemother. Rep. 50, 163; Greenland, Robins (1985), Biometrics 41, 55",
        aliases=(("statsmodels", "survdiff(strata=...)"), ("R", "survdiff, strata()")),
        empty=_SHARED,
        family="exploratory",
        ratio_only=True,
    ),
    Metric(
        id="equal_score_touches",
        kind="equal_score",
        range="positive",
        chapter="treatment",
        definition=f"touches per lead, relative to the reference, {_ALIKE}",
        sign="above 1: at equal score, more is done for each lead of the group",
        source=(
            "Greenland and Robins (1985), Biometrics 41, 55-68 (pooled ratio); Wedderburn (1974), Biometrika"
            " 61, 439-447 (quasi-Poisson)"
        ),
        aliases=(("R", "glm(family = quasipoisson)"),),
        empty=_SHARED,
        family="exploratory",
        ratio_only=True,
    ),
    Metric(
        id="equal_score_reassignment_rate",
        kind="equal_score",
        chapter="treatment",
        definition=f"reassignment rate compared {_ALIKE}",
        sign="positive: at equal score, leads of the group are handed on more often",
        source=_MANTEL,
        aliases=(("R", "mantelhaen.test"),),
        empty=_SHARED,
        family="exploratory",
    ),
)
