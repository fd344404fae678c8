"""How each metric reads: its name for people, its sentence, and which direction hurts a group."""

from __future__ import annotations

from audit.finding.label_words import LABEL_WORDS
from audit.finding.option_reading import option_reading
from audit.finding.ranking_reading import RANKING_READINGS, TENTH, tenth_reading
from audit.finding.reading_model import Reading, Unit
from audit.finding.reading_model import index as _index
from audit.finding.treatment_reading import TREATMENT
from audit.registry import option_of
from audit.registry.treatment import WEEK

__all__ = ["READINGS", "Reading", "Unit", "in_own_unit", "is_share", "reading"]

_BAR = "Where selected leads convert more often, the bar to be selected was higher."
_OVERLOOKED = "Where leads that were passed over convert more often, more good leads were overlooked."
_PASSED = "among leads that were not selected, {group} convert {how} {reference}"


READINGS: dict[str, Reading] = {
    "count": _index("Leads", "the number of leads", "lower"),
    "base_rate": Reading(label="Conversion rate", phrase="{group} convert {how} {reference}", worse="lower"),
    "selection_rate": Reading(
        label="Share selected", phrase="{group} are selected {how} {reference}", worse="lower", tier=0
    ),
    "scoring_rate": Reading(
        label="Share scored better than the median",
        phrase="{group} score better than the overall median {how} {reference}",
        worse="lower",
    ),
    "true_positive_rate": Reading(
        label="Converting leads selected",
        phrase="among leads that converted, {group} are selected {how} {reference}",
        worse="lower",
        tier=1,
    ),
    "false_negative_rate": Reading(
        label="Converting leads passed over",
        phrase="among leads that converted, {group} are passed over {how} {reference}",
        worse="higher",
        tier=1,
    ),
    "mean_score": Reading(
        label="Mean score",
        phrase="{group} have a mean score {how} {reference}",
        worse="lower",
        unit="score",
        tier=2,
    ),
    "false_positive_rate": Reading(
        label="Non-converting leads selected",
        phrase="among leads that did not convert, {group} are selected {how} {reference}",
        worse="lower",
    ),
    "true_negative_rate": Reading(
        label="Non-converting leads passed over",
        phrase="among leads that did not convert, {group} are passed over {how} {reference}",
        worse="higher",
    ),
    "precision": Reading(
        label="Selected leads that convert",
        phrase="among selected leads, {group} convert {how} {reference}",
        worse="higher",
        meaning=_BAR,
    ),
    "false_discovery_rate": Reading(
        label="Selected leads that do not convert",
        phrase="among selected leads, {group} fail to convert {how} {reference}",
        worse="lower",
        meaning=_BAR,
    ),
    "negative_predictive_value": Reading(
        label="Passed-over leads that do not convert",
        phrase="among leads that were not selected, {group} stay unconverted {how} {reference}",
        worse="lower",
        meaning=_OVERLOOKED,
    ),
    "false_omission_rate": Reading(
        label="Passed-over leads that convert", phrase=_PASSED, worse="higher", meaning=_OVERLOOKED
    ),
    "accuracy": Reading(
        label="Selection and outcome agree",
        phrase="for {group}, the selection agrees with the outcome {how} for {reference}",
        worse="lower",
    ),
    "contact_rate": Reading(
        label="Share contacted", phrase="{group} are contacted {how} {reference}", worse="lower", tier=4
    ),
    "balanced_accuracy": _index(
        "Right on both outcomes (balanced accuracy)",
        "the balanced accuracy of the selection",
        "lower",
    ),
    "f1": _index("Hits and misses in one number (F1)", "the balance of hits and misses (F1)", "lower"),
    "auc": _index("Ranking quality (AUC)", "the ranking quality of the score (AUC)", "lower"),
    "average_precision": _index("Average precision", "the average precision of the score", "lower"),
    "brier": _index("Brier score", "the squared error of the score (Brier)", "higher"),
    "calibration_error": _index("Calibration error", "the calibration error of the score", "higher"),
    "conditional_selection_rate": Reading(
        label="Share selected, among leads alike in the controls",
        phrase="among leads alike in the controls, {group} are selected {how} {reference}",
        worse="lower",
        tier=3,
    ),
    "conditional_selection_odds": _index(
        "Odds of selection, among leads alike in the controls",
        "the odds of selection among leads alike in the controls",
        "lower",
    ),
    "conditional_true_positive_rate": Reading(
        label="Converting leads selected, among leads alike in the controls",
        phrase="among converted leads alike in the controls, {group} are selected {how} {reference}",
        worse="lower",
        tier=3,
    ),
    "conditional_mean_score": Reading(
        label="Mean score, among leads alike in the controls",
        phrase="among leads alike in the controls, {group} have a mean score {how} {reference}",
        worse="lower",
        unit="score",
        tier=3,
    ),
    "selection_rate_span": Reading(
        label="Share selected, widest gap of all groups",
        phrase="{group} are selected {how} {reference}, the widest gap of all groups",
        worse="lower",
    ),
    "true_positive_rate_span": Reading(
        label="Converting leads selected, widest gap of all groups",
        phrase="among converted leads, {group} are selected {how} {reference}, the widest gap of all",
        worse="lower",
    ),
    "equalized_odds_span": Reading(
        label="Selected at equal outcome, widest gap of all groups (equalized odds)",
        phrase="at equal outcome, {group} are selected {how} {reference}, the widest gap of all",
        worse="lower",
    ),
    "score_gap_widest": Reading(
        label="Widest gap over all thresholds",
        phrase="{group} are apart {how} {reference} at the threshold that parts them most",
        worse="higher",
    ),
    "score_gap_area": Reading(
        label="Gap over all thresholds",
        phrase="{group} are apart over all thresholds {how} {reference}",
        worse="higher",
        unit="score",
    ),
    "error_rate": Reading(
        label="Selection and outcome disagree",
        phrase="for {group}, the selection contradicts the outcome {how} for {reference}",
        worse="higher",
    ),
    "group_share": Reading(
        label="Part of all leads", phrase="{group} are among the leads {how} {reference}", worse="lower"
    ),
    "selected_share": Reading(
        label="Part of the selection", phrase="{group} are in the selection {how} {reference}", worse="lower"
    ),
    "outcome_coverage": Reading(
        label="Share with an outcome", phrase="{group} have a usable outcome {how} {reference}", worse="lower"
    ),
    "threat_score": Reading(
        label="Hits among selected or converting leads",
        phrase="among leads that were selected or converted, {group} are hits {how} {reference}",
        worse="lower",
    ),
    "matthews_correlation": _index(
        "Agreement of selection and outcome (Matthews)",
        "the agreement of selection and outcome (Matthews correlation)",
        "lower",
    ),
    "cohen_kappa": _index(
        "Agreement beyond chance (kappa)", "the agreement of selection and outcome (kappa)", "lower"
    ),
    "informedness": _index(
        "Separation of outcomes (informedness)", "the separation of outcomes (informedness)", "lower"
    ),
    "markedness": _index(
        "What a selection says (markedness)",
        "what being selected says about the outcome (markedness)",
        "lower",
    ),
    "fowlkes_mallows": _index(
        "Hits and misses (Fowlkes-Mallows)", "the balance of hits and misses (Fowlkes-Mallows)", "lower"
    ),
    "geometric_mean": _index(
        "Right on both outcomes (geometric mean)", "the geometric mean of both right rates", "lower"
    ),
    "positive_likelihood_ratio": _index(
        "Weight of being selected (LR+)", "the weight of being selected (LR+)", "lower"
    ),
    "negative_likelihood_ratio": _index(
        "Weight of being passed over (LR-)", "the weight of being passed over (LR-)", "higher"
    ),
    "diagnostic_odds_ratio": _index(
        "Odds of the right decision", "the odds ratio of selection and outcome", "lower"
    ),
    "lift": _index("Gain by selecting (lift)", "the gain by selecting (lift)", "lower"),
    "conditional_acceptance": _index(
        "Conversions for each selected lead", "the number of conversions for each selected lead", "higher"
    ),
    "conditional_rejection": _index(
        "Non-conversions for each lead passed over",
        "the number of non-conversions for each lead passed over",
        "lower",
    ),
    "treatment_ratio": _index(
        "Wrongly passed over for each wrongly selected",
        "the number of leads wrongly passed over for each wrongly selected one",
        "higher",
    ),
    "generalized_entropy": _index(
        "Inequality of benefits (entropy)", "the inequality of benefits (generalised entropy)", "higher"
    ),
    "theil": _index("Inequality of benefits (Theil)", "the inequality of benefits (Theil)", "higher"),
    "coefficient_of_variation": _index(
        "Inequality of benefits (variation)", "the inequality of benefits (variation)", "higher"
    ),
    "option_distance": Reading(
        label="Mix of options, distance",
        phrase="{group} would need other decisions {how} {reference} for the same mix of options",
        worse="higher",
    ),
    "level_superiority": Reading(
        label="Higher level, compared one by one",
        phrase="compared one by one, {group} get the higher level {how} an even chance against {reference}",
        worse="lower",
        tier=0,
    ),
    "score_outcome_gap": _index(
        "Score minus outcome", "the distance of the score above the outcome", "lower"
    ),
    **{name: _index(label, label.lower(), "higher") for name, label in LABEL_WORDS},
    **RANKING_READINGS,
    **TREATMENT,
}

