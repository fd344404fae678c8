"""A page of a bulk result that did not come whole is asked for again, a few times."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from connectors.errors import Busy
from connectors.salesforce.bulk_query import DOING, Patience
from connectors.salesforce.csv_page import Cut
from connectors.salesforce.trouble import incomplete

TRIES, STRICT = 5, 2
T = TypeVar("T")


def whole_page(read: Callable[[bool], T], patience: Patience) -> T:
    """What ``read`` gives once the page came whole.

    It is told whether a last row without its line feed will do: only where the page came so twice already,
    because a row that is cut at an unlucky place looks whole, and never so at the same place three times.

    Raises
    ------
    Refused, Busy
        It never did, or Salesforce said why not.
    """
    problem = incomplete(DOING)
    for attempt in range(1, TRIES + 1):
        try:
            return read(attempt > STRICT)
        except Cut:
            problem = incomplete(DOING)
        except Busy as error:
            if error.code:
                raise
            problem = error
        patience.pause(float(attempt))
    raise problem
