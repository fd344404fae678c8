"""What every source must do, whichever CRM or file it is: the subject that each connector provides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from connectors.pseudonym import Keyring
from connectors.sandbox.fields import Value
from connectors.source import Source

# The neutral fields of a conformance lead: region (text), age (number), score (number),
# status (choice: open, won, lost), opted_out (boolean), created (ISO 8601 datetime, UTC),
# last_name and email (canaries that no policy of the suite ever names).
NEUTRAL_FIELDS = ("region", "age", "score", "status", "opted_out", "created", "last_name", "email")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A source over a remote side that the test can look into and break.

    ``field`` gives the source's own name of a neutral field. ``record_ids`` are the remote ids in
    the order of the leads given. ``requested`` is every field name the remote side was asked for
    since the start. ``flags`` maps record id to the flag status now stored remotely.
    ``break_after`` makes the remote side fail for good after n more data requests (for a file: cut
    it short so that reading fails midway).
    """

    source: Source
    keyring: Keyring
    field: Callable[[str], str]
    record_ids: tuple[str, ...]
    requested: Callable[[], frozenset[str]]
    flags: Callable[[], Mapping[str, str]]
    break_after: Callable[[int], None]


class SubjectFactory(Protocol):
    """Builds a remote side holding these leads (neutral field -> value) and connects a source to it."""

    def __call__(self, leads: tuple[Mapping[str, Value], ...]) -> AbstractContextManager[Subject]:
        """The connected subject; everything is torn down on exit."""
        ...