# Up to this tier a metric speaks of decisions and scores; beyond it of errors and of parts of the leads.
DECISIVE_TIER = 2

# Tiers about all leads of a group, whose conversion bears on the gap: not so within the controls.
ABOUT_ALL_LEADS = frozenset({0, 1, 2, 4})

BAND = "outcome_rate@"
QUANTILE = "score_quantile@"
_PARTS = {25: "lower quarter", 50: "median", 75: "upper quarter"}

# A property of the leads, not of the score: told as context, never as a finding.
CONTEXT = frozenset({"count", "base_rate"})

SPANS = ("selection_rate_span", "true_positive_rate_span", "equalized_odds_span")

# A distance, or a span, says that groups differ and not which is worse off: no finding comes of it.
UNDIRECTED = frozenset({"score_gap_widest", "score_gap_area", "abroca", "option_distance", *SPANS})


def reading(metric: str) -> Reading:
    """The reading of a metric; one that is not listed here reads by its name."""
    if metric.startswith(BAND):
        return _band(metric.removeprefix(BAND))
    if metric.startswith(TENTH):
        return tenth_reading(int(metric.removeprefix(TENTH)))
    if metric.startswith(QUANTILE):
        return _quantile(int(metric.removeprefix(QUANTILE)))
    name = metric.replace("_", " ")
    if option_of(metric) is not None:
        return option_reading(metric)
    return READINGS.get(metric) or _index(name.capitalize(), f"the {name}", "lower")


def is_share(metric: str) -> bool:
    """Whether a metric is a share of leads, from 0 to 1, and so is shown in per cent."""
    return reading(metric).unit == "share"


def in_own_unit(tolerance: float, metric: str, width: float | None) -> float:
    """The tolerance of a difference in the unit of its metric; ``width`` is that of the score's range."""
    return tolerance * {"score": width or 1.0, "hours": WEEK}.get(reading(metric).unit, 1.0)


def _quantile(percent: int) -> Reading:
    part = _PARTS[percent]
    return Reading(
        label=f"Score, {part}",
        phrase=f"{{group}} have their {part} of the score {{how}} {{reference}}",
        worse="lower",
        unit="score",
    )


def _band(band: str) -> Reading:
    return Reading(
        label="Conversion at equal score",
        phrase=f"among leads scored {band}, {{group}} convert {{how}} {{reference}}",
        worse="higher",
    )
