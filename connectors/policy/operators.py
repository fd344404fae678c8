"""The operators by name. A new one is one file and one line here."""

from __future__ import annotations

from types import MappingProxyType

from connectors.policy.band import Band
from connectors.policy.coarsen import Coarsen
from connectors.policy.drop import Drop
from connectors.policy.keep import Keep
from connectors.policy.key import Key
from connectors.policy.map import Map
from connectors.policy.noise import Noise
from connectors.policy.reduce import Reduce

OPERATORS = MappingProxyType(
    {kind.name: kind for kind in (Keep, Band, Map, Coarsen, Noise, Reduce, Key, Drop)}
)
