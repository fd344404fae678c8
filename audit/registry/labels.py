"""How far the outcomes, or the decisions, of a group lie from those of others as wholes.

They say the same as a difference of rates where there are two labels, so they are not judged again: no error
probability is spent twice. The numbers are in the ``compat`` list of audit.json.
"""

from __future__ import annotations

from audit.registry.model import Chapter, Metric

_HARDT = "Hardt et al. (2021), arXiv:2109.03285"
_NEVER = "never negative: 0 where both sides have the same shares"
_BOX = "interval over the box of both Wilson intervals"


_FOLDED = "the interval of the difference of rates, folded at 0"
_DISTANCES: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    (
        "kullback_leibler",
        (
            "Kullback-Leibler divergence of the shares of {} of the others from those of the group, in nats; "
            "undefined where the group lacks a label that the others have"
        ),
        f"Kullback and Leibler (1951), Annals of Mathematical Statistics 22, 79-86; {_BOX}",
        ("KL",),
    ),
    (
        "jensen_shannon",
        "Jensen-Shannon divergence of the shares of {} of both sides, in nats, at most ln 2",
        f"Lin (1991), IEEE Transactions on Information Theory 37, 145-151; {_BOX}",
        ("JS",),
    ),
    (
        "euclidean_distance",
        "Euclidean distance (L2) of the shares of {} of both sides",
        f"{_HARDT}; {_FOLDED}",
        ("LP",),
    ),
    (
        "total_variation",
        (
            "half the summed differences of the shares of {} of both sides; with two labels the size of the "
            "difference of rates"
        ),
        f"{_HARDT}; {_FOLDED}",
        ("TVD", "KS"),
    ),
)


def _label_distances(of: str, words: str, chapter: Chapter, library: str) -> tuple[Metric, ...]:
    """The four distances of one answer; Clarify has those of outcomes."""
    return tuple(
        Metric(
            id=f"{of}_{name}",
            kind="labels",
            range="positive",
            chapter=chapter,
            definition=definition.format(words),
            sign=_NEVER,
            source=source,
            aliases=tuple((library, alias) for alias in aliases),
            empty=f"no lead of this group has {words}",
            family=None,
        )
        for name, definition, source, aliases in _DISTANCES
    )


def _demographic_disparity(of: str, alias: str, chapter: Chapter) -> Metric:
    good, bad = ("converted", "did not convert") if of == "outcome" else ("are selected", "are passed over")
    return Metric(
        id=f"{of}_demographic_disparity",
        kind="labels",
        range="gap",
        chapter=chapter,
        definition=(
            f"share of the group among the leads that {bad} minus its share among those that {good}, within "
            "each combination of the controls and averaged by leads"
        ),
        sign=f"positive: among leads alike in the controls, the group is over-represented where leads {bad}",
        source="Wachter, Mittelstadt and Russell (2021), Computer Law & Security Review 41; delta method",
        aliases=(("clarify", alias), ("aif360", "conditional_demographic_disparity (another sum)")),
        empty="in no combination of the controls do both answers occur",
        family=None,
    )


LABELS: tuple[Metric, ...] = (
    Metric(
        id="class_imbalance",
        kind="labels",
        range="gap",
        chapter="composition",
        definition="leads of the others minus leads of the group, over the leads of both",
        sign="positive: there are fewer leads of the group than of the others",
        source=f"{_HARDT}; Wilson interval of the group's share, mapped",
        aliases=(("clarify", "CI"),),
        empty="there are no leads",
        family=None,
    ),
    *_label_distances("outcome", "known outcome", "composition", "clarify"),
    *_label_distances("decision", "decision", "decisions", "literature"),
    _demographic_disparity("outcome", "CDDL", "composition"),
    _demographic_disparity("decision", "CDDPL", "decisions"),
    Metric(
        id="matched_selection_gap",
        kind="labels",
        range="gap",
        chapter="decisions",
        definition=(
            "selection rate among the nearest leads of the group minus that among the nearest leads of the "
            "other side, around each lead of the group, in the features and controls"
        ),
        sign="positive: leads of the group are selected more often than leads like them on the other side",
        source=(
            "Abadie and Imbens (2006), Econometrica 74, 235-267 (matching); Black, Yeom and Fredrikson "
            "(2020), FAT* (FlipTest)"
        ),
        aliases=(("clarify", "FT (by majority vote)"),),
        empty="the group has no lead with a decision",
        family=None,
    ),
)
