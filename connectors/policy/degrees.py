"""A latitude or longitude comes in bands of whole degrees, or wider: narrower ones are the point again.

A degree of latitude is about 111 km; one of longitude about 71 km at 50 degrees north.
"""

from __future__ import annotations

from itertools import pairwise

from audit.schema import BadInput
from connectors.policy.band import Band
from connectors.policy.identifying import POINT, identified_as
from connectors.policy.model import Operator

NARROWEST = 1


def refuse_narrow_degrees(field: str, operator: Operator) -> None:
    """Check the bands of a field whose name says that it holds a point on the map.

    Raises
    ------
    BadInput
        Two edges lie closer than a degree.
    """
    if not isinstance(operator, Band) or identified_as(field) != POINT:
        return
    if any(high - low < NARROWEST for low, high in pairwise(operator.bands)):
        msg = f"field '{field}' is {POINT}: make its bands a whole degree or wider"
        raise BadInput(msg)
