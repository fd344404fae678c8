"""Metrics of the work queue: leads sorted by score, best first, ties sharing their places."""

from __future__ import annotations

from audit.registry.model import Metric

_GEYIK = "Geyik, Ambler and Kenthapadi (2019), KDD 2221-2231"
_SINGH = "Singh and Joachims (2018), KDD 2219-2228"
_INFLUENCE = "interval by influence functions on the counts by score"
_EMPTY = "no lead of this group has a score"
_WHERE = (
    "written with @selected (as many leads as are selected), @tenth (the first tenth of all leads, rounded "
    "up) or @queue (audit.queue of the stream)"
)

QUEUE: tuple[Metric, ...] = (
    Metric(
        id="queue_rate",
        kind="score_rate",
        chapter="queue",
        definition=(
            "leads of the group among the first of the queue, over all its leads with a score; a part of a "
            f"tie counts as expected over random orders; {_WHERE}; where the threshold decides, "
            "queue_rate@selected is the selection rate and not told again"
        ),
        sign="positive: leads of the group stand in the first part of the queue more often",
        source=f"{_GEYIK} (top-k); Wilson's interval at the bar as it fell",
        aliases=(("literature", "recall of a group at k"),),
        empty=_EMPTY,
        family="exploratory",
        crossed=False,
    ),
    Metric(
        id="queue_share",
        kind="queue",
        chapter="queue",
        definition=f"part of the first leads of the queue that is of the group (top-k share); {_WHERE}",
        sign="not compared: next to group_share it says whether the group has its part of the queue",
        source=_GEYIK,
        aliases=(("literature", "top-k share"),),
        empty=_EMPTY,
        family=None,
        crossed=False,
    ),
    Metric(
        id="skew",
        kind="queue",
        range="line",
        chapter="queue",
        definition=(
            "natural logarithm of the group's part of the first leads of the queue over its part of all "
            f"leads with a score (skew@k); {_WHERE}"
        ),
        sign="above 0: the group has more of the beginning of the queue than of all leads",
        source=f"{_GEYIK} (skew@k); the interval of queue_rate carried over",
        aliases=(("literature", "skew@k"),),
        empty=_EMPTY,
        family=None,
        crossed=False,
    ),
    Metric(
        id="exposure",
        kind="exposure",
        range="positive",
        chapter="queue",
        definition=(
            "mean attention, 1 / log2(1 + place in the queue), of the group's leads over that of all leads; "
            "1 is the average place, and weighted by leads the groups' exposures average 1"
        ),
        sign="positive: leads of the group stand further up in the queue",
        source=f"{_SINGH} (demographic parity of exposure); {_INFLUENCE}",
        aliases=(("literature", "exposure, demographic parity ratio"),),
        empty=_EMPTY,
        family="exploratory",
        crossed=False,
    ),
    Metric(
        id="exposure_per_merit",
        kind="exposure",
        range="positive",
        chapter="queue",
        definition=(
            "exposure over the group's conversion rate relative to that of all leads; the "
            "ratio of two groups is their disparate treatment ratio"
        ),
        sign="above that of another group: more attention for each conversion; it moves with the base rate",
        source=f"{_SINGH} (disparate treatment ratio); {_INFLUENCE}",
        aliases=(("literature", "disparate treatment ratio"),),
        empty=_EMPTY,
        family=None,
        crossed=False,
    ),
    Metric(
        id="converting_exposure",
        kind="exposure",
        range="positive",
        chapter="queue",
        definition=(
            "mean attention of the group's leads that converted over that of all leads: what the group's "
            "merit is given (the ratio of two groups is their disparate impact ratio)"
        ),
        sign="positive: leads of the group that convert stand further up in the queue",
        source=f"{_SINGH} (disparate impact ratio); {_INFLUENCE}",
        aliases=(("literature", "disparate impact ratio of a ranking"),),
        empty=_EMPTY,
        family="exploratory",
        crossed=False,
    ),
    Metric(
        id="ndcg",
        kind="ranking",
        chapter="queue",
        definition=(
            "discounted cumulative gain of the group's own leads in the order of the score, the outcome "
            "being the gain, over that of the best order; ties share their places"
        ),
        sign="above another group's: its own queue is in better order; it grows with size and base rate",
        source=f"Jarvelin and Kekalainen (2002), ACM TOIS 20, 422-446; {_INFLUENCE}",
        aliases=(("scikit-learn", "ndcg_score"),),
        empty="no lead of this group has a positive outcome",
        family=None,
        crossed=False,
    ),
)
