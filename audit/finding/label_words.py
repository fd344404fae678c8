"""Plain names of the distances between two sides, which are listed and not judged."""

from __future__ import annotations

LABEL_WORDS: tuple[tuple[str, str], ...] = (
    ("class_imbalance", "Class imbalance"),
    ("outcome_kullback_leibler", "Divergence of outcomes (Kullback-Leibler)"),
    ("outcome_jensen_shannon", "Divergence of outcomes (Jensen-Shannon)"),
    ("outcome_euclidean_distance", "Distance of outcomes (L2)"),
    ("outcome_total_variation", "Distance of outcomes (total variation)"),
    ("decision_kullback_leibler", "Divergence of decisions (Kullback-Leibler)"),
    ("decision_jensen_shannon", "Divergence of decisions (Jensen-Shannon)"),
    ("decision_euclidean_distance", "Distance of decisions (L2)"),
    ("decision_total_variation", "Distance of decisions (total variation)"),
    ("outcome_demographic_disparity", "Conditional demographic disparity of outcomes"),
    ("decision_demographic_disparity", "Conditional demographic disparity of decisions"),
    ("matched_selection_gap", "Share selected, against the nearest other leads"),
)
