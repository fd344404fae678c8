"""Gaps among leads that are alike in the controls of the stream; compared only, so without estimates."""

from __future__ import annotations

from audit.registry.model import Metric

_SHARED = "no stratum of the controls holds both this group and the reference group"

CONDITIONAL: tuple[Metric, ...] = (
    Metric(
        id="conditional_selection_rate",
        kind="conditional",
        chapter="decisions",
        definition="selection rate compared within each combination of the controls, and pooled over them",
        sign="positive: among leads alike in the controls, the group is selected more often",
        source="Mantel and Haenszel (1959), JNCI 22, 719-748; Sato (1989), Biometrics 45, 1323-1324",
        aliases=(("clarify", "CDDPL (another weighting)"), ("oxonfair", "pos_pred_rate (conditional)")),
        empty=_SHARED,
    ),
    Metric(
        id="conditional_selection_odds",
        kind="conditional",
        range="positive",
        chapter="decisions",
        definition="odds of selection compared within each combination of the controls (common odds ratio)",
        sign="above 1: among leads alike in the controls, the group has better odds to be selected",
        source="Mantel and Haenszel (1959), JNCI 22, 719-748; Robins et al. (1986), Biometrics 42, 311-323",
        aliases=(("R", "mantelhaen.test"), ("statsmodels", "StratifiedTable.oddsratio_pooled")),
        empty=_SHARED,
        complement_of="conditional_selection_rate",
    ),
    Metric(
        id="conditional_true_positive_rate",
        kind="conditional",
        chapter="errors",
        definition="true positive rate compared within each combination of the controls, and pooled",
        sign="positive: among leads alike in the controls, good leads of the group are found more often",
        source="Mantel and Haenszel (1959), JNCI 22, 719-748; Sato (1989), Biometrics 45, 1323-1324",
        aliases=(("oxonfair", "true_pos_rate (conditional)"),),
        empty=_SHARED,
    ),
    Metric(
        id="conditional_mean_score",
        kind="conditional",
        range="line",
        chapter="score",
        definition="mean score compared within each combination of the controls, and pooled over them",
        sign="positive: among leads alike in the controls, the group scores higher",
        source="Cochran (1954), Biometrics 10, 417-451; within-stratum variances, Student's interval",
        aliases=(("literature", "adjusted mean difference"),),
        empty=_SHARED,
    ),
)
