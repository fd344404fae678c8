"""Which warning is told first."""

from __future__ import annotations

from collections.abc import Iterable

from audit.finding import Caution

ORDER = (
    # The numbers may be wrong altogether, or there are none.
    *("wrong_direction", "leaked_label", "constant_score", "one_decision", "no_outcome", "one_outcome"),
    *("no_threshold", "no_favourable", "created_ahead"),
    # Some leads count otherwise than the CRM says.
    *("contaminated_score", "time_travel", "contact_before_creation", "contact_far_off", "time_zones_differ"),
    *("too_young_to_be_worked", "young_leads_count", "form_default", "unmapped_values"),
    *("spelling_variants", "rejected_rows", "excluded_rows", "score_time_unknown", "duplicate_rows"),
    # Verdicts that what is not seen could change.
    *("unseen_outcomes", "unknown_groups", "selective_labels", "uneven_outcomes", "no_overlap"),
    *("feedback_loop", "control_is_proxy", "joint_proxy"),
    # What could not be judged, and what kind of number it is.
    *("single_group", "few_accounts", "sparse", "unknown_share", "estimated_groups", "clustered"),
    *("examined_sample", "immature", "fine_feature", "waiting_in_days", "stepped_score", "score_range"),
    "read_differently",
)
_PLACE = {code: place for place, code in enumerate(ORDER)}
_HELD_BACK = frozenset({"contaminated_score", "selective_labels"})


def by_weight(told: Iterable[Caution]) -> tuple[Caution, ...]:
    """The heaviest first: what may make the numbers wrong, then what is not seen, then plain remarks.

    A caution without evidence says what no table can show; it comes after those that the data gave.
    """
    return tuple(sorted(told, key=_place))


def _place(one: Caution) -> tuple[bool, int]:
    remark = one.code in _HELD_BACK and not one.evidence
    return remark, _PLACE.get(one.code, len(ORDER))
