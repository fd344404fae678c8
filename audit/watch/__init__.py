"""Watching gaps day by day: looking often costs nothing, since every statement holds at all looks at once.

Days of counts per group go in (`audit.watch.days`); what comes out says of every day how wide the gap is,
between which ends it lies at all looks so far together, and whether it is surely outside the tolerance.
"""

from audit.watch.days import WATCHED, Days, days_of
from audit.watch.sequence import Look, Watched, evidence_of, watch
from audit.watch.together import surely

__all__ = ["WATCHED", "Days", "Look", "Watched", "days_of", "evidence_of", "surely", "watch"]
