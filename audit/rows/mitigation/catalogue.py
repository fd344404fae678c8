"""Every remedy that can be tried on some leads."""

from __future__ import annotations

from dataclasses import replace

from audit.rows.mitigation import (
    crm_rules,
    field_changes,
    group_thresholds,
    recalibration,
    reductions,
    reordering,
    resampling,
    reweighing,
)
from audit.rows.mitigation.attempt import Attempt, Made
from audit.rows.mitigation.bench import Bench, unjudged
from audit.rows.mitigation.learning import cross_fitted, plain
from audit.rows.mitigation.model import FAMILIES, Family, Remedy
from audit.rows.mitigation.wording import TRAINED_LABELS

PLAIN = Remedy(
    id="plain",
    family="training",
    title="Train a score anew, without any remedy",
    what="An ordinary model of the outcome from the fields of the stream. It mends nothing on purpose; the"
    " remedies that train a score are held against it.",
    needs="training data",
    labels=TRAINED_LABELS,
    source="scikit-learn gradient boosting, or logistic regression below 2,000 leads",
)

OWN = replace(
    PLAIN,
    title="Train your own pipeline anew, without any remedy",
    what="A clone of the pipeline that you brought, trained on the outcomes. It mends nothing on purpose; the"
    " remedies that train it in another way are held against it.",
    needs="model",
    source="your pipeline",
)


def catalogue(
    leads: Bench, proxies: tuple[str, ...], families: tuple[Family, ...] = FAMILIES
) -> tuple[Attempt, ...]:
    """What can be tried of these families; ``proxies`` surely give the group away, the strongest first."""
    return tuple(one for one in _every(leads, proxies) if one.remedy.family in families)


def _every(leads: Bench, proxies: tuple[str, ...]) -> tuple[Attempt, ...]:
    if unjudged(leads):
        return _without_outcomes(leads, proxies)
    trained: tuple[Attempt, ...] = ()
    if leads.columns or leads.own is not None:
        trained = (
            _plain(leads),
            *reweighing.attempts(leads),
            *resampling.attempts(leads),
            *field_changes.attempts(leads, proxies),
            *reductions.attempts(leads),
        )
    score = leads.score
    if score is None:
        return trained
    return (
        *trained,
        *recalibration.attempts(leads, score),
        *group_thresholds.attempts(leads, score),
        *_without_outcomes(leads, proxies),
    )


def _without_outcomes(leads: Bench, proxies: tuple[str, ...]) -> tuple[Attempt, ...]:
    """What learns from no outcome."""
    if leads.score is None:
        return ()
    return (
        *reordering.attempts(leads, leads.score),
        *crm_rules.attempts(leads, leads.score, proxies),
    )


def _plain(leads: Bench) -> Attempt:
    def run() -> Made:
        return Made(decided=leads.queue.top(cross_fitted(leads, leads.columns, plain)))

    return Attempt(remedy=PLAIN if leads.own is None else OWN, run=run)
