"""Watching gaps day by day: looking often costs nothing, since every statement holds at all looks at once.

Days of counts per group go in (`audit.watch.days`); what comes out says of every day how wide the gap is,
between which ends it lies at all looks so far together, and whether it is surely outside the tolerance.
"""

from audit.watch.counting import DayCounts, beside, between, counts_of, followed, pairs
from audit.watch.days import COUNT, COUNTED, WATCHED, Days, days_of
from audit.watch.going_on import State, Step, go_on
from audit.watch.outlook import more_days
from audit.watch.sequence import Look, Watched, evidence_of, watch
from audit.watch.survey import MANY, SMALL, Survey, Unwatched, survey
from audit.watch.together import surely

__all__ = [
    "COUNT",
    "COUNTED",
    "MANY",
    "SMALL",
    "WATCHED",
    "DayCounts",
    "Days",
    "Look",
    "State",
    "Step",
    "Survey",
    "Unwatched",
    "Watched",
    "beside",
    "between",
    "counts_of",
    "days_of",
    "evidence_of",
    "followed",
    "go_on",
    "more_days",
    "pairs",
    "surely",
    "survey",
    "watch",
]
