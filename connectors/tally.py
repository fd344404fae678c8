"""What has become of the listed leads while flags are written back."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Literal

from connectors.source import Flag, Receipt, ShadowReceipt

ShadowChange = Literal["", "written", "cleared", "unchanged"]
"""What an update means for a lead's shadow score; "" where it has none, and had none."""


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counts that grow during one write-back; ``receipt`` closes them."""

    listed: int = 0
    written: int = 0
    cleared: int = 0
    unchanged: int = 0
    unknown: int = 0
    converted: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    shadow: Counter[ShadowChange] = field(default_factory=Counter)

    def took(self, status: str | None) -> None:
        """Count a lead that the CRM has taken: written, or cleared where its status is now empty."""
        if status:
            self.written += 1
        else:
            self.cleared += 1

    def kept(self, flag: Flag | None) -> None:
        """Count a lead that holds already what it should: its flag, or nothing."""
        if flag is None:
            self.unknown += 1
        else:
            self.unchanged += 1

    def receipt(self) -> Receipt:
        """The account of the write-back; codes without a failure are left out."""
        return Receipt(
            listed=self.listed,
            written=self.written,
            cleared=self.cleared,
            unchanged=self.unchanged,
            unknown=self.unknown,
            converted=self.converted,
            failed=dict(+self.failed),
            shadow=_shadow(self.shadow),
        )


def both(first: Receipt, again: Receipt) -> Receipt:
    """The account of a write-back that was done twice over the same leads: the second says where they end.

    What was written or cleared the first time, and needed nothing the second, counts as written or cleared.
    """
    written = min(first.written, again.unchanged)
    cleared = min(first.cleared, again.unknown)
    return replace(
        again,
        written=again.written + written,
        unchanged=again.unchanged - written,
        cleared=again.cleared + cleared,
        unknown=again.unknown - cleared,
        shadow=_both_shadows(first.shadow, again.shadow),
    )


def shadow_change(before: object, after: object) -> ShadowChange:
    """What becomes of a lead's shadow score, from what its field holds to what it should; both as texts."""
    if after == before:
        return "unchanged" if after else ""
    return "written" if after else "cleared"


def _shadow(counts: Counter[ShadowChange]) -> ShadowReceipt | None:
    written, cleared, unchanged = counts["written"], counts["cleared"], counts["unchanged"]
    if not written + cleared + unchanged:
        return None
    return ShadowReceipt(written=written, cleared=cleared, unchanged=unchanged)


def _both_shadows(first: ShadowReceipt | None, again: ShadowReceipt | None) -> ShadowReceipt | None:
    if first is None or again is None:
        return again or first
    written = min(first.written, again.unchanged)
    return ShadowReceipt(
        written=again.written + written,
        cleared=again.cleared + first.cleared,
        unchanged=again.unchanged - written,
    )
