"""What is kept of watched gaps, sealed under the organisation's key: it goes with that key."""

from __future__ import annotations

from dataclasses import dataclass

from audit.watch import DayCounts, Look, State
from audit.watch.packing import (
    packed_counts,
    packed_looks,
    packed_state,
    read_counts,
    read_looks,
    read_state,
)
from webapp.secrets_box import SecretsBox, Unreadable
from webapp.services import Services
from webapp.store.key_rows import KeyDestroyed
from webapp.store.rows import ConnectionRow
from webapp.store.watched_gaps import GapRow, SequenceRow

SEALED = "watched-gaps"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """Opens and seals the watched gaps of one connection."""

    box: SecretsBox

    def counts(self, row: SequenceRow) -> DayCounts | None:
        """The day counts of a sequence. Raises Unreadable."""
        return None if row.counts is None else read_counts(self.box.open(row.counts, row.id))

    def looks(self, gap_id: str, content: bytes | None) -> tuple[Look, ...]:
        """What was known of a gap after each day. Raises Unreadable."""
        return () if content is None else read_looks(self.box.open(content, gap_id))

    def state(self, row: GapRow) -> State | None:
        """What the next day needs. Raises Unreadable."""
        return None if row.state is None else read_state(self.box.open(row.state, row.id))

    def seal_counts(self, counts: DayCounts, sequence_id: str) -> bytes:
        """As they are kept."""
        return self.box.seal(packed_counts(counts), sequence_id)

    def seal_gap(self, looks: tuple[Look, ...], state: State, gap_id: str) -> tuple[bytes, bytes]:
        """As they are kept."""
        return self.box.seal(packed_looks(looks), gap_id), self.box.seal(packed_state(state), gap_id)


def sealed_of(opened: Services, connection: ConnectionRow) -> Sealed | None:
    """What opens the watched gaps of a connection; None where its key is gone."""
    try:
        key = opened.keyring(connection).key_for(SEALED)
    except KeyDestroyed:
        return None
    return Sealed(box=SecretsBox(master=key, purpose=SEALED))


def looks_of(sealed: Sealed | None, gap_id: str, content: bytes | None) -> tuple[Look, ...]:
    """What was known of a gap after each day; nothing where it cannot be read."""
    if sealed is None:
        return ()
    try:
        return sealed.looks(gap_id, content)
    except Unreadable:
        return ()


def counts_in(sealed: Sealed | None, row: SequenceRow) -> DayCounts | None:
    """The day counts of a sequence; None where they cannot be read."""
    if sealed is None:
        return None
    try:
        return sealed.counts(row)
    except Unreadable:
        return None
