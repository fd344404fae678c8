"""Watching gaps day by day: looking often costs nothing, since every statement holds at all looks at once.

Days of counts per group go in (`audit.watch.days`); what comes out says of every day how wide the gap is,
between which ends it lies at all looks so far together, and whether it is surely outside the tolerance.
"""

from audit.watch.days import WATCHED, Days, days_of
from audit.watch.outlook import more_days
from audit.watch.sequence import Look, Watched, evidence_of, watch
from audit.watch.survey import Survey, survey
from audit.watch.together import surely

__all__ = [
    "WATCHED",
    "Days",
    "Look",
    "Survey",
    "Watched",
    "days_of",
    "evidence_of",
    "more_days",
    "surely",
    "survey",
    "watch",
]
