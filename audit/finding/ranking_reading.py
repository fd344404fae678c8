"""How the metrics of the work queue, of ranking across groups and of all groups together read."""

from __future__ import annotations

from audit.finding.reading_model import Reading, index

TENTH = "tenth_outcome_rate@"

_LATE = "Who works the queue from the top meets these leads later."
_FIRST = {
    "selected": "as many first leads as are selected",
    "tenth": "the first tenth of the queue",
    "queue": "the leads that the team can work",
}


def tenth_reading(place: int) -> Reading:
    """Conversion in one tenth of the queue, 1 being the best."""
    return Reading(
        label=f"Conversion in tenth {place} of the queue",
        phrase=f"in tenth {place} of the queue, {{group}} convert {{how}} {{reference}}",
        worse="higher",
    )


def _rate(where: str) -> Reading:
    return Reading(
        label=f"Share among {where}",
        phrase=f"{{group}} are among {where} {{how}} {{reference}}",
        worse="lower",
        tier=4,
        meaning=_LATE,
    )


def _share(where: str) -> Reading:
    return Reading(
        label=f"Part of {where}",
        phrase=f"{{group}} make up {where} {{how}} {{reference}}",
        worse="lower",
    )


RANKING_READINGS: dict[str, Reading] = {
    **{f"queue_rate@{name}": _rate(where) for name, where in _FIRST.items()},
    **{f"queue_share@{name}": _share(where) for name, where in _FIRST.items()},
    **{
        f"skew@{name}": index(
            f"Skew of {where} (0 is a fair part)", f"the skew of {where} (0 is a fair part)", "lower"
        )
        for name, where in _FIRST.items()
    },
    **{
        f"minimum_skew@{name}": index(f"Lowest skew of {where}", f"the lowest skew of {where}", "lower")
        for name, where in _FIRST.items()
    },
    "exposure": index(
        "Attention in the queue (1 is average)", "the attention in the work queue (1 is average)", "lower"
    ),
    "exposure_per_merit": index(
        "Attention for each conversion (1 is average)",
        "the attention in the work queue for each conversion (1 is average)",
        "lower",
    ),
    "converting_exposure": index(
        "Attention of converting leads (1 is average)",
        "the attention that converting leads get in the work queue (1 is average)",
        "lower",
    ),
    "ndcg": index("Order of the group's own queue (nDCG)", "the order of its own queue (nDCG)", "lower"),
    "calibration_slope": index(
        "What a step of the score means (calibration slope, 1 is ideal)",
        "what a step of the score means (calibration slope)",
        "lower",
    ),
    "calibration_intercept": index(
        "Conversions beyond the score (calibration intercept, 0 is ideal)",
        "the conversions beyond what the score promises (calibration intercept)",
        "higher",
    ),
    "bnsp_auc": index(
        "Good leads above bad ones of others (BNSP AUC)",
        "the ranking of good leads above bad ones of other groups (BNSP AUC)",
        "lower",
    ),
    "bpsn_auc": index(
        "Bad leads below good ones of others (BPSN AUC)",
        "the ranking of bad leads below good ones of other groups (BPSN AUC)",
        "higher",
    ),
    "pinned_auc": index("Ranking next to all leads (pinned AUC)", "the pinned AUC of the score", "lower"),
    "xauc_positive": index(
        "Good leads above bad ones of the reference (xAUC)",
        "the ranking of good leads above bad ones of the reference (xAUC)",
        "lower",
    ),
    "xauc_negative": index(
        "Bad leads below good ones of the reference (xAUC)",
        "the ranking of bad leads below good ones of the reference (xAUC)",
        "higher",
    ),
    "abroca": index(
        "Gap of ranking quality over all thresholds (ABROCA)",
        "the gap of ranking quality over all thresholds (ABROCA)",
        "higher",
    ),
    "xauc_gap": Reading(
        label="Good leads beaten by bad ones, across groups (xAUC gap)",
        phrase="converting {group} outrank non-converting {reference} {how} the other way round",
        worse="lower",
        meaning=_LATE,
    ),
    "mean_log_deviation": index(
        "Inequality of benefits (mean log deviation)",
        "the inequality of benefits (mean log deviation)",
        "higher",
    ),
    "differential_fairness": index(
        "Widest ratio of selection (epsilon)", "the widest ratio of selection (epsilon)", "higher"
    ),
    "outcome_differential_fairness": index(
        "Widest ratio of conversion (epsilon)", "the widest ratio of conversion (epsilon)", "higher"
    ),
    "bias_amplification": index(
        "Selection beyond conversion (bias amplification)",
        "the ratio of selection beyond that of conversion (bias amplification)",
        "higher",
    ),
    "between_group_entropy": index(
        "Inequality between groups (entropy)", "the inequality between groups (entropy)", "higher"
    ),
    "between_group_theil": index(
        "Inequality between groups (Theil)", "the inequality between groups (Theil)", "higher"
    ),
    "between_group_log_deviation": index(
        "Inequality between groups (mean log deviation)",
        "the inequality between groups (mean log deviation)",
        "higher",
    ),
    "within_group_entropy": index(
        "Inequality within groups (entropy)", "the inequality within groups (entropy)", "higher"
    ),
    "within_group_theil": index(
        "Inequality within groups (Theil)", "the inequality within groups (Theil)", "higher"
    ),
    "exposure_distance": Reading(
        label="Attention that would have to move to other groups",
        phrase="attention would have to move to other groups {how} {reference}",
        worse="higher",
    ),
}
