"""The four regions and nine divisions of the United States.

References
----------
US Census Bureau, "Census Regions and Divisions of the United States". The territories are in no region of the
census; they are named as what they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_STATES = {
    "New England": "CT ME MA NH RI VT",
    "Middle Atlantic": "NJ NY PA",
    "East North Central": "IL IN MI OH WI",
    "West North Central": "IA KS MN MO NE ND SD",
    "South Atlantic": "DE DC FL GA MD NC SC VA WV",
    "East South Central": "AL KY MS TN",
    "West South Central": "AR LA OK TX",
    "Mountain": "AZ CO ID MT NV NM UT WY",
    "Pacific": "AK CA HI OR WA",
    "Territories": "AS FM GU MH MP PR PW VI",
}
DIVISIONS: Mapping[str, str] = MappingProxyType(
    {state: division for division, states in _STATES.items() for state in states.split()}
)
"""The division of each state, by its two letters."""

REGIONS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("New England", "Middle Atlantic"), "Northeast"),
        **dict.fromkeys(("East North Central", "West North Central"), "Midwest"),
        **dict.fromkeys(("South Atlantic", "East South Central", "West South Central"), "South"),
        **dict.fromkeys(("Mountain", "Pacific"), "West"),
        "Territories": "Territories",
    }
)
"""The region of each division."""
