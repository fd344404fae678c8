"""What has become of the listed leads while flags are written back."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from connectors.source import Receipt


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counts that grow during one write-back; ``receipt`` closes them."""

    listed: int = 0
    written: int = 0
    unchanged: int = 0
    unknown: int = 0
    failed: Counter[str] = field(default_factory=Counter)

    def receipt(self) -> Receipt:
        """The account of the write-back; codes without a failure are left out."""
        return Receipt(
            listed=self.listed,
            written=self.written,
            unchanged=self.unchanged,
            unknown=self.unknown,
            failed=dict(+self.failed),
        )
